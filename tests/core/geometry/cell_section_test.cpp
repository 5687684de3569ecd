// SPDX-License-Identifier: GPL-3.0-or-later
// Cuts of a complex by any plane: shapes known in closed form, and the regions that the plane engine finds.
#include "core/geometry/cell_section.h"

#include <rapidcheck.h>
#include <Eigen/Geometry>
#include <QtTest>
#include <cmath>
#include <map>
#include <numbers>

#include "core/geometry/depth_first.h"
#include "core/geometry/volume_cells.h"
#include "tests/core/geometry/plain_volume_network.h"

using namespace tessera;

namespace {

const Eigen::Vector3d kLow(-1, -1, -1), kHigh(1, 1, 1);

CellComplex cellsOf(const VolumeNetwork& network) {
    NoProgress progress;
    auto result = cellsOfVolume(network, kLow, kHigh, {}, {}, progress);
    if (!result.isOk()) throw std::runtime_error("refused");
    return std::move(result).value();
}

// One unit that bends where s = at.
CellComplex bentAt(double at) {
    PlainLayer first{Eigen::MatrixXd::Zero(1, 3), Eigen::VectorXd::Constant(1, -at)};
    first.weights(0, 0) = 1;
    return cellsOf(
        PlainVolumeNetwork{{first, {Eigen::MatrixXd::Ones(1, 1), Eigen::VectorXd::Zero(1)}}, {bendSite(1)}});
}

double areaOf(const CellSection& section, std::int64_t face) {
    const auto begin = section.faceBegin[face];
    return twiceArea(section.vertices,
                     {section.faceVertices.data() + begin, std::size_t(section.faceBegin[face + 1] - begin)})
               .norm() /
           2;
}

double areaOf(const CellSection& section) {
    double area = 0;
    for (std::int64_t f = 0; f < section.faceCount(); ++f) area += areaOf(section, f);
    return area;
}

VolumePlane randomPlane(std::mt19937& random) {
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> inside(0.05, 0.95);
    VolumePlane plane;
    plane.normal = Eigen::Vector3d(normal(random), normal(random), normal(random)).normalized();
    const auto [from, to] = positionsInBox(plane.normal, kLow, kHigh);
    plane.position = from + inside(random) * (to - from);
    return plane;
}

}  // namespace

class CellSectionTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void boxMeetsPlane() {
        QCOMPARE(sectionOfBox(VolumePlane::across(2, 0.5), kLow, kHigh).size(), std::size_t{4});
        const VolumePlane hexagon{Eigen::Vector3d(1, 1, 1).normalized(), 0};
        const auto corners = sectionOfBox(hexagon, kLow, kHigh);
        QCOMPARE(corners.size(), std::size_t{6});
        for (std::size_t i = 0; i < 6; ++i) {
            QVERIFY(std::abs((corners[(i + 1) % 6] - corners[i]).norm() - std::numbers::sqrt2) < 1e-12);
            // Counter-clockwise seen from where the normal points.
            QVERIFY(corners[i].cross(corners[(i + 1) % 6]).dot(hexagon.normal) > 0);
        }
        const auto [from, to] = positionsInBox(hexagon.normal, kLow, kHigh);
        QVERIFY(std::abs(to - std::numbers::sqrt3) < 1e-12 && std::abs(from + std::numbers::sqrt3) < 1e-12);
        QVERIFY(sectionOfBox({hexagon.normal, 2}, kLow, kHigh).empty());
        QVERIFY(sectionOfBox({hexagon.normal, to}, kLow, kHigh).empty());  // a corner
        QCOMPARE(VolumePlane::across(1, 0).axis(), 1);
        QCOMPARE(hexagon.axis(), -1);
    }

    void directionsAreRightHanded() {
        QVERIFY(rc::check("directions of a plane", [](unsigned seed) {
            std::mt19937 random(seed);
            const auto plane = randomPlane(random);
            const auto [first, second] = plane.directions();
            RC_ASSERT(std::abs(first.norm() - 1) < 1e-12);
            RC_ASSERT((first.cross(second) - plane.normal).norm() < 1e-12);
        }));
        for (int axis = 0; axis < 3; ++axis) {
            const auto [first, second] = VolumePlane::across(axis, 0).directions();
            QCOMPARE(first, Eigen::Vector3d(Eigen::Vector3d::Unit((axis + 1) % 3)));
            QCOMPARE(second, Eigen::Vector3d(Eigen::Vector3d::Unit((axis + 2) % 3)));
        }
    }

    void knownShapes() {
        const auto cells = bentAt(0.25);
        QCOMPARE(cells.regionCount(), std::int64_t{2});
        const auto across = sectionOfCells(cells, VolumePlane::across(2, 0.5));
        QCOMPARE(across.faceCount(), std::int64_t{cells.cellCount()});
        QVERIFY(std::abs(areaOf(across) - 4) < 1e-12);
        const auto hexagon = sectionOfCells(cells, {Eigen::Vector3d(1, 1, 1).normalized(), 0});
        QVERIFY(std::abs(areaOf(hexagon) - 3 * std::numbers::sqrt3) < 1e-12);
        QCOMPARE(sectionOfCells(cells, VolumePlane::across(0, 1.5)).faceCount(), std::int64_t{0});
    }

    // Where cells meet, and on a side of the box: the faces there, once each.
    void planeAlongFaces() {
        const auto cells = bentAt(0.25);
        for (const double at : {0.25, -1.0, 1.0}) {
            const auto section = sectionOfCells(cells, VolumePlane::across(0, at));
            QVERIFY(std::abs(areaOf(section) - 4) < 1e-12);
            for (const auto cell : section.cell) QVERIFY(cell >= 0);
        }
    }

    // Through vertices and along edges of the complex, in every position that whole numbers give.
    void worstPosition() {
        QVERIFY(rc::check("cuts through vertices", [](unsigned seed) {
            std::mt19937 random(seed);
            const auto cells = cellsOf(
                PlainVolumeNetwork{{integerLayer(random, 5, 3), integerLayer(random, 3, 5)}, {bendSite(5)}});
            VolumePlane plane;
            do {
                for (int i = 0; i < 3; ++i) plane.normal[i] = double(random() % 3) - 1;
            } while (plane.normal.isZero());
            const double length = plane.normal.norm();
            plane.normal /= length;
            plane.position = (double(random() % 3) - 1) / length;
            const auto corners = sectionOfBox(plane, kLow, kHigh);
            double area = 0;
            for (std::size_t i = 2; i < corners.size(); ++i)
                area += (corners[i - 1] - corners[0]).cross(corners[i] - corners[0]).norm() / 2;
            RC_ASSERT(std::abs(areaOf(sectionOfCells(cells, plane)) - area) < 1e-9);
        }));
    }

    void isThePlaneEngine() {
        QVERIFY(rc::check("cuts by oblique planes", [](unsigned seed) {
            std::mt19937 random(seed);
            const std::vector<PlainLayer> layers{gaussianLayer(random, 8, 3), gaussianLayer(random, 8, 8),
                                                 gaussianLayer(random, 3, 8)};
            const std::vector<Site> sites{bendSite(8), bendSite(8)};
            const auto cells = cellsOf(PlainVolumeNetwork(layers, sites));
            const auto plane = randomPlane(random);
            const auto [first, second] = plane.directions();
            const Eigen::Vector3d origin = plane.position * plane.normal;
            Polygon window;
            for (const auto& corner : sectionOfBox(plane, kLow, kHigh))
                window.push_back({first.dot(corner - origin), second.dot(corner - origin)});
            AffineChain chain;
            for (const auto& layer : layers) chain.stages.push_back({layer.weights, layer.bias});
            chain.sites = sites;
            AffineChain::Matrix weights(8, 2);
            weights << layers[0].weights * first, layers[0].weights * second;
            chain.stages[0].weights = weights;
            chain.stages[0].bias += layers[0].weights * origin;
            NoProgress progress;
            const auto run = arrangementDepthFirst(chain, window, {}, {}, progress);
            RC_ASSERT(run.isOk());
            const auto& flat = run.value();
            std::map<std::uint64_t, double> expected, found;
            std::vector<double> foundOfClass(3, 0);
            for (std::int64_t f = 0; f < flat.faceCount(); ++f) expected[flat.patternHash[f]] += flat.area[f];
            const auto section = sectionOfCells(cells, plane);
            for (std::int64_t f = 0; f < section.faceCount(); ++f) {
                const auto cell = static_cast<std::size_t>(section.cell[f]);
                found[cells.patternHash[static_cast<std::size_t>(cells.cellRegion[cell])]] +=
                    areaOf(section, f);
                foundOfClass[static_cast<std::size_t>(cells.cellLabel[cell])] += areaOf(section, f);
            }
            RC_ASSERT(found.size() == expected.size());
            for (const auto& [hash, area] : expected) RC_ASSERT(std::abs(found[hash] - area) < 1e-10);
            const auto areas = flat.areaPerClass();
            for (std::size_t k = 0; k < 3; ++k) RC_ASSERT(std::abs(foundOfClass[k] - areas[k]) < 1e-10);
            // Shared corners: V - E + F of what lies in one convex window.
            std::map<std::pair<std::int32_t, std::int32_t>, int> edges;
            for (std::int64_t f = 0; f < section.faceCount(); ++f)
                for (auto i = section.faceBegin[f]; i < section.faceBegin[f + 1]; ++i) {
                    const auto a = section.faceVertices[i];
                    const auto b =
                        section.faceVertices[i + 1 < section.faceBegin[f + 1] ? i + 1 : section.faceBegin[f]];
                    ++edges[std::minmax(a, b)];
                }
            RC_ASSERT(static_cast<std::int64_t>(section.vertices.size()) -
                          static_cast<std::int64_t>(edges.size()) + section.faceCount() ==
                      1);
        }));
    }
};

QTEST_APPLESS_MAIN(CellSectionTest)
#include "cell_section_test.moc"
