// SPDX-License-Identifier: GPL-3.0-or-later
// What is left of polygons, lines and marks on one side of a plane.
#include "widgets/scenes/volume_clip.h"

#include <Eigen/Geometry>
#include <QtTest>
#include <span>

#include "core/geometry/surface_mesh.h"
#include "widgets/scenes/cut_cube.h"

using namespace tessera;

namespace {

double areaOf(const VolumeFaces& layer) {
    double area = 0;
    for (std::size_t f = 0; f + 1 < layer.faceBegin.size(); ++f)
        area +=
            twiceArea(layer.points, std::span(layer.faceVertices)
                                        .subspan(std::size_t(layer.faceBegin[f]),
                                                 std::size_t(layer.faceBegin[f + 1] - layer.faceBegin[f])))
                .norm() /
            2;
    return area;
}

VolumeDrawing pieces() {
    VolumeDrawing drawing;
    drawing.faces = {test::facesOf(test::cutCube(8, 5), 0, 4)};
    for (std::size_t f = 0; f < drawing.faces[0].colour.size(); ++f)
        drawing.faces[0].meaning.push_back(static_cast<std::int32_t>(f));
    return drawing;
}

}  // namespace

class VolumeClipTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void bothSidesAreTheWhole() {
        const auto whole = pieces();
        const VolumePlane plane{Eigen::Vector3d(1, 2, -0.5).normalized(), 0.1};
        const auto above = clipped(whole, plane, 1), below = clipped(whole, plane, -1);
        const double sum = areaOf(above.faces[0]) + areaOf(below.faces[0]);
        QVERIFY(std::abs(sum - areaOf(whole.faces[0])) < 1e-12);
        QVERIFY(areaOf(above.faces[0]) > 1 && areaOf(below.faces[0]) > 1);
        for (const auto& point : above.faces[0].points) QVERIFY(plane.distance(point) > -1e-8);
        for (const auto& point : below.faces[0].points) QVERIFY(plane.distance(point) < 1e-8);
        const auto& faces = above.faces[0];
        QCOMPARE(faces.colour.size(), faces.faceBegin.size() - 1);
        QCOMPARE(faces.meaning.size(), faces.colour.size());
        // A face keeps its colour and its meaning.
        for (std::size_t f = 0; f < faces.colour.size(); ++f)
            QCOMPARE(faces.colour[f], whole.faces[0].colour[std::size_t(faces.meaning[f])]);
        QCOMPARE(above.low, whole.low);
    }

    void whatLiesOnThePlaneStays() {
        VolumeDrawing drawing;
        drawing.faces.emplace_back();
        test::addPolygon(drawing.faces[0], {{0, 0, 0.5}, {1, 0, 0.5}, {1, 1, 0.5}}, 0xff000000);
        for (const double side : {1.0, -1.0})
            QCOMPARE(clipped(drawing, VolumePlane::across(2, 0.5), side).faces[0].colour.size(),
                     std::size_t{1});
        QVERIFY(clipped(drawing, VolumePlane::across(2, 0.6), 1).faces[0].colour.empty());
    }

    void linesArePartedAndMarksLeftOut() {
        VolumeDrawing drawing;
        VolumeLines zigzag;
        zigzag.points = {{-1, 0, -1}, {0, 0, 1}, {1, 0, -1}, {2, 0, 1}};
        zigzag.lineBegin = {0, 4};
        drawing.lines = {zigzag};
        VolumeMarks marks;
        marks.points = {{0, 0, 1}, {0, 0, -1}};
        marks.colour = {0xff000001, 0xff000002};
        marks.labels = {"up", "down"};
        drawing.marks = {marks};
        const auto above = clipped(drawing, VolumePlane::across(2, 0), 1);
        QCOMPARE(above.lines[0].lineBegin, (std::vector<std::int32_t>{0, 3, 5}));
        QVERIFY((above.lines[0].points[0] - Eigen::Vector3d(-0.5, 0, 0)).norm() < 1e-15);
        QVERIFY((above.lines[0].points[3] - Eigen::Vector3d(1.5, 0, 0)).norm() < 1e-15);
        QCOMPARE(above.marks[0].labels, (std::vector<QString>{"up"}));
        const auto below = clipped(drawing, VolumePlane::across(2, 0), -1);
        QCOMPARE(below.lines[0].lineBegin, (std::vector<std::int32_t>{0, 2, 5}));
        QCOMPARE(below.marks[0].colour, (std::vector<QRgb>{0xff000002}));
    }

    void polygonsInABox() {
        const Eigen::Vector3d low(-1, -1, -1), high(1, 1, 1);
        const std::vector<Eigen::Vector3d> large{{-3, -3, 0}, {3, -3, 0}, {3, 3, 0}, {-3, 3, 0}};
        const auto square = polygonInBox(large, low, high);
        QCOMPARE(square.size(), std::size_t{4});
        for (const auto& corner : square)
            QVERIFY((corner.cwiseAbs() - Eigen::Vector3d(1, 1, 0)).norm() < 1e-15);
        const std::vector<Eigen::Vector3d> small{{0, 0, 0}, {0.5, 0, 0}, {0, 0.5, 0}};
        QCOMPARE(polygonInBox(small, low, high), small);
        QVERIFY(polygonInBox({{2, 0, 0}, {3, 0, 0}, {2, 1, 0}}, low, high).empty());
    }

    void theEyesSide() {
        VolumeCamera camera;
        camera.position = {0, 0, 3}, camera.focus = {0, 0, 0}, camera.up = {0, 1, 0};
        QCOMPARE(eyeSide(VolumePlane::across(2, 1), camera), 1.0);
        QCOMPARE(eyeSide(VolumePlane::across(2, 4), camera), -1.0);
        camera.parallel = true;  // from infinitely far
        QCOMPARE(eyeSide(VolumePlane::across(2, 4), camera), 1.0);
    }
};

QTEST_APPLESS_MAIN(VolumeClipTest)
#include "volume_clip_test.moc"
