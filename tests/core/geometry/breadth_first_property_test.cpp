// SPDX-License-Identifier: GPL-3.0-or-later
#include <rapidcheck.h>
#include <QtTest>
#include <algorithm>
#include <map>

#include "core/geometry/breadth_first.h"
#include "core/geometry/depth_first.h"
#include "tests/core/geometry/clipping_oracle.h"

using namespace tessera;

namespace {

Arrangement arrange(const SiteNetwork& network, const Polygon& window, ArrangementOptions options = {}) {
    NoProgress progress;
    auto result = arrangementBreadthFirst(network, window, options, {}, progress);
    if (!result.isOk()) throw std::runtime_error("the engine refused the network");
    return std::move(result).value();
}

Polygon randomWindow(unsigned seed) {
    std::mt19937 random(seed * 7919 + 1);
    std::uniform_real_distribution<double> jitter(-0.2, 0.2);
    Polygon window;
    const int corners = 3 + static_cast<int>(random() % 4);
    for (int i = 0; i < corners; ++i) {
        const double angle = 2 * M_PI * (i + jitter(random)) / corners;
        window.push_back({1.5 * std::cos(angle) + 0.1, 1.5 * std::sin(angle)});
    }
    return window;
}

// Everything that must hold of a complete result, whatever the network.
void requireSound(const PlainSiteNetwork& network, const Arrangement& map) {
    RC_ASSERT(map.complete);
    RC_ASSERT(map.checks.euler == 1);
    RC_ASSERT(std::abs(map.checks.areaSum - map.checks.windowArea) < 1e-12 * map.checks.windowArea);
    for (const double area : map.area) RC_ASSERT(area > 0);
    std::vector<Eigen::Vector2d> centroids;
    for (std::int64_t face = 0; face < map.faceCount(); ++face) centroids.push_back(map.centroid(face));
    std::vector<double> forms(centroids.size() * map.outputs * 3);
    std::vector<std::uint64_t> hash(centroids.size());
    network.formsAt(centroids, map.formOrigin, forms.data(), hash.data());
    const auto logits = network.evaluate(centroids);
    const double scale = std::max(1.0, logits.cwiseAbs().maxCoeff());
    for (std::int64_t face = 0; face < map.faceCount(); ++face) {
        RC_ASSERT(hash[face] == map.patternHash[face]);
        const Eigen::VectorXd interpolated = map.logitsOnFace(face, centroids[face]);
        RC_ASSERT((interpolated - logits.row(face).transpose()).cwiseAbs().maxCoeff() < 1e-11 * scale);
    }
    // An edge lies on the line of the unit it names: walk the ends up to that site.
    auto live = network.start(map.vertices);
    for (std::size_t site = 0; site < map.sites.size(); ++site, live->advance()) {
        const Site& description = network.sites()[site];
        for (const auto& edge : map.edges) {
            if (edge.site != static_cast<std::int32_t>(site)) continue;
            RC_ASSERT(edge.left >= 0 && edge.right >= 0);
            for (const std::int32_t end : {edge.v0, edge.v1}) {
                const double* const z = live->values() + end * live->width();
                double miss = 0;
                if (description.kind == SiteKind::PiecewiseLinear) {
                    miss = std::numeric_limits<double>::infinity();
                    for (const double knot : description.function.knots)
                        miss = std::min(miss, std::abs(z[edge.unit] - knot));
                } else {
                    const auto& windows = description.windows;
                    std::vector<double> members;
                    for (int m = windows.begin[edge.unit]; m < windows.begin[edge.unit + 1]; ++m)
                        members.push_back(z[windows.members[m]]);
                    std::sort(members.rbegin(), members.rend());
                    miss = members[0] - members[1];
                }
                RC_ASSERT(miss < 1e-9);
            }
        }
    }
}

std::vector<std::uint64_t> sortedHashes(const Arrangement& map) {
    auto hashes = map.patternHash;
    std::sort(hashes.begin(), hashes.end());
    return hashes;
}

}  // namespace

class BreadthFirstPropertyTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void invariantsHoldOnRandomNets() {
        QVERIFY(
            rc::check("a complete subdivision with the network's own patterns and values", [](unsigned seed) {
                const TwinNetwork net = randomTwin(seed);
                requireSound(net.plain, arrange(net.plain, randomWindow(seed)));
            }));
    }

    void bruteForceAgrees() {
        int compared = 0;
        for (unsigned seed = 1; compared < 120; ++seed) {
            const TwinNetwork net = randomTwin(seed);
            const Polygon window = randomWindow(seed);
            const Arrangement map = arrange(net.plain, window);
            if (map.faceCount() > 1500) continue;
            const ClippingOracle oracle(net.steps, window);
            ++compared;
            QVERIFY2(map.faceCount() == oracle.regions(),
                     qPrintable(QString("seed %1: %2 regions, %3 by brute force")
                                    .arg(seed)
                                    .arg(map.faceCount())
                                    .arg(oracle.regions())));
            QCOMPARE(static_cast<std::int64_t>(map.vertices.size()), oracle.vertices());
            auto areas = map.area, expected = oracle.areas;
            std::sort(areas.begin(), areas.end());
            std::sort(expected.begin(), expected.end());
            for (std::size_t i = 0; i < areas.size(); ++i) QVERIFY(std::abs(areas[i] - expected[i]) < 1e-10);
        }
    }

    void chunkedIsTheSame() {
        QVERIFY(rc::check("small buffers change nothing but the order", [](unsigned seed) {
            const TwinNetwork net = randomTwin(seed);
            const Polygon window = randomWindow(seed);
            const Arrangement whole = arrange(net.plain, window);
            ArrangementOptions options;
            options.budget.maxBytes = 1;  // as few rows as the engine will work with
            const Arrangement parts = arrange(net.plain, window, options);
            requireSound(net.plain, parts);
            RC_ASSERT(whole.vertices.size() == parts.vertices.size());
            RC_ASSERT(whole.edges.size() == parts.edges.size());
            RC_ASSERT(whole.pieces == parts.pieces);
            RC_ASSERT(sortedHashes(whole) == sortedHashes(parts));
            RC_ASSERT(std::abs(whole.boundaryLength() - parts.boundaryLength()) < 1e-9);
        }));
    }

    void threadsChangeNothing() {
        for (unsigned seed = 500; seed < 530; ++seed) {
            const TwinNetwork net = randomTwin(seed);
            for (const std::int64_t bytes : {0, 1}) {
                ArrangementOptions options;
                options.budget.maxBytes = bytes;
                const Arrangement one = arrange(net.plain, squarePolygon(1.3), options);
                options.threads = 4;
                const Arrangement four = arrange(net.plain, squarePolygon(1.3), options);
                QCOMPARE(four.faceVertices, one.faceVertices);
                QCOMPARE(four.patternHash, one.patternHash);
                QCOMPARE(four.forms, one.forms);
                QVERIFY(four.vertices == one.vertices);
            }
        }
    }

    void depthFirstAgreesOnChains() {
        std::mt19937 random(11);
        for (int round = 0; round < 25; ++round) {
            AffineChain chain;
            PlainSiteNetwork plain = PlainSiteNetwork::onPlane();
            int node = 0, width = 2;
            const int layers = 2 + round % 3;
            for (int layer = 0; layer < layers; ++layer) {
                const int next = layer + 1 == layers ? 1 + round % 4 : 6 + round % 9;
                const auto weights = gaussian(random, next, width, 1.3 / std::sqrt(width));
                const Eigen::VectorXd bias = gaussian(random, next, 1, 0.4);
                chain.stages.push_back({weights, bias});
                node = plain.linear(node, weights, bias);
                width = next;
                if (layer + 1 == layers) continue;
                node = plain.piecewise(
                    node, round % 2 ? PiecewiseLinear::leakyRelu(0.1) : PiecewiseLinear::clamp(0, 0.6));
                chain.sites.push_back(plain.sites().back());
            }
            NoProgress progress;
            const auto deep = arrangementDepthFirst(chain, squarePolygon(), {}, {}, progress);
            QVERIFY(deep.isOk());
            const Arrangement wide = arrange(plain, squarePolygon());
            QCOMPARE(wide.faceCount(), deep.value().faceCount());
            QCOMPARE(wide.pieces, deep.value().pieces);
            QCOMPARE(wide.vertices.size(), deep.value().vertices.size());
            QCOMPARE(wide.edges.size(), deep.value().edges.size());
            QCOMPARE(sortedHashes(wide), sortedHashes(deep.value()));
            QVERIFY(std::abs(wide.boundaryLength() - deep.value().boundaryLength()) < 1e-9);
            for (std::size_t s = 0; s < chain.sites.size(); ++s) {
                QCOMPARE(wide.sites[s].regionsAfter, deep.value().sites[s].regionsAfter);
                QCOMPARE(wide.sites[s].edges, deep.value().sites[s].edges);
            }
            const auto wideArea = wide.areaPerClass(), deepArea = deep.value().areaPerClass();
            for (std::size_t k = 0; k < wideArea.size(); ++k)
                QVERIFY(std::abs(wideArea[k] - deepArea[k]) < 1e-10);
        }
    }

    void convolutionEqualsItsDenseTwin() {
        std::mt19937 random(3);
        const PlainSiteNetwork::ConvShape shape{2, 5, 5, 3, 3, 1, 1};
        const auto embed = gaussian(random, 50, 2);
        const Eigen::VectorXd offset = gaussian(random, 50, 1);
        const auto kernel = gaussian(random, 3, 18, 0.4);
        const Eigen::VectorXd bias = gaussian(random, 3, 1, 0.3), headBias = gaussian(random, 4, 1);
        const auto head = gaussian(random, 4, 12);
        PlainSiteNetwork conv(embed, offset), dense(embed, offset);
        int a = conv.maxPool(conv.relu(conv.conv(0, shape, kernel, bias)), 3, 5, 5, 3, 2);
        conv.linear(a, head, headBias);
        // Unrolled by convolving the unit vectors.
        PlainSiteNetwork::Rows unrolled(75, 50);
        PlainSiteNetwork columns(PlainSiteNetwork::Rows::Zero(50, 2), Eigen::VectorXd::Zero(50));
        for (int i = 0; i < 50; ++i) {
            PlainSiteNetwork unit(PlainSiteNetwork::Rows::Zero(50, 2), Eigen::VectorXd::Unit(50, i));
            unit.conv(0, shape, kernel, Eigen::VectorXd::Zero(3));
            const std::vector<Eigen::Vector2d> point{{0, 0}};
            unrolled.col(i) = unit.evaluate(point).row(0).transpose();
        }
        Eigen::VectorXd biases(75);
        for (int i = 0; i < 75; ++i) biases[i] = bias[i / 25];
        int b = dense.maxPool(dense.relu(dense.linear(0, unrolled, biases)), 3, 5, 5, 3, 2);
        dense.linear(b, head, headBias);
        const Arrangement first = arrange(conv, squarePolygon(0.7)),
                          second = arrange(dense, squarePolygon(0.7));
        QVERIFY(first.faceCount() > 100);
        QCOMPARE(first.vertices.size(), second.vertices.size());
        QCOMPARE(sortedHashes(first), sortedHashes(second));
        QVERIFY(std::abs(first.boundaryLength() - second.boundaryLength()) < 1e-9);
    }
};

QTEST_GUILESS_MAIN(BreadthFirstPropertyTest)
#include "breadth_first_property_test.moc"
