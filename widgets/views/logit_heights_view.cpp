// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/logit_heights_view.h"

#include <QLabel>

#include "widgets/scenes/class_shader.h"
#include "widgets/scenes/logit_heights_mesh.h"
#include "widgets/scenes/scene_text.h"
#include "widgets/scenes/volume_panel_scene.h"
#include "widgets/views/input_picture.h"
#include "widgets/views/logit_heights_controls.h"
#include "widgets/views/plot_style.h"
#include "widgets/volume/volume_canvas.h"

namespace tessera {
namespace {

constexpr std::size_t kLogitsShown = 3;

}  // namespace

struct LogitHeightsView::Read {
    std::shared_ptr<const LogitHeightsResult> result;
    std::shared_ptr<const LogitMesh> mesh;
};

LogitHeightsView::LogitHeightsView(const ViewContext& context, QWidget* parent)
    : CanvasView(context, parent), controls_(new LogitHeightsControls), readout_(new QLabel) {
    setAccessibleName(tr("Logits over a plane"));
    readout_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    readout_->setContentsMargins(8, 4, 8, 4);
    readout_->setMinimumHeight(3 * fontMetrics().lineSpacing() + 10);
    readout_->setMinimumWidth(1);
    readout_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    build(controls_, readout_, tr("Heights"), tr("What is shown of the surface, and how"));
    connect(controls_, &LogitHeightsControls::lookChanged, this, [this] {
        draw();
        Q_EMIT viewStateChanged();
    });
    const auto moveCamera = [this](auto move) {
        return [this, move] {
            move(*canvas_);
            Q_EMIT viewStateChanged();
        };
    };
    connect(controls_, &LogitHeightsControls::isometricChosen, this,
            moveCamera([](VolumeCanvas& canvas) { canvas.setStandardView(StandardView::Isometric); }));
    connect(controls_, &LogitHeightsControls::aboveChosen, this,
            moveCamera([](VolumeCanvas& canvas) { canvas.setStandardView(StandardView::PlusR); }));
    connect(controls_, &LogitHeightsControls::resetChosen, this,
            moveCamera([](VolumeCanvas& canvas) { canvas.resetCamera(); }));
    connect(controls_, &LogitHeightsControls::meshChosen, this, [this] {
        askForMesh(tr("Save the surface"),
                   {tr("Surface for ParaView (*.vtp)"), tr("Surface for Blender (*.ply)"),
                    tr("Surface for NumPy (*.npz)")},
                   [this](const QString& path) { saveMesh(path); });
    });
    connect(canvas_, &VolumeCanvas::hovered, this, &LogitHeightsView::showPoint);
    LogitHeightsView::show(nullptr);
}

void LogitHeightsView::show(std::shared_ptr<const ResultRecord> record) {
    readRecord<Read>(
        std::move(record),
        [](const ResultRecord& from) -> Result<Read> {
            auto read = logitHeightsFromRecord(from, "This result");
            if (!read.isOk()) return std::move(read).propagate<Read>();
            auto result = std::make_shared<const LogitHeightsResult>(std::move(read).value());
            return Read{result, std::make_shared<const LogitMesh>(result->mesh())};
        },
        [this](const Read& read) { arrived(read); });
}

void LogitHeightsView::arrived(const Read& read) {
    result_ = read.result;
    mesh_ = read.mesh;
    controls_->setResult(result_.get(), context());
    showPoint({}, -1, {});
    QString notice;
    if (result_ && result_->exact && !result_->exact->complete)
        notice = tr("Stopped early: %1; %2.")
                     .arg(QString::fromStdString(result_->exact->stopReason),
                          QString::fromStdString(result_->exact->coverageNote()));
    setNotice(notice);
    draw();
}

void LogitHeightsView::draw() {
    context_.jobs.cancelKey(this, QStringLiteral("drawing"));
    isDrawing_ = result_ != nullptr;
    if (!result_) {
        drawn_.reset();
        return canvas_->setDrawing(nullptr);
    }
    using Drawn = std::shared_ptr<const HeightsDrawing>;
    context_.jobs.start<Drawn>(
        this, QStringLiteral("drawing"), QString(), JobLane::Interactive,
        [result = result_, mesh = mesh_, look = controls_->look(), theme = screenTheme(*this),
         context = context()](std::stop_token, Progress&) -> Result<Drawn> {
            return Drawn(
                std::make_shared<const HeightsDrawing>(heightsDrawing(*result, *mesh, look, theme, context)));
        },
        [this](Result<Drawn> drawn) {
            isDrawing_ = false;
            if (!drawn.isOk()) return;
            drawn_ = drawn.value();
            canvas_->setDrawing({drawn_, &drawn_->drawing});
        });
}

void LogitHeightsView::showPoint(const QString& layer, int face, const Eigen::Vector3d& point) {
    const bool isOnSurface = layer == QLatin1String(kSurfaceLayer) || layer == QLatin1String(kFloorLayer);
    if (!mesh_ || !isOnSurface || face < 0 || face >= mesh_->faceCount())
        return readout_->setText(mesh_ ? tr("Point at the surface to read it.\n"
                                            "Left turns, middle or Shift moves, the wheel comes nearer.")
                                       : QString());
    const auto logits = mesh_->logitsAt(face, point.head<2>());
    int label = 0;
    const double confidence = leadingConfidence(logits.data(), static_cast<int>(logits.size()), label);
    QStringList parts;
    const auto largest = largestLogits(logits, kLogitsShown);
    for (const auto& [of, logit] : largest)
        parts << tr("logit %1: %2").arg(context_.workspace.className(of), shortNumber(logit));
    if (largest.size() > 1) parts << tr("margin %1").arg(shortNumber(largest[0].second - largest[1].second));
    const QString place = tr("s %1,  t %2").arg(shortNumber(point.x(), 4), shortNumber(point.y(), 4));
    readout_->setText(
        tr("%1, confidence %2").arg(context_.workspace.className(label)).arg(confidence, 0, 'f', 3) + '\n' +
        parts.join(QStringLiteral(",  ")) + '\n' +
        (result_->exact ? place : place + tr(",  sampled, not exact")));
}

QString LogitHeightsView::readout() const {
    return readout_->text();
}

std::vector<std::shared_ptr<const PanelScene>> LogitHeightsView::panels() const {
    auto panels = tables_->panels();
    if (!result_ || !drawn_) return panels;
    const HeightsLook& look = controls_->look();
    auto scene = std::make_shared<VolumePanelScene>(
        std::shared_ptr<const VolumeDrawing>(drawn_, &drawn_->drawing), canvas_->camera(),
        heightText(look.height), drawn_->legend, drawn_->bar);
    scene->tables = heightsTables(*record_);
    panels.insert(panels.begin(), std::move(scene));
    return panels;
}

ParameterMap LogitHeightsView::viewState() const {
    return heightsViewValues({controls_->look(), heldCamera()});
}

void LogitHeightsView::setViewState(const ParameterMap& values) {
    if (values.empty()) return;
    auto state = heightsViewState(values);
    if (!state.isOk()) return;
    HeightsLook look = std::move(state.value().look);
    if (result_) look.hiddenClass.resize(static_cast<std::size_t>(result_->classCount()), 0);
    controls_->setLook(look);
    holdCamera(state.value().camera);
}

bool LogitHeightsView::isSettled() const {
    return !isReading() && !isDrawing_ && tables_->isSettled() && canvas_->isUpToDate();
}

void LogitHeightsView::saveMesh(const QString& path) {
    if (!result_) return;
    writeMesh(path, [result = result_, mesh = mesh_, look = controls_->look(), file = path.toStdString()] {
        return writeHeightsMesh(file, *result, *mesh, look);
    });
}

}  // namespace tessera
