// SPDX-License-Identifier: GPL-3.0-or-later
#include <QBuffer>
#include <QElapsedTimer>
#include <QImage>
#include <QPainter>
#include <QSvgGenerator>
#include <QtTest>
#include <cmath>

#include "tests/widgets/scenes/synthetic_path.h"
#include "widgets/scenes/path_scene.h"

using namespace tessera;
using test::hingePath;
using test::randomPath;
using test::recordOf;

namespace {

std::shared_ptr<const PathPicture> pictureOf(const test::SyntheticPath& path) {
    return PathPicture::of(recordOf(path), {});
}

PanelStyle printStyle() {
    PanelStyle style;
    style.pixelsPerPoint = 3;
    style.family = "DejaVu Sans";
    return style;
}

QImage painted(const PanelScene& scene, const PanelStyle& style, const QSizeF& size) {
    QImage image((size * style.pixelsPerPoint).toSize(), QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.scale(style.pixelsPerPoint, style.pixelsPerPoint);
    scene.paint(painter, style, size, {});
    return image;
}

// For looking at: TESSERA_PICTURES names a folder.
void keep(const QImage& image, const char* name) {
    if (const QString folder = qEnvironmentVariable("TESSERA_PICTURES"); !folder.isEmpty())
        image.save(folder + '/' + name + ".png");
}

QByteArray svgOf(const PanelScene& scene, const QSizeF& size) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setSize(size.toSize());
    svg.setViewBox(QRectF(QPointF(0, 0), size));
    PanelStyle style = printStyle();
    style.vector = true;
    QPainter painter(&svg);
    scene.paint(painter, style, size, {});
    painter.end();
    return bytes;
}

}  // namespace

class PathSceneTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void readsOffClosedForms() {
        const auto picture = pictureOf(hingePath());
        QVERIFY(picture);
        QCOMPARE(picture->outputs(), std::size_t{2});
        QCOMPARE(picture->logitAt(0.75, 0), 0.5);
        QCOMPARE(picture->logitAt(0.25, 0), 0.0);
        QCOMPARE(picture->chordAt(0.75, 0), 0.75);
        QCOMPARE(picture->chordAt(1, 0), 1.0);
        QCOMPARE(picture->probabilitiesAt(1), (std::vector<double>{0.5, 0.5}));
        QVERIFY(std::abs(picture->probabilitiesAt(0)[1] - 1 / (1 + std::exp(-1.0))) < 1e-15);
        double at = 0;
        QCOMPARE(picture->nearestCrossing(0.9, at), 1);
        QCOMPARE(at, 0.5);
        QCOMPARE(picture->byDeviation().front(), std::size_t{0});
        QCOMPARE(picture->anchorNames()[1], QString("#10 (1)"));
    }

    void repeatedPositionsHaveLogits() {
        auto path = hingePath();
        path.positions = {0, 0, 0.5, 0.5, 1, 1},
        path.logits = {{0, 1}, {0, 1}, {0, 1}, {0, 1}, {1, 1}, {1, 1}};
        path.layerOf = {1, 1};
        const auto picture = pictureOf(path);
        QVERIFY(picture);
        for (const auto& [position, logit] : {std::pair(0.0, 0.0), {0.5, 0.0}, {0.75, 0.5}, {1.0, 1.0}})
            QCOMPARE(picture->logitAt(position, 0), logit);
        QCOMPARE(picture->probabilitiesAt(1), (std::vector<double>{0.5, 0.5}));
        for (const auto& point : picture->curve(0, 0, 1, 10)) QVERIFY(std::isfinite(point.y()));
    }

    void partialPathHasNoChordAtItsEnd() {
        auto path = hingePath();
        path.positions = {0, 0.5, 1, 1.5}, path.logits = {{0, 1}, {0, 1}, {1, 1}, {2, 1}};
        path.layerOf = {1, 0}, path.samples = 3;
        const auto picture = pictureOf(path);
        QCOMPARE(picture->chordAt(0.75, 0), 0.75);
        QVERIFY(std::isnan(picture->chordAt(1.2, 0)));
        QCOMPARE(picture->end(), 1.5);
        QVERIFY(!painted(PathLogitsScene(picture, {}), printStyle(), {240, 170}).isNull());
    }

    void curveKeepsItsExtremes() {
        const auto picture = pictureOf(randomPath(2, 5000, 3, 4));
        for (std::size_t k = 0; k < 3; ++k) {
            const auto curve = picture->curve(k, 0, 2, 100);
            QVERIFY(curve.size() <= 4 * 101 + 2);
            double low = 1e9, high = -1e9, thinLow = 1e9, thinHigh = -1e9;
            for (std::size_t row = 0; row < picture->positions().size(); ++row)
                low = std::min(low, picture->logit(row, k)), high = std::max(high, picture->logit(row, k));
            for (std::size_t i = 0; i < curve.size(); ++i) {
                thinLow = std::min(thinLow, curve[i].y()), thinHigh = std::max(thinHigh, curve[i].y());
                if (i > 0) QVERIFY(curve[i].x() >= curve[i - 1].x());
                QVERIFY(std::abs(picture->logitAt(curve[i].x(), k) - curve[i].y()) < 1e-12);
            }
            QCOMPARE(thinLow, low);
            QCOMPARE(thinHigh, high);
            QCOMPARE(curve.front().x(), 0.0);
            QCOMPARE(curve.back().x(), 2.0);
            const auto zoomed = picture->curve(k, 0.3001, 0.3002, 100);  // between two points
            QVERIFY(zoomed.size() >= 2);
            QCOMPARE(zoomed.front(), QPointF(0.3001, picture->logitAt(0.3001, k)));
        }
    }

    void deviationIsShadedBetweenCurveAndChord() {
        const auto picture = pictureOf(hingePath());
        PathLook look;
        look.logit = 0;
        const PathLogitsScene scene(picture, look);
        const PanelStyle style = printStyle();
        const QSizeF size(240, 170);
        const QImage image = painted(scene, style, size);
        const auto layout = scene.layout(style, size);
        const auto colourAt = [&](double position, double logit) {
            const QPointF at =
                (layout.frame.toDrawing(position, logit) + QPointF(0, layout.top)) * style.pixelsPerPoint;
            return image.pixelColor(at.toPoint());
        };
        const QColor inside = colourAt(0.45, 0.22), below = colourAt(0.75, 0.25), above = colourAt(0.3, 0.7);
        QVERIFY(inside != QColor(Qt::white));
        QCOMPARE(below, QColor(Qt::white));
        QCOMPARE(above, QColor(Qt::white));
        QVERIFY(colourAt(0.6, 0.4) == inside);  // between 0.2 and 0.6
    }

    void crossingsAreDrawnInTheLaneOfTheirLayer() {
        const PathLogitsScene scene(pictureOf(hingePath()), {});
        const PanelStyle style = printStyle();
        const QSizeF size(240, 170);
        const QImage image = painted(scene, style, size);
        const auto layout = scene.layout(style, size);
        const auto isMarked = [&](int lane) {
            for (int dx = -2; dx <= 2; ++dx) {
                const QPointF at(
                    layout.toDrawing(0.5) * style.pixelsPerPoint + dx,
                    (layout.lanes.top() + layout.lanes.height() * (lane + 0.5) / 2) * style.pixelsPerPoint);
                if (image.pixelColor(at.toPoint()) != QColor(Qt::white)) return true;
            }
            return false;
        };
        QVERIFY(!isMarked(0));
        QVERIFY(isMarked(1));
    }

    void nothingOverlaps_data() {
        QTest::addColumn<int>("segments");
        QTest::addColumn<int>("outputs");
        QTest::addColumn<int>("layers");
        QTest::addColumn<QSizeF>("size");
        QTest::newRow("column") << 3 << 10 << 3 << QSizeF(241, 170);
        QTest::newRow("wide") << 8 << 10 << 20 << QSizeF(493, 220);
        QTest::newRow("tiny") << 1 << 1 << 1 << QSizeF(120, 90);
        QTest::newRow("many") << 60 << 100 << 50 << QSizeF(493, 300);
        QTest::newRow("screen") << 3 << 10 << 3 << QSizeF(1440, 900);
    }
    void nothingOverlaps() {
        QFETCH(int, segments);
        QFETCH(int, outputs);
        QFETCH(int, layers);
        QFETCH(QSizeF, size);
        const auto picture = pictureOf(randomPath(segments, 400, outputs, layers));
        PathLook look;
        look.probabilities = true;
        const PathLogitsScene scene(picture, look);
        const auto layout = scene.layout(printStyle(), size);
        QVERIFY(layout.names.bottom() <= layout.probabilities.top() + 1e-9);
        QVERIFY(layout.probabilities.bottom() <= layout.lanes.top());
        QVERIFY(layout.lanes.bottom() < layout.plot().top());
        QVERIFY(QRectF(QPointF(0, 0), size).contains(layout.all()));
        QVERIFY2(layout.plot().height() > size.height() * 0.2, QByteArray::number(layout.plot().height()));
        const QByteArray name = QByteArray("path_scene_") + QTest::currentDataTag();
        keep(painted(scene, printStyle(), size), name.constData());
        keep(painted(PathLayersScene(picture), printStyle(), size), (name + "_layers").constData());
    }

    void brokenRecordsMakeNoPicture() {
        const auto broken = [](auto&& damage) {
            auto record = recordOf(hingePath());
            damage(*record);
            return !PathPicture::of(record, {});
        };
        QVERIFY(!PathPicture::of(nullptr, {}));
        QVERIFY(broken([](ResultRecord& r) { r.probe = "other"; }));
        QVERIFY(broken([](ResultRecord& r) { r.arrays.clear(); }));
        QVERIFY(broken([](ResultRecord& r) { r.tables.clear(); }));
        QVERIFY(broken([](ResultRecord& r) {
            r.arrays[0] = Array::of("position", {2}, std::vector<double>{0, 1});
        }));
        QVERIFY(broken([](ResultRecord& r) {
            r.arrays[0] = Array::of("position", {3}, std::vector<float>{0, 1, 2});
        }));
        QVERIFY(broken([](ResultRecord& r) {
            r.arrays[0] = Array::of("position", {3}, std::vector<double>{0, NAN, 1});
        }));
        QVERIFY(broken([](ResultRecord& r) {
            r.tables[1].columns[1].values = std::vector<std::int64_t>{7};  // a layer that is not there
        }));
        QVERIFY(broken([](ResultRecord& r) { r.tables[1].columns[1].values = std::vector<std::int64_t>{}; }));
        for (const double position : {double(NAN), double(INFINITY), -double(INFINITY)})
            QVERIFY(broken(
                [&](ResultRecord& r) { r.tables[1].columns[0].values = std::vector<double>{position}; }));
        const auto crossingsAt = [](std::vector<double> positions, std::vector<std::int64_t> layers) {
            return [=](ResultRecord& r) {
                r.tables[1].columns[0].values = positions;
                r.tables[1].columns[1].values = layers;
            };
        };
        QVERIFY(broken(crossingsAt({0.6, 0.4}, {1, 1})));
        QVERIFY(!broken(crossingsAt({0.6, 0.4}, {1, 0})));  // each layer has its own order
        QVERIFY(broken([](ResultRecord& r) {                // one sample: no path
            for (auto& column : r.tables[2].columns) column.values = std::vector<std::int64_t>{0};
        }));
        QVERIFY(broken([](ResultRecord& r) {  // ends beyond the last sample
            r.arrays[0] = Array::of("position", {3}, std::vector<double>{0, 0.5, 1.5});
        }));
    }

    void manyCrossingsStaySmallAndQuick() {
        const auto picture = pictureOf(randomPath(8, 12'500, 10, 20));  // 100,000
        const PathLogitsScene scene(picture, {});
        const QByteArray svg = svgOf(scene, {493, 300});
        QVERIFY2(svg.size() < 4'000'000, QByteArray::number(svg.size()));
        QVERIFY(svg.contains("<text"));
        QElapsedTimer timer;
        timer.start();
        painted(scene, printStyle(), {493, 300});
        qInfo("100,000 crossings: %lld ms, SVG %lld kB", timer.elapsed(),
              static_cast<long long>(svg.size() / 1000));
    }

    void legendNamesEveryLayerAndClass() {
        const auto picture = pictureOf(randomPath(2, 50, 10, 20));
        const auto items = PathLogitsScene(picture, {}).legend();
        const auto has = [&](const QString& start) {
            return std::any_of(items.begin(), items.end(),
                               [&](const auto& item) { return item.text.startsWith(start); });
        };
        for (const auto& layer : picture->layers()) QVERIFY(has(layer.name));
        for (int k = 0; k < 10; ++k) QVERIFY(has("class " + QString::number(k)));
        QVERIFY(has("Deviation of class 9"));
    }
};

QTEST_MAIN(PathSceneTest)
#include "path_scene_test.moc"
