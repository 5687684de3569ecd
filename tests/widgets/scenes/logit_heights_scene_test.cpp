// SPDX-License-Identifier: GPL-3.0-or-later
// Logits as heights: scaled to the box and back, each look, and what a figure shows.
#include "widgets/scenes/logit_heights_scene.h"

#include <rapidcheck.h>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>

#include "widgets/scenes/logit_heights_mesh.h"
#include "widgets/scenes/volume_axes.h"
#include "widgets/scenes/volume_panel_scene.h"

using namespace tessera;

namespace {

// Logits (10 s, 0) over the square: class 1 to the left, 0 to the right.
LogitHeightsResult ramp() {
    auto grid = std::make_shared<LogitGrid>();
    grid->columns = grid->rows = 3;
    grid->low = {-1, -1}, grid->high = {1, 1};
    grid->outputs = 2;
    for (int row = 0; row < 3; ++row)
        for (int column = 0; column < 3; ++column) {
            grid->logits.push_back(static_cast<float>(10 * (column - 1)));
            grid->logits.push_back(0);
        }
    LogitHeightsResult result;
    result.plane = {{2},
                    Eigen::VectorXd::Zero(2),
                    Eigen::VectorXd::Unit(2, 0),
                    Eigen::VectorXd::Unit(2, 1),
                    squarePolygon()};
    result.outputs = 2;
    result.sampled = grid;
    result.samples = {{7, 0, 0, {0.5, 0.25}, 0, {5, 0}}};
    return result;
}

HeightsDrawing drawn(const HeightsLook& look) {
    const auto result = ramp();
    return heightsDrawing(result, result.mesh(), look, SceneTheme::light(), {{"left", "right"}, 2});
}

const VolumeFaces* layer(const VolumeDrawing& drawing, const char* name) {
    for (const auto& faces : drawing.faces)
        if (faces.name == QLatin1String(name)) return &faces;
    return nullptr;
}

double valueAt(const VolumeDrawing& drawing, const Eigen::Vector3d& point) {
    return drawing.zero.z() + drawing.unit.z() * point.z();
}

}  // namespace

class LogitHeightsSceneTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // What the axis says at a corner is the height there, in every look.
    void heightsAreThoseOfTheAxis() {
        using Height = HeightsLook::Height;
        for (const auto height : {Height::Winning, Height::Margin, Height::Logits, Height::Confidence}) {
            HeightsLook look;
            look.height = height;
            const auto made = drawn(look).drawing;
            QVERIFY(layer(made, kSurfaceLayer));
            for (const auto& faces : made.faces)
                for (const auto& point : faces.points) {
                    QVERIFY(point.z() >= -1e-12 && point.z() <= made.high.z() + 1e-12);
                    if (faces.name == QLatin1String(kFloorLayer)) continue;
                    const double value = valueAt(made, point), logit = 10 * point.x();
                    const double wanted = height == Height::Winning  ? std::max(logit, 0.0)
                                          : height == Height::Margin ? std::abs(logit)
                                          : height == Height::Confidence
                                              ? 1 / (1 + std::exp(-std::abs(logit)))
                                              : value;  // of one of the sheets
                    QVERIFY2(std::abs(value - wanted) < 1e-5, qPrintable(QString::number(value - wanted)));
                    if (height == Height::Logits)
                        QVERIFY(std::min(std::abs(value), std::abs(value - logit)) < 1e-5);
                }
            // A sample stands on the surface.
            const double sample = valueAt(made, made.marks.at(0).points.at(0));
            const double expected = height == Height::Confidence ? 1 / (1 + std::exp(-5.0)) : 5;
            // Lifted off it, so that it is seen.
            const double range = made.unit.z() * made.high.z();
            QVERIFY(sample > expected && sample < expected + 0.02 * range);
        }
    }

    void looks() {
        HeightsLook look;
        QVERIFY(layer(drawn(look).drawing, kFloorLayer));
        QVERIFY(!drawn(look).bar);
        look.floor = look.boundary = look.samples = false;
        look.fill = HeightsLook::Fill::Height;
        const auto bare = drawn(look);
        QVERIFY(!layer(bare.drawing, kFloorLayer) && bare.drawing.lines.empty() &&
                bare.drawing.marks.empty());
        QVERIFY(bare.bar && bare.bar->low == 0 && bare.bar->high == 10);
        const auto whole = layer(bare.drawing, kSurfaceLayer)->colour.size();
        look.hiddenClass = {1, 0};
        const auto half = drawn(look);
        QVERIFY(layer(half.drawing, kSurfaceLayer)->colour.size() < whole);
        for (const auto& point : layer(half.drawing, kSurfaceLayer)->points) QVERIFY(point.x() < 1e-6);
        look.height = HeightsLook::Height::Logits;
        look.hiddenClass = {0, 0};
        const auto sheets = drawn(look).drawing;
        QCOMPARE(sheets.faces.size(), std::size_t{2});
        for (const auto& faces : sheets.faces) QVERIFY(faces.opacity < 1);
    }

    // The numbers along the third axis are logits, not lengths of the box.
    void axisNumbers() {
        HeightsLook look;
        look.floor = false;
        const auto made = drawn(look).drawing;
        QVERIFY(std::abs(made.high.z() - 0.6 * 2) < 1e-12);
        const QRectF room(0, 0, 300, 240);
        const VolumeProjection sight(VolumeCamera::around(made.low, made.high, kHeightsDirection), room);
        const auto axes = layoutVolumeAxes(made, sight, {}, PanelStyle(), room);
        const auto third = std::find_if(axes.axes.begin(), axes.axes.end(),
                                        [](const VolumeAxis& axis) { return axis.axis == 2; });
        QVERIFY(third != axes.axes.end() && third->ticks.size() > 1);
        QCOMPARE(third->ticks.front().text, QStringLiteral("0"));
        QCOMPARE(third->ticks.back().text, QStringLiteral("10"));
        // The last one stands at the upper end of the box.
        double top = INFINITY;
        for (const auto& tick : third->ticks) top = std::min(top, tick.from.y());
        QCOMPARE(third->ticks.back().from.y(), top);
    }

    void viewStateReturns() {
        QVERIFY(rc::check("a state comes back as it was", [](unsigned seed) {
            std::mt19937 random(seed);
            const auto flag = [&] { return random() % 2 == 0; };
            HeightsViewState state;
            state.look.height = static_cast<HeightsLook::Height>(random() % 4);
            state.look.fill = static_cast<HeightsLook::Fill>(random() % 3);
            state.look.floor = flag(), state.look.boundary = flag(), state.look.samples = flag();
            state.look.outlines = flag();
            state.look.opacity = double(random() % 101) / 100,
            state.look.tall = 0.1 + double(random() % 20) / 10;
            if (flag()) state.look.hiddenClass = {0, 1};
            state.camera.isFitted = flag();
            if (flag()) state.camera.camera = VolumeCamera();
            const auto values = heightsViewValues(state);
            const auto back = heightsViewState(values);
            RC_ASSERT(back.isOk());
            RC_ASSERT(back.value().look == state.look);
            RC_ASSERT(heightsViewValues(back.value()) == values);
        }));
        QVERIFY(heightsViewState({{"height", std::string("depth")}}).isError());
        QVERIFY(checkHeightsView({{"up", std::string("0 0 0")}}).isError());
        QVERIFY(checkHeightsView({}).isOk());
    }

    void meshesHoldLogits() {
        const auto result = ramp();
        const QTemporaryDir folder;
        for (const char* name : {"h.vtp", "h.ply", "h.npz"}) {
            const auto path = folder.filePath(QLatin1String(name)).toStdString();
            QVERIFY2(writeHeightsMesh(path, result, result.mesh(), {}).isOk(), name);
            QVERIFY(std::ifstream(path).peek() != std::char_traits<char>::eof());
        }
        HeightsLook none;
        none.height = HeightsLook::Height::Logits;
        none.hiddenClass = {1, 1};
        QVERIFY(
            writeHeightsMesh(folder.filePath("n.vtp").toStdString(), result, result.mesh(), none).isError());
    }
};

QTEST_MAIN(LogitHeightsSceneTest)
#include "logit_heights_scene_test.moc"
