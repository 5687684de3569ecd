// SPDX-License-Identifier: GPL-3.0-or-later
// The camera against closed forms: VTK's conventions for position, focal point, view up, view angle and
// parallel scale.
#include <Eigen/Geometry>
#include <QtTest>
#include <cmath>
#include <numbers>
#include <random>

#include "widgets/scenes/volume_projection.h"

using namespace tessera;

namespace {

constexpr double kDegree = std::numbers::pi / 180;

std::mt19937 random_(5);
Eigen::Vector3d randomPoint() {
    std::uniform_real_distribution<double> uniform(-1, 1);
    return {uniform(random_), uniform(random_), uniform(random_)};
}
bool isNear(const Eigen::Vector3d& a, const Eigen::Vector3d& b, double tolerance = 1e-12) {
    return (a - b).norm() <= tolerance * (1 + b.norm());
}

}  // namespace

class VolumeProjectionTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // From (0, -4, 0) towards +t: s is to the right, r upwards; half the height is the tangent of half the
    // angle.
    void perspectiveInClosedForm() {
        VolumeCamera camera;
        camera.position = {0, -4, 0};
        camera.viewAngle = 60;
        const VolumeProjection projection(camera, QRectF(10, 20, 300, 200));
        const double scale = 100 / std::tan(30 * kDegree);  // points per unit of slope
        QVERIFY(isNear(projection.pageFromVolume({0, 0, 0}), {160, 120, 4}));
        QVERIFY(isNear(projection.pageFromVolume({1, 0, 0.5}), {160 + scale / 4, 120 - scale / 8, 4}));
        QVERIFY(isNear(projection.pageFromVolume({1, 4, 0.5}), {160 + scale / 8, 120 - scale / 16, 8}));
        // The upper side of the view, whatever its width.
        QVERIFY(std::abs(projection.pageFromVolume({0, -3, std::tan(30 * kDegree)}).y() - 20) < 1e-9);
    }
    void parallelInClosedForm() {
        VolumeCamera camera;
        camera.position = {0, 0, 7};
        camera.up = {0, 1, 0};
        camera.parallel = true;
        camera.parallelScale = 2.5;  // half the height
        const VolumeProjection projection(camera, QRectF(0, 0, 300, 200));
        QVERIFY(isNear(projection.pageFromVolume({1, -0.5, 3}), {150 + 40, 100 + 20, 4}));
        QVERIFY(isNear(projection.pageFromVolume({1, 2.5, -9}), {190, 0, 16}));
    }
    void backFromThePage() {
        for (int i = 0; i < 200; ++i) {
            VolumeCamera camera;
            camera.position = 5 * randomPoint().normalized(), camera.focus = randomPoint();
            camera.up = randomPoint();
            camera.parallel = i % 2 == 0;
            const VolumeProjection projection(camera, QRectF(3, 4, 200, 150));
            const Eigen::Vector3d p = randomPoint();
            QVERIFY(isNear(projection.volumeFromPage(projection.pageFromVolume(p)), p));
        }
    }
    // Keys of points of a plane are affine over the page, and grow with depth.
    void keysOfPlanes() {
        for (int i = 0; i < 200; ++i) {
            VolumeCamera camera;
            camera.position = 5 * randomPoint().normalized();
            camera.parallel = i % 2 == 0;
            const VolumeProjection projection(camera, QRectF(3, 4, 200, 150));
            const Eigen::Vector3d a = projection.eyeFromVolume(randomPoint()),
                                  b = projection.eyeFromVolume(randomPoint()),
                                  c = projection.eyeFromVolume(randomPoint());
            const Eigen::Vector3d normal = (b - a).cross(c - a).normalized();
            const Eigen::Vector3d key = projection.keyOfPlane(normal, normal.dot(a));
            const Eigen::Vector3d inside = 0.2 * a + 0.5 * b + 0.3 * c;
            for (const auto& p : {a, b, c, inside}) {
                const Eigen::Vector3d page = projection.pageFromEye(p);
                const double expected = projection.keyFromDepth(page.z());
                QVERIFY(std::abs(key.dot(Eigen::Vector3d(page.x(), page.y(), 1)) - expected) <
                        1e-7 * (1 + key.norm() * 200));
            }
            QVERIFY(projection.keyFromDepth(3) < projection.keyFromDepth(3.1));
        }
    }
    // The sphere round the box touches the view's upper and lower side, from everywhere.
    void aroundShowsTheWholeBox() {
        const Eigen::Vector3d low(-1, 2, 0), high(3, 5, 1);
        for (int i = 0; i < 100; ++i) {
            auto camera = VolumeCamera::around(low, high, randomPoint());
            camera.parallel = i % 2 == 0;
            const VolumeProjection projection(camera, QRectF(0, 0, 100, 100));
            QVERIFY(isNear(camera.focus, {1, 3.5, 0.5}));
            for (int corner = 0; corner < 8; ++corner) {
                const Eigen::Vector3d at(corner & 1 ? low.x() : high.x(), corner & 2 ? low.y() : high.y(),
                                         corner & 4 ? low.z() : high.z());
                const Eigen::Vector3d page = projection.pageFromVolume(at);
                QVERIFY(page.x() >= 0 && page.x() <= 100 && page.y() >= 0 && page.y() <= 100);
            }
            const double radius = (high - low).norm() / 2;
            QVERIFY(std::abs(std::asin(radius / (camera.position - camera.focus).norm()) - 15 * kDegree) <
                    1e-12);
            QCOMPARE(camera.parallelScale, radius);
        }
    }
    // As vtkCamera::Azimuth and Elevation turn it, about up and about the right-hand axis.
    void turns() {
        VolumeCamera camera;
        camera.position = {0, -4, 0};
        QVERIFY(isNear(camera.turned(90, 0).position, {4, 0, 0}));
        QVERIFY(isNear(camera.turned(-90, 0).position, {-4, 0, 0}));
        const double s = 4 * std::sin(30 * kDegree), c = 4 * std::cos(30 * kDegree);
        QVERIFY(isNear(camera.turned(0, 30).position, {0, -c, s}));
        QVERIFY(isNear(camera.turned(90, 30).position, {c, 0, s}));
        QVERIFY(isNear(camera.turned(90, 30).up, {0, 0, 1}));
        QVERIFY(isNear(camera.turned(10, 20).turned(-10, 0).turned(0, -20).position, camera.position));
        // Never over the pole: right and left stay where they are.
        const auto steep = camera.turned(0, 200);
        QVERIFY(steep.position.z() > 3.99 && steep.position.y() < 0);
        QVERIFY(cameraAxes(steep).right.x() > 0.999);
    }
    void upAlongTheView() {
        for (const Eigen::Vector3d& direction : {Eigen::Vector3d(0, 0, 1), Eigen::Vector3d(0, 0, -2)}) {
            const auto camera = VolumeCamera::around({-1, -1, -1}, {1, 1, 1}, direction);
            QVERIFY(isNear(camera.up, {0, 1, 0}));  // t up the page
            QVERIFY(isNear(camera.turned(90, 0).turned(-90, 0).position, camera.position));
        }
        VolumeCamera camera;
        camera.position = {0, 5, 0}, camera.up = {0, -1, 0};
        for (const Eigen::Vector3d& up : {Eigen::Vector3d(0, -1, 0), Eigen::Vector3d(0, 0, 0)}) {
            camera.up = up;
            const auto axes = cameraAxes(camera);
            QVERIFY(isNear(axes.right.cross(axes.up), -axes.ahead));
            QVERIFY(std::abs(axes.right.norm() - 1) < 1e-12 && std::abs(axes.up.norm() - 1) < 1e-12);
        }
        camera.position = camera.focus;
        QVERIFY(cameraAxes(camera).right.allFinite() &&
                VolumeProjection(camera, QRectF(0, 0, 9, 9)).axes().up.allFinite());
        QVERIFY(VolumeCamera::around({0, 0, 0}, {0, 0, 0}, {0, 0, 0}).position.allFinite());
    }
};

QTEST_APPLESS_MAIN(VolumeProjectionTest)
#include "volume_projection_test.moc"
