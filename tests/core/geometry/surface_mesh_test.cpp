// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/surface_mesh.h"

#include <QtTest>
#include <cmath>

using namespace tessera;

namespace {

void addFace(SurfaceMesh& mesh, std::initializer_list<std::int32_t> corners, std::int32_t a, std::int32_t b) {
    mesh.faceVertices.insert(mesh.faceVertices.end(), corners);
    mesh.faceBegin.push_back(static_cast<std::int32_t>(mesh.faceVertices.size()));
    mesh.classA.push_back(a);
    mesh.classB.push_back(b);
}

// Three walls from the axis r to the sides of the box (-1, -1, 0) to (1, 1, 2).
SurfaceMesh threeWalls() {
    SurfaceMesh mesh;
    mesh.vertices = {{0, 0, 0},  {0, 0, 2},  {1, 0, 0},   {1, 0, 2},
                     {-1, 1, 0}, {-1, 1, 2}, {-1, -1, 0}, {-1, -1, 2}};
    addFace(mesh, {0, 2, 3, 1}, 0, 1);
    addFace(mesh, {0, 4, 5, 1}, 1, 2);
    addFace(mesh, {0, 6, 7, 1}, 0, 2);
    return mesh;
}

const Eigen::Vector3d kLow(-1, -1, 0), kHigh(1, 1, 2);

}  // namespace

class SurfaceMeshTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void areaOfPolygons() {
        const auto mesh = threeWalls();
        QCOMPARE(mesh.faceCount(), 3);
        QVERIFY(std::abs(mesh.faceArea(0) - 2) < 1e-15);
        QVERIFY(std::abs(mesh.area() - (2 + 4 * std::sqrt(2.0))) < 1e-14);
        SurfaceMesh pentagon;  // fans from its first corner, whatever that is
        for (int i = 0; i < 5; ++i)
            pentagon.vertices.push_back({std::cos(2 * M_PI * i / 5), std::sin(2 * M_PI * i / 5), 3});
        addFace(pentagon, {3, 4, 0, 1, 2}, 0, 1);
        QVERIFY(std::abs(pentagon.area() - 2.5 * std::sin(2 * M_PI / 5)) < 1e-14);
        QCOMPARE(SurfaceMesh().area(), 0.0);
        QVERIFY(mesh.bytes() > SurfaceMesh().bytes() + 8 * sizeof(Eigen::Vector3d));
    }

    void edgesAreCounted() {
        auto mesh = threeWalls();
        auto edges = surfaceEdges(mesh, kLow, kHigh, 1e-12);
        QCOMPARE(edges.edges, 10);
        QCOMPARE(edges.branching, 1);
        QCOMPARE(edges.onBox, 9);
        QCOMPARE(edges.open, 0);
        mesh.vertices[2].x() = mesh.vertices[3].x() = 0.5;  // a wall that ends inside
        edges = surfaceEdges(mesh, kLow, kHigh, 1e-12);
        QCOMPARE(edges.open, 1);
        QCOMPARE(edges.onBox, 8);
        // Both ends on the box, on different sides: the edge itself is inside.
        mesh.vertices = {{0, 0, 1}, {-1, 0, 1}, {0, -1, 1}};
        mesh.faceBegin = {0, 3};
        mesh.faceVertices = {0, 1, 2};
        edges = surfaceEdges(mesh, kLow, kHigh, 1e-12);
        QCOMPARE(edges.open, 3);
    }
};

QTEST_GUILESS_MAIN(SurfaceMeshTest)
#include "surface_mesh_test.moc"
