// SPDX-License-Identifier: GPL-3.0-or-later
// The main plots against pictures in tests/pictures, tolerantly: both are shrunk, so that a font's hinting or
// a rounding does not count and a wrong colour, place or missing part does. With TESSERA_WRITE_PICTURES set,
// the pictures are written instead; look at them before committing.
#include <QDir>
#include <QImage>
#include <QPainter>
#include <QtTest>
#include <cmath>

#include "widgets/scenes/cut_cube.h"
#include "widgets/scenes/figure_pictures.h"
#include "widgets/scenes/histogram_scene.h"
#include "widgets/scenes/plot_tables.h"
#include "widgets/scenes/scatter_scene.h"
#include "widgets/scenes/sheet_layout.h"
#include "widgets/scenes/slice_panel_scene.h"
#include "widgets/scenes/volume_panel_scene.h"

using namespace tessera;

namespace {

constexpr double kMostMean = 2.5, kMostBlock = 48;  // of 255, of blocks of 6 x 6 pixels

QImage painted(const PanelScene& scene, PanelStyle style) {
    style.fontPt = 8;
    style.pixelsPerPoint = 2;
    QImage image(600, 420, QImage::Format_RGB32);
    image.fill(style.theme.paper);
    QPainter painter(&image);
    painter.scale(2, 2);
    scene.paint(painter, style, {300, 210}, {});
    return image;
}

QImage blocksOf(const QImage& image) {
    return image.convertToFormat(QImage::Format_RGB32)
        .scaled(image.size() / 6, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
}

// Mean and largest difference of blocks.
std::pair<double, double> difference(const QImage& a, const QImage& b) {
    const QImage p = blocksOf(a), q = blocksOf(b);
    double sum = 0, largest = 0;
    for (int y = 0; y < p.height(); ++y)
        for (int x = 0; x < p.width(); ++x) {
            const QRgb u = p.pixel(x, y), v = q.pixel(x, y);
            const double d = (std::abs(qRed(u) - qRed(v)) + std::abs(qGreen(u) - qGreen(v)) +
                              std::abs(qBlue(u) - qBlue(v))) /
                             3.0;
            sum += d;
            largest = std::max(largest, d);
        }
    return {sum / (p.width() * p.height()), largest};
}

std::shared_ptr<ScatterScene> scatter(std::size_t rows, const char* colour) {
    ScatterChoice choice{"margin", "distance", colour};
    choice.logY = true;
    auto scene = std::make_shared<ScatterScene>(scatterPoints(plots::sampleTable(rows), choice, {}));
    scene->heading = "Local geometry";
    scene->marks.current = 5, scene->marks.reference = 9;
    return scene;
}

// Pieces of a cube moved apart, a saddle that can be seen through, a path and three samples.
VolumePanelScene volume(double opacityOfPieces) {
    auto drawing = std::make_shared<VolumeDrawing>();
    drawing->axes = {"s (input units)", "t (input units)", "r (input units)"};
    drawing->faces = {test::facesOf(test::cutCube(8, 7, 0.8), 0.25, 5), VolumeFaces()};
    drawing->faces[0].opacity = opacityOfPieces;
    VolumeFaces& saddle = drawing->faces[1];
    saddle.opacity = 0.55;
    const auto at = [](int x, int y) {
        return Eigen::Vector3d(x / 8.0 - 1, y / 8.0 - 1, 0.6 + 0.004 * (x * x - y * y - 16 * (x - y)));
    };
    for (int x = 0; x < 16; ++x)
        for (int y = 0; y < 16; ++y) {
            test::addPolygon(saddle, {at(x, y), at(x + 1, y), at(x + 1, y + 1)}, 0xffcc79a7);
            test::addPolygon(saddle, {at(x, y), at(x + 1, y + 1), at(x, y + 1)}, 0xffcc79a7);
        }
    VolumeLines path;
    path.widthPt = 1.5, path.tube = true, path.colour = QColor(120, 20, 60);
    for (int i = 0; i <= 40; ++i)
        path.points.emplace_back(i / 22.0 - 0.9, -0.9 + 0.1 * std::sin(i / 6.0), 0.9 * std::cos(i / 8.0));
    path.lineBegin.push_back(41);
    drawing->lines = {path};
    VolumeMarks samples;
    samples.points = {{-1, -1, 1}, {0.95, -0.95, 0.2}, {0, 0, 0}};
    samples.colour = {0xffe69f00, 0xff56b4e9, 0xff009e73};
    samples.labels = {"first", "second", "inside"};
    drawing->marks = {samples};
    std::vector<LegendItem> legend;
    for (int label = 0; label < 5; ++label)
        legend.push_back({QString("class %1").arg(label), classColour(label, 5), LegendItem::Mark::Swatch});
    return {drawing, VolumeCamera::around(drawing->low, drawing->high, {3, -4, 2.5}), "Volume", legend};
}

}  // namespace

class PicturesTest : public QObject {
    Q_OBJECT
    void compare(const QString& name, const QImage& image) {
        const QString path = QStringLiteral(TESSERA_SOURCE "/tests/pictures/") + name + ".png";
        if (qEnvironmentVariableIsSet("TESSERA_WRITE_PICTURES")) {
            QVERIFY(image.convertToFormat(QImage::Format_RGB32).save(path));
            return;
        }
        const QImage expected(path);
        QVERIFY2(!expected.isNull(), qPrintable(path + " is missing"));
        QCOMPARE(image.size(), expected.size());
        const auto [mean, largest] = difference(image, expected);
        if (mean > kMostMean || largest > kMostBlock) {
            const QString kept = QDir::temp().filePath(name + "-now.png");
            image.save(kept);
            QFAIL(qPrintable(
                QString("%1: mean %2, largest %3; kept as %4").arg(name).arg(mean).arg(largest).arg(kept)));
        }
    }

  private Q_SLOTS:
    void scatterByClass() {
        auto scene = scatter(3000, "label");
        for (const double x : scene->points().x) scene->marks.selected.push_back(x < 0);
        compare("scatter_class", painted(*scene, {}));
    }
    void scatterByNumberInTheDark() {
        PanelStyle style;
        style.theme = SceneTheme::darkTheme();
        compare("scatter_number_dark", painted(*scatter(20'000, "entropy"), style));
    }
    void histogramByOutcome() {
        const auto table = plots::sampleTable(3000);
        std::vector<unsigned char> selected(3000, 0);
        std::fill(selected.begin(), selected.begin() + 1000, 1);
        HistogramScene scene(histogramBins(table, {"margin", HistogramChoice::Groups::Correct}, {}),
                             selected);
        scene.heading = "Margins";
        compare("histogram_outcome", painted(scene, {}));
    }
    void sheetOfThree() {
        auto histogram = std::make_shared<HistogramScene>(histogramBins(
            plots::sampleTable(3000), {"distance", HistogramChoice::Groups::Class, "label"}, {}));
        FigureSheet sheet;
        sheet.widthMm = 174;
        sheet.panels = {{scatter(300, "label")},
                        {histogram, "Distances"},
                        {std::make_shared<SlicePanelScene>(test::smallSlice())}};
        PanelStyle style = sheetStyle(sheet);
        style.pixelsPerPoint = 2;
        QImage image(QSize(int(174 / 25.4 * 144), int(std::lround(sheetHeightMm(sheet) / 25.4 * 144))),
                     QImage::Format_RGB32);
        QPainter painter(&image);
        painter.scale(2, 2);
        paintSheet(painter, sheet, style);
        painter.end();
        compare("sheet_three", image);
    }
    void volumeAsPixels() { compare("volume_pieces", painted(volume(1), {})); }
    void volumeAsPathsInTheDark() {
        PanelStyle style;
        style.vector = true;
        style.theme = SceneTheme::darkTheme();
        compare("volume_paths_dark", painted(volume(0.7), style));
    }
    // The measure itself: a missing part is seen.
    void aMissingPartIsSeen() {
        auto scene = scatter(3000, "label");
        const QImage whole = painted(*scene, {});
        PanelStyle style;
        style.legend = false;
        QVERIFY(difference(whole, painted(*scene, style)).second > kMostBlock);
        scene->marks.current = -1;
        QVERIFY(difference(whole, painted(*scene, {})).second > 10);
        QCOMPARE(difference(whole, whole).second, 0.0);
    }
};

QTEST_MAIN(PicturesTest)
#include "pictures_test.moc"
