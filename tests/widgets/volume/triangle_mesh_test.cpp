// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/triangle_mesh.h"

#include <Eigen/Geometry>
#include <QTest>
#include <cmath>
#include <numbers>

using namespace tessera;

namespace {

Eigen::Vector3d corner(const TriangleMesh& mesh, std::size_t i) {
    const auto at = 3 * static_cast<std::size_t>(mesh.corners[i]);
    return {mesh.points[at], mesh.points[at + 1], mesh.points[at + 2]};
}
double areaOf(const TriangleMesh& mesh, std::size_t triangle) {
    const std::size_t i = 3 * triangle;
    return (corner(mesh, i + 1) - corner(mesh, i)).cross(corner(mesh, i + 2) - corner(mesh, i)).norm() / 2;
}
double areaOf(const TriangleMesh& mesh) {
    double sum = 0;
    for (std::size_t i = 0; i < mesh.triangleCount(); ++i) sum += areaOf(mesh, i);
    return sum;
}

// The unit square in n x n squares, the left half red.
VolumeFaces grid(int n) {
    VolumeFaces faces;
    for (int i = 0; i <= n; ++i)
        for (int j = 0; j <= n; ++j) faces.points.emplace_back(double(i) / n, double(j) / n, 0);
    for (int i = 0; i < n; ++i)
        for (int j = 0; j < n; ++j) {
            const int a = i * (n + 1) + j;
            for (const int k : {a, a + 1, a + n + 2, a + n + 1}) faces.faceVertices.push_back(k);
            faces.faceBegin.push_back(static_cast<std::int32_t>(faces.faceVertices.size()));
            faces.colour.push_back(i < n / 2 ? qRgb(255, 0, 0) : qRgb(0, 0, 255));
        }
    return faces;
}

}  // namespace

class TriangleMeshTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void polygonsKeepAreaAndColour() {
        VolumeFaces hexagon;
        for (int k = 0; k < 6; ++k)
            hexagon.points.emplace_back(std::cos(k * std::numbers::pi / 3), 0.5,
                                        std::sin(k * std::numbers::pi / 3));
        hexagon.faceVertices = {0, 1, 2, 3, 4, 5};
        hexagon.faceBegin = {0, 6};
        hexagon.colour = {qRgb(1, 2, 3)};
        const TriangleMesh mesh = triangleMesh(hexagon);
        QCOMPARE(mesh.triangleCount(), std::size_t(4));
        QVERIFY(std::abs(areaOf(mesh) - 1.5 * std::sqrt(3)) < 1e-6);
        for (const QRgb colour : mesh.colour) QCOMPARE(colour, qRgb(1, 2, 3));
    }

    void coarserKeepsTheShape() {
        const TriangleMesh whole = triangleMesh(grid(200));
        QCOMPARE(whole.triangleCount(), std::size_t(80000));
        const TriangleMesh coarse = coarserMesh(whole, 10000);
        QVERIFY(coarse.triangleCount() <= 10000);
        QVERIFY(coarse.triangleCount() > 4000);
        // Corners move by at most a cell, a hundredth of the side: so the area by four times that.
        QVERIFY(std::abs(areaOf(coarse) - 1) < 0.04);
        for (std::size_t i = 0; i < coarse.triangleCount(); ++i) {
            const double s = corner(coarse, 3 * i).x();
            const QRgb colour = coarse.colour[static_cast<std::size_t>(coarse.corners[3 * i])];
            if (s < 0.47) QCOMPARE(colour, qRgb(255, 0, 0));
            if (s > 0.53) QCOMPARE(colour, qRgb(0, 0, 255));
        }
        QCOMPARE(coarserMesh(whole, 80000).triangleCount(), whole.triangleCount());
    }

    void piecesAreTheWhole() {
        const TriangleMesh whole = triangleMesh(grid(40));
        const auto parts = pieces(whole, 700);
        QCOMPARE(parts.size(), std::size_t(5));
        std::size_t triangle = 0;
        for (const auto& part : parts) {
            QVERIFY(part.triangleCount() <= 700);
            QCOMPARE(part.points.size(), 3 * part.colour.size());
            for (std::size_t i = 0; i < part.triangleCount(); ++i, ++triangle)
                for (std::size_t k = 0; k < 3; ++k) {
                    QCOMPARE(corner(part, 3 * i + k), corner(whole, 3 * triangle + k));
                    QCOMPARE(part.colour[static_cast<std::size_t>(part.corners[3 * i + k])],
                             whole.colour[static_cast<std::size_t>(whole.corners[3 * triangle + k])]);
                }
        }
        QCOMPARE(triangle, whole.triangleCount());
    }

    void emptyStaysEmpty() {
        QCOMPARE(triangleMesh({}).triangleCount(), std::size_t(0));
        QVERIFY(pieces({}, 10).empty());
    }
};

QTEST_GUILESS_MAIN(TriangleMeshTest)
#include "triangle_mesh_test.moc"
