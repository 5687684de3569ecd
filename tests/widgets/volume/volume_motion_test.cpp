// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/volume_motion.h"

#include <QTest>

#include "tests/widgets/volume/square_drawing.h"
#include "widgets/scenes/volume_axes.h"
#include "widgets/volume/cut_frame.h"

using namespace tessera;

namespace {
constexpr QSize kSize{500, 400};
const QRectF kView(0, 0, 500, 400);
double apart(const QPointF& a, const QPointF& b) {
    return std::hypot(a.x() - b.x(), a.y() - b.y());
}
}  // namespace

class VolumeMotionTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void sidesKeepDistanceAndFocus() {
        VolumeCamera camera = cameraAlongT();
        camera.focus = {0.3, -0.2, 0.1};
        const double distance = (camera.position - camera.focus).norm();
        const Eigen::Vector3d wanted[] = {{1, 0, 0},  {-1, 0, 0}, {0, 1, 0},
                                          {0, -1, 0}, {0, 0, 1},  {0, 0, -1}};
        for (int i = 0; i < 6; ++i) {
            const VolumeCamera side = standardView(camera, static_cast<StandardView>(i));
            QVERIFY(((side.position - side.focus) - wanted[i] * distance).norm() < 1e-9);
            QCOMPARE(side.focus, camera.focus);
            QVERIFY(std::abs(side.up.dot(wanted[i])) < 1e-9);
        }
    }

    void panMovesTheFocalPlane() {
        for (const bool parallel : {false, true}) {
            VolumeCamera camera = cameraAlongT();
            camera.parallel = parallel;
            const VolumeCamera moved = panned(camera, kView, {37, -12});
            const Eigen::Vector3d point(0.4, 0, -0.6);
            QVERIFY(apart(placeOf(moved, kSize, point), placeOf(camera, kSize, point) + QPointF(37, -12)) <
                    1e-9);
            QVERIFY((moved.position - moved.focus - camera.position + camera.focus).norm() < 1e-12);
        }
    }

    void zoomKeepsThePointUnderThePointer() {
        for (const bool parallel : {false, true}) {
            VolumeCamera camera = cameraAlongT();
            camera.parallel = parallel;
            const Eigen::Vector3d held(0.7, 0, 0.2), other(-0.1, 0, -0.4);
            const VolumeCamera near = zoomed(camera, kView, 2.5, placeOf(camera, kSize, held));
            QVERIFY(apart(placeOf(near, kSize, held), placeOf(camera, kSize, held)) < 1e-9);
            const double before = apart(placeOf(camera, kSize, held), placeOf(camera, kSize, other));
            QVERIFY(std::abs(apart(placeOf(near, kSize, held), placeOf(near, kSize, other)) / before - 2.5) <
                    1e-9);
        }
    }

    void projectionsAgreeInTheFocalPlane() {
        const VolumeCamera camera = cameraAlongT(), flat = withParallel(camera, true),
                           back = withParallel(flat, false);
        const Eigen::Vector3d point(0.7, 0, -0.5);
        QVERIFY(flat.parallel && !back.parallel);
        QVERIFY(apart(placeOf(flat, kSize, point), placeOf(camera, kSize, point)) < 1e-9);
        QVERIFY((back.position - camera.position).norm() < 1e-9);
    }

    void fitFillsTheRoom() {
        PanelStyle style;
        style.fontPt = 9;
        for (const QSize size : {QSize(900, 500), QSize(300, 700)})
            for (const bool parallel : {false, true}) {
                VolumeDrawing drawing;
                drawing.low = {-3, 1, 10}, drawing.high = {5, 2, 14};
                VolumeCamera camera;
                camera.parallel = parallel, camera.viewAngle = 50;
                const QRectF view(QPointF(0, 0), QSizeF(size)), room = view.adjusted(8, 8, -8, -8);
                const VolumeCamera fit = fittedCamera(drawing, {}, camera, style, view, room);
                const VolumeProjection projection(fit, view);
                QRectF all = layoutVolumeAxes(drawing, projection, {}, style).bounds();
                for (int corner = 0; corner < 8; ++corner) {
                    const Eigen::Vector3d page = projection.pageFromVolume(
                        {corner & 1 ? 5.0 : -3.0, corner & 2 ? 2.0 : 1.0, corner & 4 ? 14.0 : 10.0});
                    all |= QRectF(page.x() - 0.01, page.y() - 0.01, 0.02, 0.02);
                }
                QVERIFY(room.adjusted(-4, -4, 4, 4).contains(all));
                QVERIFY(std::max(all.width() / room.width(), all.height() / room.height()) > 0.95);
                const Eigen::Vector3d was = (camera.position - camera.focus).normalized();
                QVERIFY(((fit.position - fit.focus).normalized() - was).norm() < 1e-9);
            }
    }

    void pointsOutOfTheBoxAreFitted() {
        VolumeDrawing drawing = *squares({{"in", 0, 0, 0.5, 0, Qt::red}});
        QVERIFY(outermostPoints(drawing).empty());
        drawing = *squares({{"out", 0, 0, 2.5, 0, Qt::red}});
        const auto outermost = outermostPoints(drawing);
        QVERIFY(!outermost.empty());
        const QRectF view(0, 0, 500, 400);
        const VolumeCamera fit = fittedCamera(drawing, outermost, cameraAlongT(), {}, view, view);
        for (const auto& point : drawing.faces[0].points)
            QVERIFY(view.adjusted(-3, -3, 3, 3).contains(placeOf(fit, kSize, point)));
    }

    void raysGoThroughWhatIsSeen() {
        for (const bool parallel : {false, true}) {
            VolumeCamera camera = cameraAlongT();
            camera.parallel = parallel;
            const Eigen::Vector3d point(0.3, 0.9, -0.7);
            const VolumeRay ray = rayThrough(VolumeProjection(camera, kView), placeOf(camera, kSize, point));
            QVERIFY(std::abs(ray.direction.norm() - 1) < 1e-12);
            QVERIFY((point - ray.origin).cross(ray.direction).norm() < 1e-9);
            QVERIFY((point - ray.origin).dot(ray.direction) > 0);
        }
    }

    void nearestOnALine() {
        const VolumeRay ray{{1, -5, 2}, {0, 1, 0}};
        const auto x = nearestOnLine(ray, {0, 0, 2.5}, {1, 0, 0});
        QVERIFY(x && std::abs(*x - 1) < 1e-12);
        QVERIFY(!nearestOnLine(ray, {0, 0, 0}, {0, 1, 0}));
    }

    // Seen along its normal, drawing upwards takes the plane away from the eye.
    void cutSeenFromItsFront() {
        const auto drawing = squares({});
        const VolumeProjection along(cameraAlongT(), kView);
        QVERIFY(draggedCut(*drawing, along, VolumePlane::across(1, 0), {250, 200}, {250, 150}) > 0.1);
        QVERIFY(draggedCut(*drawing, along, VolumePlane::across(1, 0), {250, 200}, {250, 250}) < -0.1);
        const double across =
            draggedCut(*drawing, along, VolumePlane::across(0, 0), placeOf(cameraAlongT(), kSize, {0, 0, 0}),
                       placeOf(cameraAlongT(), kSize, {0.4, 0, 0}));
        QVERIFY(std::abs(across - 0.4) < 1e-6);
    }
};

QTEST_MAIN(VolumeMotionTest)
#include "volume_motion_test.moc"
