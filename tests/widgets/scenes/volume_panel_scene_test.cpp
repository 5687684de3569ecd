// SPDX-License-Identifier: GPL-3.0-or-later
// A volume as a panel: its text from every side, what is in the files, paths against pixels.
#include <QPainter>
#include <QTemporaryDir>
#include <QtTest>

#include "widgets/scenes/cut_cube.h"
#include "widgets/scenes/figure_pictures.h"
#include "widgets/scenes/figure_sheet.h"
#include "widgets/scenes/volume_panel_scene.h"

using namespace tessera;

namespace {

std::shared_ptr<VolumeDrawing> drawingOf(double apart = 0, double opacity = 1) {
    auto drawing = std::make_shared<VolumeDrawing>();
    drawing->axes = {"s (input units)", "t: from 3 to 8 (input units)", "r (input units)"};
    drawing->faces = {test::facesOf(test::cutCube(6, 3), apart, 4)};
    drawing->faces[0].opacity = opacity;
    VolumeMarks marks;
    marks.name = "samples";
    marks.points = {{0.3, -1, 0.2}, {0, 0, 0}};
    marks.colour = {0xffe69f00, 0xff56b4e9};
    marks.labels = {"seen", "covered"};
    drawing->marks = {marks};
    VolumeLines line;
    line.name = "path";
    line.points = {{-1, -1.1, -1}, {0, -1.1, 0.5}, {1, -1.1, 0}};
    line.lineBegin = {0, 3};
    drawing->lines = {line};
    return drawing;
}
const Eigen::Vector3d kCorner(3, -4, 2.5);

VolumeCamera cameraFrom(const Eigen::Vector3d& direction, const VolumeDrawing& drawing) {
    return VolumeCamera::around(drawing.low, drawing.high, direction);
}

std::vector<Eigen::Vector3d> allDirections() {
    std::vector<Eigen::Vector3d> directions;
    for (int x = -1; x <= 1; ++x)
        for (int y = -1; y <= 1; ++y)
            for (int z = -1; z <= 1; ++z)
                if (x != 0 || y != 0 || z != 0) directions.emplace_back(x, y, z);
    return directions;
}

QImage painted(const PanelScene& scene, PanelStyle style, const QSizeF& size = {200, 160}) {
    style.pixelsPerPoint = 3;
    QImage image(static_cast<int>(size.width() * 3), static_cast<int>(size.height() * 3),
                 QImage::Format_RGB32);
    image.fill(style.theme.paper);
    QPainter painter(&image);
    painter.scale(3, 3);
    scene.paint(painter, style, size, {});
    return image;
}

QString svgOf(const std::shared_ptr<const PanelScene>& scene) {
    QTemporaryDir folder;
    FigureSheet sheet;
    sheet.panels = {{scene}};
    const auto path = folder.filePath("figure.svg");
    if (!writeFigureSheet(path.toStdString(), sheet).isOk()) return {};
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

}  // namespace

class VolumePanelSceneTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // From 26 directions, near and parallel: all text is on the page, clear of the picture and of each other.
    void textFromAllDirections() {
        const PanelStyle style;
        const QRectF room(5, 8, 200, 160);
        for (const double apart : {0.0, 0.3}) {
            const auto drawing = drawingOf(apart);
            for (const auto& direction : allDirections())
                for (const bool isParallel : {false, true}) {
                    auto camera = cameraFrom(direction, *drawing);
                    camera.parallel = isParallel;
                    const auto layout = layoutVolume(*drawing, camera, style, room, true);
                    const auto where = [&](const char* what) {
                        return QString("%1 from %2 %3 %4, parallel %5, apart %6")
                            .arg(what)
                            .arg(direction.x())
                            .arg(direction.y())
                            .arg(direction.z())
                            .arg(isParallel)
                            .arg(apart);
                    };
                    QVERIFY2(room.contains(layout.axes.bounds()), qPrintable(where("text off the page")));
                    // Along every axis that is not seen end on there are a name and at least two numbers.
                    const Eigen::Vector3d ahead = direction.normalized();
                    std::size_t expected = 0;
                    for (int axis = 0; axis < 3; ++axis) expected += std::abs(ahead[axis]) < 0.99;
                    QVERIFY2(layout.axes.axes.size() == expected, qPrintable(where("axes")));
                    std::vector<QPointF> points;
                    const auto include = [&](const Eigen::Vector3d& p) {
                        const auto at = layout.projection.pageFromVolume(p);
                        points.emplace_back(at.x(), at.y());
                    };
                    for (const auto& p : drawing->faces[0].points) include(p);
                    std::vector<QRectF> taken;
                    for (const auto& axis : layout.axes.axes) {
                        QVERIFY2(!axis.title.isEmpty(), qPrintable(where("no name")));
                        std::size_t numbers = 0;
                        for (const auto& tick : axis.ticks) {
                            if (tick.text.isEmpty()) continue;
                            ++numbers;
                            for (const auto& other : taken)
                                QVERIFY2(!other.intersects(tick.rect), qPrintable(where("numbers overlap")));
                            taken.push_back(tick.rect);
                            QVERIFY2(!axis.titleBox.intersects(QPolygonF(tick.rect)),
                                     qPrintable(where("name over number")));
                            // A line along the tick's foot has the text on one side and the picture on the
                            // other.
                            const QPointF outward = tick.to - tick.from;
                            double inside = -INFINITY;
                            for (const auto& p : points)
                                inside = std::max(inside, QPointF::dotProduct(p - tick.from, outward));
                            double outside = INFINITY;
                            for (const auto& p : QPolygonF(tick.rect))
                                outside = std::min(outside, QPointF::dotProduct(p - tick.from, outward));
                            QVERIFY2(outside > inside, qPrintable(where("text over the picture")));
                        }
                        QVERIFY2(numbers >= 2, qPrintable(where("too few numbers")));
                    }
                    for (std::size_t a = 0; a < layout.axes.axes.size(); ++a)
                        for (std::size_t b = a + 1; b < layout.axes.axes.size(); ++b)
                            QVERIFY2(!layout.axes.axes[a].titleBox.intersects(layout.axes.axes[b].titleBox),
                                     qPrintable(where("names overlap")));
                }
        }
    }
    // The picture fills the room in one direction.
    void fittedPictureFillsTheRoom() {
        const PanelStyle style;
        const QRectF room(0, 0, 200, 160);
        const auto drawing = drawingOf();
        const auto layout = layoutVolume(*drawing, cameraFrom(kCorner, *drawing), style, room, true);
        QRectF all = layout.axes.bounds();
        for (const auto& edge : boxEdges(drawing->low, drawing->high, layout.projection))
            for (const auto& p : {edge.from, edge.to}) {
                const auto at = layout.projection.pageFromVolume(p);
                all |= QRectF(at.x() - 1e-6, at.y() - 1e-6, 2e-6, 2e-6);
            }
        QVERIFY(all.width() > 185 || all.height() > 145);
    }
    // Not fitted, it shows exactly what the camera sees, as the window does.
    void unfittedPictureIsTheCameras() {
        const PanelStyle style;
        const QRectF room(0, 0, 200, 160);
        const auto drawing = drawingOf();
        auto camera = cameraFrom(kCorner, *drawing);
        const VolumeProjection expected(camera, room);
        const auto same = [&](const VolumeLayout& layout) {
            return (layout.projection.pageFromVolume({0.3, 0.2, 0.9}) -
                    expected.pageFromVolume({0.3, 0.2, 0.9}))
                       .norm() < 1e-9;
        };
        QVERIFY(same(layoutVolume(*drawing, camera, style, room, false)));
        QVERIFY(!same(layoutVolume(*drawing, camera, style, room, true)));
        // Nor is one that was zoomed into, and text outside the room is left out.
        camera.viewAngle = 8;
        const VolumeProjection near(camera, room);
        const auto layout = layoutVolume(*drawing, camera, style, room, true);
        QVERIFY((layout.projection.pageFromVolume({0, 0, 0.2}) - near.pageFromVolume({0, 0, 0.2})).norm() <
                1e-9);
        for (const auto& axis : layout.axes.axes)
            for (const auto& tick : axis.ticks) QVERIFY(room.contains(tick.rect));
    }
    void edgesOfTheBox() {
        const auto count = [](const VolumeCamera& camera) {
            int hidden = 0, outline = 0;
            for (const auto& edge :
                 boxEdges({-1, -1, -1}, {1, 1, 1}, VolumeProjection(camera, QRectF(0, 0, 100, 100))))
                hidden += edge.isHidden, outline += edge.isOnOutline;
            return std::pair(hidden, outline);
        };
        auto camera = VolumeCamera::around({-1, -1, -1}, {1, 1, 1}, kCorner);
        QCOMPARE(count(camera), std::pair(3, 6));
        camera.parallel = true;
        QCOMPARE(count(camera), std::pair(3, 6));
        camera = VolumeCamera::around({-1, -1, -1}, {1, 1, 1}, {0, -1, 0});
        QCOMPARE(count(camera), std::pair(8, 4));
        camera.position = {0.5, 0.2, 0};  // within
        QCOMPARE(count(camera), std::pair(12, 0));
    }
    // The painter's order and depth at every sample are two ways to the same picture.
    void pathsAndPixelsAgree() {
        for (const double opacity : {1.0, 0.6})
            for (const double apart : {0.0, 0.3}) {
                const auto drawing = drawingOf(apart, opacity);
                const VolumePanelScene scene(drawing, cameraFrom(kCorner, *drawing), "Volume");
                PanelStyle pixels;
                pixels.title = false;  // the room then is the same on whole pixels
                PanelStyle paths = pixels;
                paths.vector = true;
                const double mean = test::meanDifference(painted(scene, pixels), painted(scene, paths));
                QVERIFY2(mean < 2.5, qPrintable(QString("%1 of %2, %3").arg(mean).arg(opacity).arg(apart)));
                // A measure that sees a missing part.
                auto less = std::make_shared<VolumeDrawing>(*drawing);
                less->faces[0].colour.assign(less->faces[0].colour.size(), 0xff808080);
                const VolumePanelScene grey(less, scene.camera(), "Volume");
                QVERIFY(test::meanDifference(painted(scene, pixels), painted(grey, paths)) > 8);
            }
    }
    void liveTextAndNoMoreThanIsSeen() {
        const auto drawing = drawingOf();
        const auto scene =
            std::make_shared<VolumePanelScene>(drawing, cameraFrom(kCorner, *drawing), "Volume");
        const QString svg = svgOf(scene);
        QVERIFY(svg.contains(">seen<") && !svg.contains(">covered<"));
        QVERIFY(svg.contains(">s (input units)<") && svg.contains(">t: from 3 to 8 (input units)<"));
        QVERIFY(svg.contains(QString::fromUtf8(">−0.5<")));
        QVERIFY(!svg.contains("<image"));
        const auto filled = svg.count(QRegularExpression("<path[^>]*fill-rule"));
        QVERIFY2(filled < qsizetype(drawing->faces[0].faceBegin.size() - 1),
                 qPrintable(QString::number(filled)));
    }
    void tooManyPolygonsBecomePixels() {
        const auto drawing = drawingOf();
        const VolumePanelScene scene(drawing, cameraFrom(kCorner, *drawing), "Volume");
        PanelStyle style;
        style.title = false;
        const QImage expected = painted(scene, style);
        style.vector = true, style.mostShapes = 5, style.rasterDpi = 216;
        QVERIFY(test::meanDifference(expected, painted(scene, style)) < 1.5);
    }
    void legendBarAndTitle() {
        const auto drawing = drawingOf();
        ColourBar bar;
        bar.label = "slope norm";
        const std::vector<LegendItem> legend{{"class 1", Qt::red, LegendItem::Mark::Swatch}};
        const VolumePanelScene scene(drawing, cameraFrom(kCorner, *drawing), "Volume", legend, bar);
        QCOMPARE(scene.legend(), legend);
        QCOMPARE(scene.colourBar(), std::optional(bar));
        PanelStyle style;
        const QRectF room = scene.room(style, {200, 160});
        QVERIFY(room.top() > 5 && room.right() < 170);
        style.title = style.legend = style.colourBar = false;
        QCOMPARE(scene.room(style, {200, 160}), QRectF(0, 0, 200, 160));
        // Without axes nothing but the picture is drawn, and it is larger.
        const auto with = layoutVolume(*drawing, scene.camera(), style, QRectF(0, 0, 200, 160), true);
        style.axes = false;
        const auto without = layoutVolume(*drawing, scene.camera(), style, QRectF(0, 0, 200, 160), true);
        QVERIFY(without.axes.axes.empty());
        QVERIFY(without.projection.pointsPerUnit(1) > with.projection.pointsPerUnit(1));
        QVERIFY(scene.heightForWidth(240, style) > 100);
    }
    void numbersOfWhatIsDrawn() {
        const auto drawing = drawingOf();
        VolumePanelScene scene(drawing, cameraFrom(kCorner, *drawing), "Volume");
        const auto tables = scene.numbers();
        QCOMPARE(tables.size(), std::size_t(3));
        QCOMPARE(tables[0].rows(), drawing->faces[0].faceVertices.size());
        QCOMPARE(tables[1].rows(), std::size_t(3));
        QCOMPARE(tables[2].rows(), std::size_t(2));
        const auto& r = std::get<std::vector<double>>(tables[1].column("r")->values);
        QCOMPARE(r, (std::vector<double>{-1, 0.5, 0}));
        QCOMPARE(std::get<std::vector<std::string>>(tables[2].column("label")->values)[0],
                 std::string("seen"));
        scene.tables = {Table{"mine", "Mine", {}}};
        QCOMPARE(scene.numbers()[0].name, std::string("mine"));
    }
    void nothingToDraw() {
        const auto drawing = std::make_shared<VolumeDrawing>();
        for (const bool isVector : {false, true}) {
            PanelStyle style;
            style.vector = isVector;
            const VolumePanelScene scene(drawing, cameraFrom(kCorner, *drawing), "Empty");
            const QImage image = painted(scene, style);
            QVERIFY(test::meanDifference(image, QImage(image.size(), image.format())) > 1);  // box and text
            painted(scene, style, {9, 7});  // hardly any room
            painted(VolumePanelScene(nullptr, {}, "Nothing"), style);
        }
    }
    void stopsWhenAsked() {
        const auto drawing = drawingOf();
        const VolumePanelScene scene(drawing, cameraFrom(kCorner, *drawing), "Volume");
        std::stop_source source;
        source.request_stop();
        QImage image(100, 100, QImage::Format_RGB32);
        image.fill(Qt::white);
        QPainter painter(&image);
        scene.paint(painter, {}, {100, 100}, source.get_token());
        QVERIFY(image.pixelColor(50, 55) == QColor(Qt::white));
    }
};

QTEST_MAIN(VolumePanelSceneTest)
#include "volume_panel_scene_test.moc"
