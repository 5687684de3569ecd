// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/scatter_scene.h"

#include <QPainter>
#include <QtTest>
#include <cmath>

#include "widgets/scenes/column_values.h"
#include "widgets/scenes/marker_raster.h"
#include "widgets/scenes/plot_tables.h"

using namespace tessera;

namespace {

QImage painted(const PanelScene& scene, const PanelStyle& style, const QSize& pixels) {
    QImage image(pixels, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.scale(style.pixelsPerPoint, style.pixelsPerPoint);
    scene.paint(painter, style, QSizeF(pixels) / style.pixelsPerPoint, {});
    return image;
}

std::shared_ptr<const Table> tableOf(std::vector<double> x, std::vector<double> y) {
    return std::make_shared<const Table>(
        Table{"t", "T", {{"x", "X", "", "", std::move(x)}, {"y", "Y", "", "", std::move(y)}}});
}

}  // namespace

class ScatterSceneTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // The raster marker against QPainter's own disc, at any place within a pixel.
    void stampsAreDiscs_data() {
        QTest::addColumn<double>("x");
        QTest::addColumn<double>("radius");
        for (const double x : {20.0, 20.3, 20.5, 20.99})
            for (const double radius : {1.0, 2.5, 6.0}) QTest::addRow("%g r %g", x, radius) << x << radius;
    }
    void stampsAreDiscs() {
        QFETCH(double, x);
        QFETCH(double, radius);
        QImage ours(41, 41, QImage::Format_ARGB32_Premultiplied), reference = ours;
        ours.fill(Qt::white), reference.fill(Qt::white);
        MarkerRaster(ours, radius).disc(x, 41 - x, 0xff000000, 255);
        QPainter painter(&reference);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(Qt::black);
        painter.drawEllipse(QPointF(x, 41 - x), radius, radius);
        painter.end();
        const auto moments = [](const QImage& image) {
            double mass = 0, sumX = 0, sumY = 0;
            for (int r = 0; r < 41; ++r)
                for (int c = 0; c < 41; ++c) {
                    const double ink = (255 - qRed(image.pixel(c, r))) / 255.0;
                    mass += ink, sumX += ink * (c + 0.5), sumY += ink * (r + 0.5);
                }
            return std::array{mass, sumX / mass, sumY / mass};
        };
        const auto a = moments(ours), b = moments(reference);
        QVERIFY2(std::abs(a[0] - b[0]) < 0.12 * b[0] + 0.4, qPrintable(QString("%1 %2").arg(a[0]).arg(b[0])));
        QVERIFY2(std::abs(a[1] - b[1]) < 0.2 && std::abs(a[2] - b[2]) < 0.2, "displaced");
    }
    void markersLieWhereTheAxesSay() {
        const auto points = scatterPoints(tableOf({1e6, 1e6 + 1, 1e6 + 2}, {0, 5, 10}), {"x", "y"}, {});
        ScatterScene scene(points);
        scene.markerPt = 6;
        scene.grid = false;
        PanelStyle style;
        style.pixelsPerPoint = 2;
        const QImage image = painted(scene, style, {600, 400});
        const auto frame = scene.frame(style, {300, 200});
        for (std::size_t i = 0; i < 3; ++i) {
            const QPointF at = frame.toDrawing(points->x[i], points->y[i]) * 2;
            QCOMPARE(QColor(image.pixel(at.toPoint())).hue(), QColor(points->colour[i]).hue());
        }
        const QPointF between = frame.toDrawing(1e6 + 0.5, 2.5) * 2;
        QCOMPARE(image.pixel(between.toPoint()), style.theme.paper.rgb());
    }
    void valuesWithoutAPlaceAreCounted() {
        ScatterChoice choice{"x", "y"};
        choice.logX = true;
        const auto points =
            scatterPoints(tableOf({NAN, -1, 0, 10, INFINITY, 100}, {1, 1, 1, 1, 1, 2}), choice, {});
        QCOMPARE(points->notDrawn, 4u);
        QVERIFY(points->xAxis.low < 10 && points->xAxis.high > 100);
        const auto legend = ScatterScene(points).legend();
        QCOMPARE(legend.back().text, QString("4 without a value"));
    }
    void coloursByClassAndByNumber() {
        const auto table = plots::sampleTable(500);
        const SceneContext context{{"zero", "one", "two", "three"}, 4};
        const auto byClass = scatterPoints(table, {"margin", "entropy", "label"}, context);
        QVERIFY(!byClass->bar);
        QCOMPARE(byClass->kinds.size(), 5u);
        QCOMPARE(byClass->kinds[2].text, QString("one"));
        const auto& label = std::get<std::vector<std::int64_t>>(table->column("label")->values);
        QCOMPARE(byClass->colour[3], classColour(static_cast<int>(label[3]), 4).rgb());
        ScatterChoice number{"margin", "entropy", "distance"};
        number.logColour = true;
        const auto byNumber = scatterPoints(table, number, context);
        QVERIFY(byNumber->bar && byNumber->bar->logarithmic);
        QCOMPARE(byNumber->bar->label, QString("Boundary distance (input units)"));
        const auto byText = scatterPoints(table, {"margin", "split", "split"}, context);
        QCOMPARE(byText->yAxis.categories, (QStringList{"test", "train"}));
        QVERIFY(scatterPoints(table, {"margin", "nothing"}, context) == nullptr);
    }
    void firstChoiceIsSensible() {
        const auto choice = firstChoice(*plots::sampleTable(10));
        QCOMPARE(choice.x, std::string("margin"));
        QCOMPARE(choice.y, std::string("distance"));
        QCOMPARE(choice.colour, std::string("label"));
    }
    void nearestRowIsFound() {
        ScatterScene scene(scatterPoints(plots::sampleTable(2000), {"margin", "entropy"}, {}));
        const auto frame = scene.frame({}, {300, 200});
        const auto& points = scene.points();
        for (std::size_t row = 0; row < 2000; row += 191) {
            const auto found = scene.rowAt(frame, frame.toDrawing(points.x[row], points.y[row]), 3);
            QVERIFY(found >= 0);
            QCOMPARE(points.x[static_cast<std::size_t>(found)], points.x[row]);
        }
        QCOMPARE(scene.rowAt(frame, {-50, -50}, 3), -1);
    }
    // What is selected is drawn above all else.
    void selectionIsOnTopAndRinged() {
        auto table = plots::sampleTable(20'000);
        ScatterScene scene(scatterPoints(table, {"margin", "entropy", "label"}, {}));
        PanelStyle style;
        style.pixelsPerPoint = 2;
        const QImage before = painted(scene, style, {600, 400});
        scene.marks.selected.assign(20'000, 0);
        scene.marks.selected[11] = 1;
        const QImage after = painted(scene, style, {600, 400});
        const auto frame = scene.frame(style, {300, 200});
        const QPointF at = frame.toDrawing(scene.points().x[11], scene.points().y[11]) * 2;
        QCOMPARE(after.pixel(int(at.x()), int(at.y())), scene.points().colour[11]);
        QVERIFY(before != after);
        QCOMPARE(scene.legend().back().text, QString("selected"));
        QCOMPARE(scene.numbers().front().columns.back().name, std::string("selected"));
    }
    void pathsAndPixelsAgree() {
        ScatterScene scene(scatterPoints(plots::sampleTable(300), {"margin", "entropy", "label"}, {}));
        PanelStyle style;
        style.pixelsPerPoint = 3;
        const QImage pixels = painted(scene, style, {900, 600});
        style.vector = true;
        const QImage paths = painted(scene, style, {900, 600});
        double sum = 0;
        for (int y = 0; y < 600; ++y)
            for (int x = 0; x < 900; ++x)
                sum += std::abs(qGreen(pixels.pixel(x, y)) - qGreen(paths.pixel(x, y)));
        QVERIFY2(sum / (900 * 600) < 2.5, qPrintable(QString::number(sum / (900 * 600))));
    }
    void pictures() {
        const QString folder = qEnvironmentVariable("TESSERA_PICTURES");
        if (folder.isEmpty()) QSKIP("set TESSERA_PICTURES to a folder to keep the drawings");
        for (const std::size_t rows : {200u, 5000u, 100'000u}) {
            auto table = plots::sampleTable(rows);
            for (const bool dark : {false, true}) {
                ScatterChoice choice{"margin", "distance", dark ? "entropy" : "label"};
                choice.logY = true;
                ScatterScene scene(scatterPoints(table, choice, {}));
                scene.heading = "Local geometry";
                scene.marks.current = 5, scene.marks.reference = 9;
                if (rows == 5000)
                    for (std::size_t i = 0; i < rows; ++i)
                        scene.marks.selected.push_back(scene.points().x[i] < 0);
                PanelStyle style;
                style.pixelsPerPoint = 3;
                if (dark) style.theme = SceneTheme::darkTheme();
                painted(scene, style, {1020, 720})
                    .save(folder + QString("/scatter_%1_%2.png").arg(rows).arg(dark));
            }
        }
    }
};

QTEST_MAIN(ScatterSceneTest)
#include "scatter_scene_test.moc"
