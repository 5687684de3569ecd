// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/figure.h"

#include <QDir>
#include <QGuiApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "widgets/scenes/figure_formats.h"
#include "widgets/scenes/slice_layout.h"

namespace tessera {
namespace {

QJsonArray numbers(const Eigen::Vector2d& v) {
    return {v.x(), v.y()};
}

// What the drawing shows, beside where its data come from.
QString withView(const std::string& provenance, const SliceScene& scene, const FigurePage& page) {
    QJsonObject document = QJsonDocument::fromJson(QByteArray::fromStdString(provenance)).object();
    if (document.isEmpty()) document["program"] = QStringLiteral("Tessera ") + tesseraVersion();
    QJsonObject figure{{"fill", sliceFillText(scene.effectiveFill())},
                       {"low", numbers(scene.low)},
                       {"high", numbers(scene.high)},
                       {"widthMm", page.sizeMm.width()},
                       {"heightMm", page.sizeMm.height()},
                       {"shows", describeResult(scene)}};
    QJsonArray markers;
    for (const auto& marker : scene.markers)
        if (marker.isAnchor)
            markers.append(QJsonObject{{"name", marker.name},
                                       {"sample", marker.sample},
                                       {"at", numbers(marker.position)},
                                       {"offPlane", marker.offPlane}});
    figure["anchors"] = markers;
    document["figure"] = figure;
    return QString::fromUtf8(QJsonDocument(document).toJson(QJsonDocument::Compact));
}

SliceScene baseScene(const SlicePlane& plane, const FigureInputs& inputs, const FigureOptions& options,
                     std::int32_t outputs) {
    SliceScene scene;
    scene.markers = inputs.markers;
    scene.classCount = outputs == 1 ? 2 : outputs;
    for (const auto& name : inputs.classNames) scene.classNames.push_back(QString::fromStdString(name));
    scene.switches = options.switches;
    const auto box = boundingBox(plane.window);
    scene.low = box.low;
    scene.high = box.high;
    return scene;
}

}  // namespace

Result<Done> checkFigurePath(const std::filesystem::path& path) {
    const std::string suffix = lowerSuffix(path);
    if (suffix == ".svg" || suffix == ".pdf" || suffix == ".png") return Done{};
    return inputError(path.string() +
                      " does not end in .svg, .pdf or .png, the three figure formats; rename it.");
}

Result<Done> writeFigure(const std::filesystem::path& path, SliceScene scene, const FigureOptions& options,
                         std::stop_token stop) {
    for (auto checked :
         {checkFigurePath(path), checkPage(options.widthMm, options.heightMm, options.fontPt, options.dpi)})
        if (!checked.isOk()) return checked;
    scene.switches = options.switches;
    scene.title = options.title;
    scene.theme = options.theme == FigureTheme::Dark ? SceneTheme::darkTheme() : SceneTheme::light();
    if (options.theme == FigureTheme::Transparent) scene.theme = scene.theme.withTransparentPaper();
    if (scene.caption.isEmpty()) scene.caption = describeResult(scene);

    SliceStyle style;
    style.fontPt = options.fontPt;
    style.vector = true;
    FigurePage page;
    page.sizeMm = {options.widthMm, options.heightMm};
    if (options.heightMm == 0)
        page.sizeMm.setHeight(sliceHeightForWidth(scene, style, options.widthMm * kPointsPerMm) /
                              kPointsPerMm);
    page.title = options.title.isEmpty() ? QStringLiteral("Slice: ") + scene.caption : options.title;
    page.paper = scene.theme.paper;
    page.dpi = options.dpi;
    page.provenance = withView(options.provenance, scene, page);
    page.paint = [&](QPainter& painter, bool isVector, double pixelsPerPoint) {
        style.vector = isVector;
        style.pixelsPerPoint = pixelsPerPoint;
        paintSlice(painter, scene, style, page.sizePt(), stop);
    };
    auto bytes = figureBytes(path, page);
    if (!bytes.isOk()) return std::move(bytes).propagate<Done>();
    if (stop.stop_requested()) return Cancelled{};
    return writeWhole(path, bytes.value());
}

Result<Done> writeSliceFigure(const std::filesystem::path& path, const LinearRegions::Output& output,
                              const FigureInputs& inputs, const FigureOptions& options) {
    SliceScene scene = baseScene(output.plane, inputs, options, output.arrangement->outputs);
    scene.arrangement = std::make_shared<PreparedArrangement>(output.arrangement);
    FigureOptions filled = options;
    if (filled.provenance.empty())
        filled.provenance = describeProvenance(output.provenance, output.plane, output.engine);
    return writeFigure(path, std::move(scene), filled);
}

Result<Done> writeSliceFigure(const std::filesystem::path& path, const ClassMap::Output& output,
                              const FigureInputs& inputs, const FigureOptions& options) {
    SliceScene scene = baseScene(output.plane, inputs, options, output.field->outputs);
    scene.field = output.field;
    FigureOptions filled = options;
    if (filled.provenance.empty()) filled.provenance = describeProvenance(output.provenance, output.plane);
    return writeFigure(path, std::move(scene), filled);
}

std::string describeProvenance(const Provenance& provenance, const SlicePlane& plane,
                               const std::string& engine) {
    QJsonArray files, shape, window;
    for (const auto& file : provenance.files)
        files.append(QJsonObject{{"path", QString::fromStdString(file.path)},
                                 {"sha256", QString::fromStdString(file.sha256)}});
    for (const auto size : plane.inputShape) shape.append(static_cast<qint64>(size));
    for (const auto& corner : plane.window) window.append(numbers(corner));
    QJsonObject document{
        {"program",
         QStringLiteral("Tessera ") +
             QString::fromStdString(provenance.version.empty() ? tesseraVersion() : provenance.version)},
        {"dtype", QString::fromStdString(provenance.dtype)},
        {"device", QString::fromStdString(provenance.device)},
        {"seed", QString::number(provenance.seed)},
        {"tolerance", provenance.tolerance},
        {"samples", static_cast<qint64>(provenance.samples)},
        {"seconds", provenance.seconds},
        {"threads", provenance.threads},
        {"complete", provenance.complete},
        {"note", QString::fromStdString(provenance.note)},
        {"files", files},
        {"inputShape", shape},
        {"window", window},
        {"scale", QJsonArray{plane.u.norm(), plane.v.norm()}}};
    if (!engine.empty()) document["engine"] = QString::fromStdString(engine);
    return QJsonDocument(document).toJson(QJsonDocument::Compact).toStdString();
}

std::unique_ptr<QGuiApplication> offscreenApplication() {
    if (QCoreApplication::instance()) return nullptr;
    // Qt would set the same folder itself, and say so on standard error.
    if (qEnvironmentVariableIsEmpty("XDG_RUNTIME_DIR"))
        qputenv("XDG_RUNTIME_DIR",
                (QDir::tempPath() + "/runtime-" + qEnvironmentVariable("USER", "root")).toUtf8());
    static int count = 3;
    static char program[] = "tessera", option[] = "-platform", platform[] = "offscreen";
    static char* arguments[] = {program, option, platform, nullptr};
    return std::make_unique<QGuiApplication>(count, arguments);
}

}  // namespace tessera
