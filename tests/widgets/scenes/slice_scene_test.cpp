// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/slice_scene.h"

#include <QtTest>
#include <thread>

#include "widgets/scenes/class_shader.h"
#include "widgets/scenes/class_spots.h"
#include "widgets/scenes/fill_colours.h"
#include "widgets/scenes/slice_raster.h"
#include "widgets/scenes/synthetic_arrangement.h"

using namespace tessera;

namespace {

SliceScene sceneOf(const synthetic::Network& net, const Eigen::Vector2d& centre = {0, 0}, double half = 1) {
    SliceScene scene;
    scene.low = centre - Eigen::Vector2d(half, half);
    scene.high = centre + Eigen::Vector2d(half, half);
    scene.classCount = net.out.rows() == 1 ? 2 : static_cast<int>(net.out.rows());
    scene.arrangement = std::make_shared<PreparedArrangement>(synthetic::arrangementOf(
        net, rectanglePolygon(scene.low.x(), scene.low.y(), scene.high.x(), scene.high.y())));
    return scene;
}

SampledField fieldOf(const synthetic::Network& net, int side) {
    SampledField field;
    field.rows = field.columns = side;
    field.low = {-1, -1};
    field.high = {1, 1};
    field.outputs = static_cast<int>(net.out.rows());
    for (int r = 0; r < side; ++r)
        for (int c = 0; c < side; ++c) {
            const Eigen::VectorXd logits = net.logits({-1 + (c + 0.5) * 2 / side, 1 - (r + 0.5) * 2 / side});
            int label = 0;
            field.confidence.push_back(
                static_cast<float>(leadingConfidence(logits.data(), static_cast<int>(logits.size()), label)));
            field.label.push_back(label);
            field.evaluated.push_back(1);
        }
    return field;
}

QImage raster(const SliceScene& scene, int side, const RasterParts& parts = {true, false, false}) {
    return rasterSlice(scene, {}, QSize(side, side),
                       SliceMap::onto(QRectF(0, 0, side, side), scene.low, scene.high), parts, {});
}

int distance(QRgb a, QRgb b) {
    return std::max(
        {std::abs(qRed(a) - qRed(b)), std::abs(qGreen(a) - qGreen(b)), std::abs(qBlue(a) - qBlue(b))});
}

}  // namespace

class SliceSceneTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // The class fill is the network itself at every pixel: class and confidence.
    void classFillIsTheNetwork_data() {
        QTest::addColumn<int>("outputs");
        for (const int outputs : {1, 2, 3, 10, 40})
            QTest::newRow(qPrintable(QString::number(outputs))) << outputs;
    }
    void classFillIsTheNetwork() {
        QFETCH(int, outputs);
        const auto net = synthetic::randomNetwork(40, outputs, 11);
        const SliceScene scene = sceneOf(net);
        const int side = 160;
        const QImage image = raster(scene, side);
        const FillColours colours(scene);
        int wrong = 0;
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) {
                const Eigen::VectorXd logits =
                    net.logits({-1 + (x + 0.5) * 2 / side, 1 - (y + 0.5) * 2 / side});
                int label = 0;
                const double confidence = leadingConfidence(logits.data(), outputs, label);
                if (distance(image.pixel(x, y), colours.ofClass(label, confidence)) > 6) ++wrong;
            }
        QVERIFY2(wrong <= side * side / 2000,
                 qPrintable(QString::number(wrong)));  // pixels exactly on a boundary may fall either way
    }
    // A window of 1e-3 at 1e6: the same picture as the same network at the origin.
    void farFromTheOrigin() {
        auto net = synthetic::randomNetwork(30, 4, 2);
        const SliceScene near = sceneOf(net);
        auto shifted = net;
        shifted.hidden.col(2) -= net.hidden.leftCols<2>() * Eigen::Vector2d(1e6, -1e6);
        SliceScene far = sceneOf(shifted, {1e6, -1e6});
        const QImage a = raster(near, 120), b = raster(far, 120);
        int wrong = 0;
        for (int y = 0; y < 120; ++y)
            for (int x = 0; x < 120; ++x) wrong += distance(a.pixel(x, y), b.pixel(x, y)) > 6;
        QVERIFY2(wrong < 20, qPrintable(QString::number(wrong)));
    }
    // Cells of the sampled map are flat squares, not blurred.
    void sampledMapIsNotSmoothed() {
        const auto net = synthetic::randomNetwork(20, 3, 4);
        SliceScene scene;
        scene.classCount = 3;
        scene.field = std::make_shared<SampledField>(fieldOf(net, 8));
        QCOMPARE(scene.effectiveFill(), SliceFill::Class);
        scene.switches.fill = SliceFill::Depth;
        QCOMPARE(scene.effectiveFill(), SliceFill::Class);  // there is no depth without an arrangement
        const QImage image = raster(scene, 80);
        const FillColours colours(scene);
        for (int y = 0; y < 80; ++y)
            for (int x = 0; x < 80; ++x) {
                const auto cell = static_cast<std::size_t>(y / 10 * 8 + x / 10);
                QCOMPARE(image.pixel(x, y),
                         colours.ofClass(scene.field->label[cell], scene.field->confidence[cell]));
            }
    }
    void partialArrangementKeepsTheSampledMapElsewhere() {
        const auto net = synthetic::randomNetwork(12, 3, 8);
        auto left = synthetic::arrangementOf(net, rectanglePolygon(-1, -1, 0, 1));
        left->window = rectanglePolygon(-1, -1, 1, 1);
        left->complete = false;
        left->stopReason = "region budget of 20 reached";
        SliceScene scene;
        scene.classCount = 3;
        scene.field = std::make_shared<SampledField>(fieldOf(net, 40));
        scene.arrangement = std::make_shared<PreparedArrangement>(left);
        const QImage byClass = raster(scene, 80);
        for (int y = 0; y < 80; ++y)
            for (int x = 0; x < 80; ++x)
                QVERIFY(qAlpha(byClass.pixel(x, y)) == 255 &&
                        byClass.pixel(x, y) != scene.theme.notComputed.rgb());
        scene.switches.fill = SliceFill::Pattern;
        const QImage byPattern = raster(scene, 80);
        QCOMPARE(byPattern.pixel(60, 40), scene.theme.notComputed.rgb());
        QVERIFY(byPattern.pixel(20, 40) != scene.theme.notComputed.rgb());
        QVERIFY(describeResult(scene).contains("partial: region budget of 20 reached"));
    }
    void boundaryIsDrawnWhereClassesMeet() {
        const auto net = synthetic::randomNetwork(20, 3, 21);
        SliceScene scene = sceneOf(net);
        QVERIFY(!scene.arrangement->arrangement().boundary.empty());
        scene.switches.fill = SliceFill::None;
        const int side = 200;
        const QImage image = raster(scene, side, {false, false, true});
        for (const auto& segment : scene.arrangement->arrangement().boundary) {
            const Eigen::Vector2d middle = (segment.a + segment.b) / 2;
            const int x = static_cast<int>((middle.x() + 1) / 2 * side),
                      y = static_cast<int>((1 - middle.y()) / 2 * side);
            if (x < 2 || y < 2 || x > side - 3 || y > side - 3) continue;
            QVERIFY(distance(image.pixel(x, y), scene.theme.boundary.rgb()) < 130);
        }
        scene.switches.boundary = false;
        QVERIFY(qAlpha(raster(scene, side, {false, false, true}).pixel(100, 100)) == 0);
    }
    void labelsSitInTheirClass() {
        const auto net = synthetic::randomNetwork(40, 6, 13);
        const SliceScene scene = sceneOf(net);
        const auto spots = findClassSpots(scene);
        QVERIFY(spots.size() >= 2);
        double shares = 0;
        for (const auto& spot : spots) {
            QCOMPARE(net.label(spot.position), spot.label);
            shares += spot.share;
            const double sure = 0.92 * spot.room -
                                2 * 2.0 / 100;  // chamfer distances are up to 8 % long; two cells of the grid
            for (int i = 0; i < 16 && sure > 0; ++i) {
                const Eigen::Vector2d p =
                    spot.position + sure * Eigen::Vector2d(std::cos(i * M_PI / 8), std::sin(i * M_PI / 8));
                QCOMPARE(net.label(p), spot.label);
            }
        }
        QVERIFY(std::abs(shares - 1) < 1e-9);
    }
    void labelsKeepOutOfWhatIsTaken() {
        const SliceScene scene = sceneOf(synthetic::randomNetwork(40, 6, 13));
        const ClassSpot before = findClassSpots(scene).front();
        const Eigen::Vector2d half(0.2, 0.1);
        const auto after = findClassSpots(scene, {{before.position - half, before.position + half}});
        for (const auto& spot : after) {
            const Eigen::Vector2d away = (spot.position - before.position).cwiseAbs() - half;
            QVERIFY(away.maxCoeff() > 0.9 * std::min(spot.room, 0.05) - 0.04);
            QVERIFY(spot.label != before.label || (spot.position - before.position).norm() > 0.1);
        }
    }
    void stoppedMeansNothing() {
        const SliceScene scene = sceneOf(synthetic::randomNetwork(60, 3, 1));
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(rasterSlice(scene, {}, {50, 50}, SliceMap::onto({0, 0, 50, 50}, scene.low, scene.high), {},
                            stop.get_token())
                    .isNull());
    }
    void emptySceneIsPaintedEverywhere() {
        QImage image(300, 200, QImage::Format_ARGB32_Premultiplied);
        image.fill(Qt::red);
        QPainter painter(&image);
        paintSlice(painter, SliceScene(), {}, {300, 200});
        painter.end();
        QCOMPARE(image.pixelColor(2, 2), QColor(Qt::white));
    }
    // The same bytes from another thread, with no widget anywhere.
    void worksInAThread() {
        SliceScene scene = sceneOf(synthetic::randomNetwork(30, 4, 9));
        scene.markers = {{{0.2, 0.3}, 0, 1, "first", true, 0}, {{-0.5, 0.1}, 2.5, 2, "other", false, 5}};
        const auto paint = [&](QImage& image) {
            image = QImage(400, 300, QImage::Format_ARGB32_Premultiplied);
            QPainter painter(&image);
            paintSlice(painter, scene, {}, {400, 300});
        };
        QImage here, there;
        paint(here);
        std::thread worker([&] { paint(there); });
        worker.join();
        QCOMPARE(here, there);
    }
};

QTEST_MAIN(SliceSceneTest)
#include "slice_scene_test.moc"
