// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/slice_volume.h"

#include <QtTest>
#include <random>

#include "core/geometry/surface_mesh.h"

using namespace tessera;

namespace {

std::vector<Eigen::VectorXd> randomInputs(int count, int size) {
    std::mt19937 random(7);
    std::normal_distribution<double> normal;
    std::vector<Eigen::VectorXd> inputs(static_cast<std::size_t>(count), Eigen::VectorXd(size));
    for (auto& input : inputs)
        for (auto& value : input) value = normal(random);
    return inputs;
}

}  // namespace

class SliceVolumeTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void throughFourInputs() {
        const auto anchors = randomInputs(4, 20);
        const auto made = volumeThroughSamples({20}, anchors, 0.25);
        QVERIFY(made.isOk());
        const auto& volume = made.value();
        QVERIFY(validateVolume(volume).isOk());
        for (const auto* axis : {&volume.u, &volume.v, &volume.w})
            QVERIFY(std::abs(axis->norm() - 1) < 1e-14);
        QVERIFY(std::abs(volume.u.dot(volume.v)) + std::abs(volume.u.dot(volume.w)) +
                    std::abs(volume.v.dot(volume.w)) <
                1e-14);
        Eigen::Vector3d low = Eigen::Vector3d::Constant(1e9), high = -low;
        for (const auto& anchor : anchors) {
            QVERIFY(volume.offVolumeDistance(anchor) < 1e-13);
            const auto point = volume.pointInVolume(anchor);
            QVERIFY((volume.inputFromVolume(point) - anchor).norm() < 1e-13);
            low = low.cwiseMin(point);
            high = high.cwiseMax(point);
        }
        // A cube round the extent, a quarter of it wider on every side.
        const double side = 1.5 * (high - low).maxCoeff();
        QVERIFY(((volume.high - volume.low) - Eigen::Vector3d::Constant(side)).norm() < 1e-12);
        QVERIFY(((volume.high + volume.low) - (high + low)).norm() < 1e-12);
        const Eigen::VectorXd out = volume.origin + 3 * randomInputs(5, 20)[4];
        QVERIFY(std::abs(std::hypot(volume.offVolumeDistance(out), volume.pointInVolume(out).norm()) -
                         (out - volume.origin).norm()) < 1e-12);
    }

    void overPlane() {
        const auto anchors = randomInputs(4, 12);
        const auto plane = planeThroughSamples({12}, std::span(anchors).first(3)).value();
        const auto made = volumeOverPlane(plane, anchors[3]);
        QVERIFY(made.isOk());
        const auto& volume = made.value();
        QVERIFY(std::abs(volume.w.dot(volume.u)) + std::abs(volume.w.dot(volume.v)) < 1e-13);
        const auto box = boundingBox(plane.window);
        QCOMPARE(volume.high.z() - volume.low.z(), (box.high - box.low).maxCoeff());
        QCOMPARE(volumeOverPlane(plane, anchors[3], 0.25).value().high.z(), 0.25);
        // The plane is the cut in the middle.
        const auto cut = volume.cut(2, 0);
        QCOMPARE(cut.origin, plane.origin);
        QCOMPARE(cut.u, plane.u);
        QCOMPARE(cut.v, plane.v);
        for (int axis = 0; axis < 3; ++axis) {
            const auto side = volume.cut(axis, 0.3);
            const Eigen::Vector2d at(0.1, -0.2);
            Eigen::Vector3d point;
            point[axis] = 0.3, point[(axis + 1) % 3] = at.x(), point[(axis + 2) % 3] = at.y();
            QVERIFY((side.inputFromSlice(at) - volume.inputFromVolume(point)).norm() < 1e-14);
            QVERIFY(validatePlane(side).isOk());
        }
        QVERIFY(volumeOverPlane(plane, plane.u + 2 * plane.v).error().message.find("leads out") !=
                std::string::npos);
        QVERIFY(volumeOverPlane(plane, Eigen::VectorXd::Zero(12)).isError());
        QVERIFY(volumeOverPlane(plane, Eigen::VectorXd::Zero(5)).isError());
    }

    // Any plane of the volume as inputs, and back.
    void obliqueCut() {
        const auto volume = volumeThroughSamples({7}, randomInputs(4, 7)).value();
        std::mt19937 random(3);
        std::normal_distribution<double> normal;
        for (int i = 0; i < 50; ++i) {
            VolumePlane plane;
            plane.normal = Eigen::Vector3d(normal(random), normal(random), normal(random)).normalized();
            int along = 0;
            plane.normal.cwiseAbs().maxCoeff(&along);
            if (plane.normal[along] < 0) plane.normal = -plane.normal;
            plane.position = plane.normal.dot(volume.low + volume.high) / 2 + 0.1 * normal(random);
            const auto cut = volume.cut(plane);
            QVERIFY(validatePlane(cut).isOk());
            for (const auto& corner : cut.window) {
                const Eigen::Vector3d point = volume.pointInVolume(cut.inputFromSlice(corner));
                QVERIFY(std::abs(plane.distance(point)) < 1e-12);
                QVERIFY(((point - volume.low).array() > -1e-12).all());
                QVERIFY(((volume.high - point).array() > -1e-12).all());
            }
            // Turned within itself and seen in another window it is the same plane.
            auto turned = cut.rotatedInPlane(0.1 * i, {0.3, 0.2});
            turned.window = squarePolygon(0.5);
            const auto back = volume.planeOf(turned);
            QVERIFY(back.has_value());
            QVERIFY((back->normal - plane.normal).norm() < 1e-9);
            QVERIFY(std::abs(back->position - plane.position) < 1e-9);
        }
        const auto across = volume.planeOf(volume.cut(1, 0.25).rotatedInPlane(0.7, {0, 0}));
        QCOMPARE(across->axis(), 1);
        QVERIFY(std::abs(across->position - 0.25) < 1e-12);
    }

    void planesThatLeadOutOfIt() {
        const auto volume = volumeThroughSamples({7}, randomInputs(4, 7)).value();
        auto plane = volume.cut(2, 0);
        plane.origin += 0.1 * randomDirection(7, 5);
        QVERIFY(!volume.planeOf(plane));
        plane = volume.cut(2, 0);
        plane.v += 0.1 * randomDirection(7, 5);
        QVERIFY(!volume.planeOf(plane));
        plane.origin.resize(3);
        QVERIFY(!volume.planeOf(plane));
    }

    void refusesWhatFixesNoVolume() {
        auto anchors = randomInputs(4, 6);
        QVERIFY(volumeThroughSamples({6}, std::span(anchors).first(3)).isError());
        anchors[3] = 0.2 * anchors[0] + 0.3 * anchors[1] + 0.5 * anchors[2];
        QVERIFY(volumeThroughSamples({6}, anchors).error().message.find("one plane") != std::string::npos);
        anchors[3] = Eigen::VectorXd::Constant(6, std::nan(""));
        QVERIFY(volumeThroughSamples({6}, anchors).error().message.find("not finite") != std::string::npos);
        anchors[3] = Eigen::VectorXd::Zero(5);
        QVERIFY(volumeThroughSamples({6}, anchors).isError());
        SliceVolume volume{{6}, randomInputs(1, 6)[0], anchors[0], anchors[1], anchors[2]};
        QVERIFY(validateVolume(volume).isOk());
        volume.w = volume.u - volume.v;
        QVERIFY(validateVolume(volume).error().message.find("lies in the plane") != std::string::npos);
        volume.w = anchors[2];
        volume.low.y() = volume.high.y();
        QVERIFY(validateVolume(volume).error().message.find("no extent along t") != std::string::npos);
    }

    void surfaces() {
        // Two triangles of a unit square at r = 0.5 and a wall that stands on their common edge.
        SurfaceMesh mesh;
        mesh.vertices = {{0, 0, 0.5}, {1, 0, 0.5}, {1, 1, 0.5}, {0, 1, 0.5}, {1, 1, 0.9}, {0, 0, 0.9}};
        mesh.faceBegin = {0, 3, 6, 10};
        mesh.faceVertices = {0, 1, 2, 0, 2, 3, 0, 2, 4, 5};
        mesh.classA = {0, 0, 1};
        mesh.classB = {1, 2, 2};
        QVERIFY(std::abs(mesh.area() - (1 + 0.4 * std::sqrt(2.0))) < 1e-14);
        const auto edges = surfaceEdges(mesh, {0, 0, 0}, {1, 1, 1}, 1e-12);
        QCOMPARE(edges.edges, std::int64_t{8});
        QCOMPARE(edges.branching, std::int64_t{1});
        QCOMPARE(edges.onBox, std::int64_t{6});  // the square's sides, and the wall's ends on the box's edges
        QCOMPARE(edges.open, std::int64_t{1});   // the wall's top
    }
};

QTEST_APPLESS_MAIN(SliceVolumeTest)
#include "slice_volume_test.moc"
