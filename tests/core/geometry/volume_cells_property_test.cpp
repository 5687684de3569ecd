// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold whatever the network: against random points, against the plane engine on cuts of the box,
// and of nets in the worst position.
#include <rapidcheck.h>
#include <Eigen/Geometry>
#include <QtTest>
#include <algorithm>
#include <map>

#include "core/geometry/depth_first.h"
#include "core/geometry/volume_cells.h"
#include "core/geometry/volume_chain.h"
#include "tests/core/geometry/plain_volume_network.h"

using namespace tessera;

namespace {

CellComplex cellsOf(const VolumeNetwork& network, const Eigen::Vector3d& low, const Eigen::Vector3d& high) {
    NoProgress progress;
    auto result = cellsOfVolume(network, low, high, {}, {}, progress);
    if (!result.isOk()) throw std::runtime_error("refused");
    return std::move(result).value();
}

PlainVolumeNetwork randomNetwork(std::mt19937& random, bool integers) {
    const auto layer = [&](std::int64_t out, std::int64_t in) {
        return integers ? integerLayer(random, out, in) : gaussianLayer(random, out, in);
    };
    std::vector<PlainLayer> layers;
    std::vector<Site> sites;
    std::int64_t width = 3;
    const int depth = 1 + static_cast<int>(random() % 3);
    for (int l = 0; l < depth; ++l) {
        const std::int64_t units = 2 + random() % 6;
        layers.push_back(layer(units, width));
        switch (random() % 5) {
            case 0:
                sites.push_back(maxSite(units, 2, 1));
                break;
            case 1:
                sites.push_back(bendSite(units, PiecewiseLinear::clamp(-0.5, 1)));
                break;
            case 2:
                sites.push_back(bendSite(units, PiecewiseLinear::absolute()));
                break;
            default:
                sites.push_back(bendSite(units));
        }
        width = sites.back().units;
    }
    layers.push_back(layer(1 + random() % 5, width));
    return {std::move(layers), std::move(sites)};
}

// Distance along a ray from `middle` within the convex cell, in every direction, decides whether a point is
// inside: it is iff it lies on the inner side of each face.
bool holds(const CellComplex& map, std::int64_t cell, const Eigen::Vector3d& point) {
    const Eigen::Vector3d middle = map.middleOfCell(cell);
    for (const std::int32_t f : map.facesOfCell(cell)) {
        const auto corners = map.verticesOfFace(f);
        Eigen::Vector3d normal = Eigen::Vector3d::Zero();
        for (std::size_t i = 2; i < corners.size(); ++i)
            normal += (map.vertices[corners[i - 1]] - map.vertices[corners[0]])
                          .cross(map.vertices[corners[i]] - map.vertices[corners[0]]);
        const Eigen::Vector3d base = map.vertices[corners[0]];
        if (normal.dot(point - base) * normal.dot(middle - base) < 0) return false;
    }
    return true;
}

void requireSound(const PlainVolumeNetwork& network, const CellComplex& map, std::mt19937& random) {
    RC_ASSERT(map.complete);
    RC_ASSERT(map.checks.euler == 1);
    RC_ASSERT(map.checks.unresolved == 0);
    RC_ASSERT(map.checks.patternMismatches == 0);
    RC_ASSERT(std::abs(map.checks.volumeSum - map.checks.boxVolume) < 1e-12 * map.checks.boxVolume);
    RC_ASSERT(map.checks.maxInterpolationError < 1e-11);
    for (const double volume : map.cellVolume) RC_ASSERT(volume > 0);
    RC_ASSERT(surfaceEdges(map.boundary(), map.low, map.high, 1e-9).open == 0);
    // Each pattern is one region.
    auto hashes = map.patternHash;
    std::sort(hashes.begin(), hashes.end());
    RC_ASSERT(std::adjacent_find(hashes.begin(), hashes.end()) == hashes.end());
    // Where a point lies, the network says what the cell says.
    std::uniform_real_distribution<double> inside(0, 1);
    for (int i = 0; i < 40; ++i) {
        const Eigen::Vector3d at(inside(random), inside(random), inside(random));
        const Eigen::Vector3d point = map.low + at.cwiseProduct(map.high - map.low);
        std::int64_t cell = -1;
        for (std::int64_t c = 0; c < map.cellCount(); ++c) {
            if (!holds(map, c, point)) continue;
            RC_ASSERT(cell < 0);
            cell = c;
        }
        RC_ASSERT(cell >= 0);
        RC_ASSERT(network.pattern(point) == map.patternHash[map.cellRegion[cell]]);
        const Eigen::VectorXd logits = network.logits(point);
        if (map.outputs == 1) {
            RC_ASSERT(map.cellLabel[cell] == (logits[0] > 1e-12 ? 1 : 0));
        } else {
            const double most = logits.maxCoeff();
            RC_ASSERT(most - logits[map.cellLabel[cell]] < 1e-9);
        }
    }
}

// Corners of the cut of a cell by the plane where a coordinate has a value, ordered round it; empty: not cut.
Polygon cutOf(const CellComplex& map, std::int64_t cell, int axis, double at) {
    Polygon polygon;
    const int first = (axis + 1) % 3, second = (axis + 2) % 3;
    for (const std::int32_t f : map.facesOfCell(cell)) {
        const auto corners = map.verticesOfFace(f);
        for (std::size_t i = 0; i < corners.size(); ++i) {
            const Eigen::Vector3d a = map.vertices[corners[i]],
                                  b = map.vertices[corners[(i + 1) % corners.size()]];
            if ((a[axis] < at) == (b[axis] < at)) continue;
            const Eigen::Vector3d point = a + (at - a[axis]) / (b[axis] - a[axis]) * (b - a);
            polygon.push_back({point[first], point[second]});
        }
    }
    if (polygon.empty()) return polygon;
    Eigen::Vector2d middle = Eigen::Vector2d::Zero();
    for (const auto& corner : polygon) middle += corner / double(polygon.size());
    std::sort(polygon.begin(), polygon.end(), [&](const auto& a, const auto& b) {
        return std::atan2(a.y() - middle.y(), a.x() - middle.x()) <
               std::atan2(b.y() - middle.y(), b.x() - middle.x());
    });
    return polygon;
}

}  // namespace

class VolumeCellsPropertyTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void generalNetworks() {
        QVERIFY(rc::check("cells of random networks", [](unsigned seed) {
            std::mt19937 random(seed);
            const auto network = randomNetwork(random, false);
            requireSound(network, cellsOf(network, {-1, -1.2, -0.8}, {1.1, 1, 1.3}), random);
        }));
    }

    void worstPosition() {
        QVERIFY(rc::check("cells of networks of small whole numbers", [](unsigned seed) {
            std::mt19937 random(seed);
            const auto network = randomNetwork(random, true);
            requireSound(network, cellsOf(network, {-2, -2, -2}, {2, 2, 2}), random);
        }));
    }

    void chainIsThePlainNetwork() {
        QVERIFY(rc::check("chain kernels", [](unsigned seed) {
            std::mt19937 random(seed);
            std::vector<PlainLayer> layers{gaussianLayer(random, 9, 3), gaussianLayer(random, 5, 9),
                                           gaussianLayer(random, 3, 5)};
            const std::vector<Site> sites{bendSite(9), bendSite(5, PiecewiseLinear::clamp(-0.2, 0.4))};
            std::vector<AffineChain::Stage> stages;
            for (const auto& layer : layers) stages.push_back({layer.weights, layer.bias});
            const Eigen::Vector3d origin(0.3, -0.2, 0.1);
            stages[0].bias += stages[0].weights * origin;
            const VolumeChain chain(stages, sites, origin);
            const PlainVolumeNetwork plain(layers, sites);
            std::normal_distribution<double> normal;
            std::vector<Eigen::Vector3d> points(37);
            for (auto& point : points) point << normal(random), normal(random), normal(random);
            for (int site = 0; site <= 2; ++site) {
                const std::int64_t count = 2;
                std::vector<double> a(count * 50), b(count * 50);
                chain.inputsOfSite(site, 1, count, points, a.data(), 50);
                plain.inputsOfSite(site, 1, count, points, b.data(), 50);
                for (std::int64_t i = 0; i < count; ++i)
                    for (std::size_t p = 0; p < points.size(); ++p)
                        RC_ASSERT(std::abs(a[i * 50 + p] - b[i * 50 + p]) < 1e-12);
            }
            std::vector<double> a(points.size() * 9), b(points.size() * 9);
            std::vector<std::uint64_t> ha(points.size()), hb(points.size());
            chain.slopesAt(points, a.data(), ha.data());
            plain.slopesAt(points, b.data(), hb.data());
            RC_ASSERT(ha == hb);
            for (std::size_t i = 0; i < a.size(); ++i) RC_ASSERT(std::abs(a[i] - b[i]) < 1e-12);
        }));
    }

    // Cut by a plane along the axes, the cells give the regions that the plane engine finds there.
    void cutsAreThePlaneEngine() {
        QVERIFY(rc::check("cuts of the complex", [](unsigned seed) {
            std::mt19937 random(seed);
            std::vector<PlainLayer> layers{gaussianLayer(random, 8, 3), gaussianLayer(random, 8, 8),
                                           gaussianLayer(random, 3, 8)};
            const std::vector<Site> sites{bendSite(8), bendSite(8)};
            const auto map = cellsOf(PlainVolumeNetwork(layers, sites), {-1, -1, -1}, {1, 1, 1});
            std::uniform_real_distribution<double> inside(-0.9, 0.9);
            for (int axis = 0; axis < 3; ++axis) {
                const double at = inside(random);
                AffineChain chain;
                for (const auto& layer : layers) chain.stages.push_back({layer.weights, layer.bias});
                chain.sites = sites;
                AffineChain::Matrix weights(8, 2);
                weights << layers[0].weights.col((axis + 1) % 3), layers[0].weights.col((axis + 2) % 3);
                chain.stages[0].weights = weights;
                chain.stages[0].bias += at * layers[0].weights.col(axis);
                NoProgress progress;
                const auto plane = arrangementDepthFirst(chain, squarePolygon(), {}, {}, progress);
                RC_ASSERT(plane.isOk());
                std::map<std::uint64_t, double> expected, found;
                std::map<std::int32_t, double> ofClass, foundOfClass;
                const auto& flat = plane.value();
                for (std::int64_t f = 0; f < flat.faceCount(); ++f)
                    expected[flat.patternHash[f]] += flat.area[f];
                const auto areas = flat.areaPerClass();
                for (std::size_t k = 0; k < areas.size(); ++k)
                    if (areas[k] > 0) ofClass[static_cast<std::int32_t>(k)] = areas[k];
                for (std::int64_t c = 0; c < map.cellCount(); ++c) {
                    const auto polygon = cutOf(map, c, axis, at);
                    if (polygon.empty()) continue;
                    found[map.patternHash[map.cellRegion[c]]] += signedArea(polygon);
                    foundOfClass[map.cellLabel[c]] += signedArea(polygon);
                }
                RC_ASSERT(found.size() == expected.size());
                for (const auto& [hash, area] : expected) RC_ASSERT(std::abs(found[hash] - area) < 1e-10);
                RC_ASSERT(foundOfClass.size() == ofClass.size());
                for (const auto& [label, area] : ofClass)
                    RC_ASSERT(std::abs(foundOfClass[label] - area) < 1e-10);
            }
        }));
    }
};

QTEST_APPLESS_MAIN(VolumeCellsPropertyTest)
#include "volume_cells_property_test.moc"
