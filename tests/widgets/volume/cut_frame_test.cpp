// SPDX-License-Identifier: GPL-3.0-or-later
// The cut plane's frame against corners worked out by hand, and how it is held and drawn along.
#include "widgets/volume/cut_frame.h"

#include <QTest>
#include <algorithm>

#include "tests/widgets/volume/square_drawing.h"
#include "widgets/volume/volume_cut.h"

using namespace tessera;

namespace {

constexpr QSize kSize{500, 400};
const QRectF kView(0, 0, 500, 400);
constexpr double kOut = 1.04;  // half the side of the frame's box about squares() of none, -1 to 1

bool hasCorner(const std::vector<Eigen::Vector3d>& frame, const Eigen::Vector3d& corner) {
    return std::any_of(frame.begin(), frame.end(),
                       [&](const auto& c) { return (c - corner).norm() < 1e-12; });
}

}  // namespace

class CutFrameTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void acrossAnAxisItIsARectangle() {
        const auto frame = cutFrame(*squares({}), VolumePlane::across(2, 0.3));
        QCOMPARE(frame.size(), std::size_t{4});
        for (const double s : {-kOut, kOut})
            for (const double t : {-kOut, kOut}) QVERIFY(hasCorner(frame, {s, t, 0.3}));
        QVERIFY((cutMiddle(frame) - Eigen::Vector3d(0, 0, 0.3)).norm() < 1e-12);
    }

    // s + t + r = 0 meets every edge that joins two corners of different sign in its middle.
    void alongTheDiagonalItIsAHexagon() {
        const VolumePlane plane{Eigen::Vector3d(1, 1, 1).normalized(), 0};
        const auto frame = cutFrame(*squares({}), plane);
        QCOMPARE(frame.size(), std::size_t{6});
        for (int zero = 0; zero < 3; ++zero)
            for (const double sign : {-1.0, 1.0}) {
                Eigen::Vector3d corner = Eigen::Vector3d::Zero();
                corner[(zero + 1) % 3] = sign * kOut, corner[(zero + 2) % 3] = -sign * kOut;
                QVERIFY(hasCorner(frame, corner));
            }
        for (std::size_t k = 0; k < 6; ++k)  // in order: all sides are sqrt(2) long
            QVERIFY(std::abs((frame[k] - frame[(k + 1) % 6]).norm() - std::sqrt(2.0) * kOut) < 1e-12);
        QVERIFY(cutMiddle(frame).norm() < 1e-12);
    }

    // Near a corner: s + t + r = 2.5 cuts off a triangle with legs 3 * 1.04 - 2.5.
    void nearACornerItIsATriangle() {
        const auto frame =
            cutFrame(*squares({}), {Eigen::Vector3d(1, 1, 1).normalized(), 2.5 / std::sqrt(3.0)});
        QCOMPARE(frame.size(), std::size_t{3});
        Eigen::Vector3d mean = Eigen::Vector3d::Zero();
        for (int axis = 0; axis < 3; ++axis) {
            Eigen::Vector3d corner = Eigen::Vector3d::Constant(kOut);
            corner[axis] = 2.5 - 2 * kOut;
            QVERIFY(hasCorner(frame, corner));
            mean += corner / 3;
        }
        QVERIFY((cutMiddle(frame) - mean).norm() < 1e-12);
    }

    // The handle does not jump where a triangle's corner becomes a side.
    void middleMovesSmoothly() {
        const Eigen::Vector3d normal = Eigen::Vector3d(1, 2, 3).normalized();
        const auto drawing = squares({});
        const auto [from, to] = positionsInBox(normal, drawing->low, drawing->high);
        constexpr int kSteps = 400;
        Eigen::Vector3d before = cutMiddle(cutFrame(*drawing, {normal, from}));
        for (int step = 1; step <= kSteps; ++step) {
            const Eigen::Vector3d now =
                cutMiddle(cutFrame(*drawing, {normal, from + (to - from) * step / kSteps}));
            QVERIFY((now - before).norm() < 8 * (to - from) / kSteps);
            before = now;
        }
        QVERIFY((before - drawing->high).norm() < 0.05);
    }

    void besideTheBoxThereIsNothingToHold() {
        const auto frame = cutFrame(*squares({}), VolumePlane::across(0, 3));
        QVERIFY(frame.empty());
        QVERIFY(!isOnCutFrame(frame, VolumeProjection(cameraAlongT(), kView), {250, 200}, 6));
    }

    void heldAtItsSidesAndMiddle() {
        const VolumePlane plane{Eigen::Vector3d(1, 0, 1).normalized(), 0.4};
        const auto frame = cutFrame(*squares({}), plane);
        VolumeCamera camera = cameraAlongT();
        camera.position = {3, -6, 1};
        const VolumeProjection sight(camera, kView);
        const auto on = [&](const Eigen::Vector3d& point) {
            return isOnCutFrame(frame, sight, placeOf(camera, kSize, point), 3);
        };
        QVERIFY(on(cutMiddle(frame)));
        for (std::size_t k = 0; k < 4; ++k) {
            QVERIFY(on(frame[k] * 0.25 + frame[(k + 1) % 4] * 0.75));
            QVERIFY(!on(frame[k] * 0.5 + cutMiddle(frame) * 0.5));
        }
    }

    // The point that is held stays under the pointer, whichever it is and whatever the normal.
    void heldPointStaysUnderThePointer() {
        const auto drawing = squares({});
        for (const Eigen::Vector3d& way :
             {Eigen::Vector3d(0, 0, 1), Eigen::Vector3d(1, 0, 1), Eigen::Vector3d(1, -1, 1)}) {
            const VolumePlane plane{way.normalized(), 0.1};
            VolumeCamera camera = cameraAlongT();
            camera.position = {2, -6, 1};
            const VolumeProjection sight(camera, kView);
            const auto [first, second] = plane.directions();
            const Eigen::Vector3d held = plane.normal * plane.position + first * 0.3 - second * 0.2;
            const double moved = draggedCut(*drawing, sight, plane, placeOf(camera, kSize, held),
                                            placeOf(camera, kSize, held + plane.normal * 0.35));
            QVERIFY(std::abs(moved - 0.45) < 1e-6);
        }
    }

    void staysWithinTheBox() {
        const auto drawing = squares({});
        const VolumePlane plane{Eigen::Vector3d(1, 0, 1).normalized(), 0};
        const VolumeProjection sight(cameraAlongT(), kView);
        const QPointF from = placeOf(cameraAlongT(), kSize, {0, 0, 0});
        QCOMPARE(draggedCut(*drawing, sight, plane, from, from + QPointF(400, -400)), std::sqrt(2.0));
        QCOMPARE(draggedCut(*drawing, sight, plane, from, from - QPointF(400, -400)), -std::sqrt(2.0));
    }

    void clipsTheEyesSide() {
        VolumeCut cut;
        cut.plane = {Eigen::Vector3d(1, 1, 0).normalized(), 0.5};
        cut.clips = true;
        VolumeCamera camera = cameraAlongT();
        camera.position = {5, 0, 0};
        QVERIFY(cut.hides({1, 0, 0}, camera) && !cut.hides({0.5, 0, 0}, camera));
        camera.position = {-5, 0, 0};
        QVERIFY(!cut.hides({1, 0, 0}, camera) && cut.hides({0.5, 0, 0}, camera));
        // A parallel view has a direction and no place.
        camera.position = {0.1, 0, 0}, camera.focus = {0, 0, 0}, camera.parallel = true;
        QVERIFY(cut.hides({1, 0, 0}, camera) && !cut.hides({0.5, 0, 0}, camera));
        cut.clips = false;
        QVERIFY(!cut.hides({1, 0, 0}, camera));
    }
};

QTEST_GUILESS_MAIN(CutFrameTest)
#include "cut_frame_test.moc"
