// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/geometry/breadth_first.h"
#include "tests/core/geometry/yardstick_networks.h"

using namespace tessera;

namespace {

using Rows = PlainSiteNetwork::Rows;

Arrangement arrange(const SiteNetwork& network, const Polygon& window = squarePolygon(),
                    ArrangementOptions options = {}) {
    NoProgress progress;
    auto result = arrangementBreadthFirst(network, window, options, {}, progress);
    if (!result.isOk()) throw std::runtime_error("the engine refused the network");
    return std::move(result).value();
}

// Lines a*s + b*t + c as rows.
struct Lines {
    Rows weights;
    Eigen::VectorXd bias;
    Lines(std::initializer_list<std::array<double, 3>> lines) : weights(lines.size(), 2), bias(lines.size()) {
        int row = 0;
        for (const auto& line : lines) {
            weights.row(row) << line[0], line[1];
            bias[row++] = line[2];
        }
    }
};

PlainSiteNetwork reluNet(const Lines& lines, int outputs = 1) {
    PlainSiteNetwork net = PlainSiteNetwork::onPlane();
    const int on = net.relu(net.linear(0, lines.weights, lines.bias));
    std::mt19937 random(5);
    std::normal_distribution<double> normal;
    Rows head(outputs, lines.bias.size());
    for (double& value : head.reshaped()) value = normal(random);
    net.linear(on, head, Eigen::VectorXd::Constant(outputs, 0.1));
    return net;
}

MaxWindows windowsOf(std::initializer_list<std::vector<std::int32_t>> lists) {
    MaxWindows windows;
    windows.begin.push_back(0);
    for (const auto& list : lists) {
        windows.members.insert(windows.members.end(), list.begin(), list.end());
        windows.begin.push_back(static_cast<std::int32_t>(windows.members.size()));
    }
    return windows;
}

PlainSiteNetwork maxNet(const Lines& forms, MaxWindows windows) {
    PlainSiteNetwork net = PlainSiteNetwork::onPlane();
    const int best = net.maxWindows(net.linear(0, forms.weights, forms.bias), std::move(windows));
    net.linear(best, Rows::Ones(1, net.width(best)), Eigen::VectorXd::Zero(1));
    return net;
}

void compareCounts(const Arrangement& map, std::int64_t faces, std::size_t vertices) {
    QCOMPARE(map.faceCount(), faces);
    QCOMPARE(map.vertices.size(), vertices);
    QCOMPARE(map.edges.size(), vertices + faces - 1);
    QCOMPARE(map.checks.euler, std::int64_t{1});
    QCOMPARE(map.checks.patternMismatches, std::int64_t{0});
    double largest = 1;
    for (const double term : map.forms) largest = std::max(largest, std::abs(term));
    QVERIFY(map.checks.maxInterpolationError < 1e-14 * largest * (1 + map.formOrigin.norm()));
    QVERIFY(std::abs(map.checks.areaSum - map.checks.windowArea) < 1e-13);
}

class StopAtFirstReport final : public Progress {
  public:
    explicit StopAtFirstReport(std::stop_source& source) : source_(source) {}
    void report(std::int64_t done, std::int64_t total, std::string_view what) override {
        ++reports;
        sane = sane && done >= last_ && done <= total && what.starts_with("refining ");
        last_ = done;
        source_.request_stop();
    }
    int reports = 0;
    bool sane = true;

  private:
    std::stop_source& source_;
    std::int64_t last_ = 0;
};

// Faces a partial result does have must be right.
void verifyExact(const PlainSiteNetwork& network, const Arrangement& map) {
    std::vector<Eigen::Vector2d> centroids;
    for (std::int64_t face = 0; face < map.faceCount(); ++face) centroids.push_back(map.centroid(face));
    if (centroids.empty()) return;
    std::vector<double> forms(centroids.size() * map.outputs * 3);
    std::vector<std::uint64_t> hash(centroids.size());
    network.formsAt(centroids, map.formOrigin, forms.data(), hash.data());
    QCOMPARE(map.patternHash, hash);
}

const PlainWeights& lenetWeights() {
    static const PlainWeights weights(TESSERA_TEST_DATA "/regions/d_lenet_max.bin");
    return weights;
}

}  // namespace

class BreadthFirstTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void affineNetworkIsOneFace() {
        PlainSiteNetwork net = PlainSiteNetwork::onPlane();
        net.linear(0, Rows::Identity(2, 2), Eigen::VectorXd::Zero(2));
        const Arrangement map = arrange(net);
        compareCounts(map, 1, 4);
        QVERIFY(std::abs(map.boundaryLength() - 2 * std::sqrt(2.0)) < 1e-12);
    }

    void genericLinesMakeKnownCounts() {
        // Three lines, all three crossings inside: 1 + 3 + 3 faces.
        const Lines lines{{1, 0, -0.2}, {0, 1, 0.1}, {1, 1, 0.3}};
        compareCounts(arrange(reluNet(lines)), 7, 4 + 6 + 3);
    }

    void concurrentLinesMeetInOneVertex() {
        Lines lines{{1, 0, 0}, {1, 2, 0}, {1, -3, 0}, {0, 1, 0}, {-2, 1, 0}};
        compareCounts(arrange(reluNet(lines)), 10, 4 + 10 + 1);
        // The same star far from the origin of the coordinates, where rounding is larger.
        for (int i = 0; i < 5; ++i)
            lines.bias[i] = -lines.weights.row(i).dot(Eigen::RowVector2d(3000.1, -2000.7));
        compareCounts(arrange(reluNet(lines), rectanglePolygon(2999.1, -2001.7, 3001.1, -1999.7)), 10, 15);
    }

    void copiesOfALineCutOnce() {
        const Lines lines{
            {1, 0.3, 0.1}, {1, 0.3, 0.1}, {-1, -0.3, -0.1}, {1e-6, 0.3e-6, 0.1e-6}, {0.7e5, 0.21e5, 0.07e5}};
        const Arrangement map = arrange(reluNet(lines));
        compareCounts(map, 2, 6);
        QVERIFY(map.checks.largestOnMargin < 1e-14);
    }

    void deadAndZeroUnitsCutNothing() {
        const Lines lines{{0, 0, 0}, {0, 0, 1}, {0, 0, -1}, {1, 0, -5}, {1, 0, 0.5}};
        compareCounts(arrange(reluNet(lines)), 2, 6);
    }

    void unitVanishingOnASideOfTheWindowCutsNothing() {
        compareCounts(arrange(reluNet({{1, 0, -1}, {0, -3, -3}, {1, 1, -2}})), 1, 4);
    }

    void parallelLinesAndKnots() {
        PlainSiteNetwork net = PlainSiteNetwork::onPlane();
        const int bent =
            net.piecewise(net.linear(0, Lines{{1, 0, 0}, {0, 1, 2}}.weights, Eigen::Vector2d(0, 2)),
                          PiecewiseLinear::clamp(-0.5, 0.25));
        net.linear(bent, Rows::Ones(1, 2), Eigen::VectorXd::Zero(1));
        compareCounts(arrange(net), 3, 8);  // the second unit, t + 2, is above both knots
    }

    void slopeOfOneIsNoKnot() {
        PlainSiteNetwork net = PlainSiteNetwork::onPlane();
        PiecewiseLinear prelu{{0.0}, {0.25, 1.0, 1.0, 1.0}, {0, 0, 0, 0}, 2, 1};
        net.linear(net.piecewise(0, prelu), Rows::Ones(1, 2), Eigen::VectorXd::Zero(1));
        compareCounts(arrange(net), 2, 6);
    }

    void tentMapDoublesEachTime() {
        PlainSiteNetwork net = PlainSiteNetwork::onPlane();
        int node = net.linear(0, Lines{{1, 0, 0}}.weights, Eigen::VectorXd::Zero(1));
        for (int depth = 1; depth <= 9; ++depth) {
            node = net.linear(net.piecewise(node, PiecewiseLinear::absolute()), Rows::Constant(1, 1, -2),
                              Eigen::VectorXd::Ones(1));
        }
        compareCounts(arrange(net), 512, 4 + 2 * 511);
    }

    void maxOfTwoFormsCutsAlongTheirTie() {
        const Arrangement map = arrange(maxNet({{1, 0, 0}, {0, 1, 0}}, windowsOf({{0, 1}})));
        compareCounts(map, 2, 4);  // the diagonal of the square
        QVERIFY(std::abs(map.area[0] - 2) < 1e-14);
    }

    void maxOfThreeFormsMeetsInAPoint() {
        const double half = 0.5, root = std::sqrt(0.75);
        const Arrangement map =
            arrange(maxNet({{1, 0, 0}, {-half, root, 0.1}, {-half, -root, 0}}, windowsOf({{0, 1, 2}})));
        compareCounts(map, 3, 4 + 3 + 1);
        for (const auto& edge : map.edges) QVERIFY(edge.site == -1 || edge.unit == 0);
    }

    void fourFormsMeetInOnePoint() {
        compareCounts(
            arrange(maxNet({{1, 0, 0}, {0, 1, 0}, {-1, 0, 0}, {0, -1, 0}}, windowsOf({{0, 1, 2, 3}}))), 4, 5);
        // Turned, so that the ties do not end in corners; eight forms.
        Lines star{{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
        for (int i = 0; i < 8; ++i)
            star.weights.row(i) << std::cos(0.3 + i * M_PI / 4), std::sin(0.3 + i * M_PI / 4);
        compareCounts(arrange(maxNet(star, windowsOf({{0, 1, 2, 3, 4, 5, 6, 7}}))), 8, 4 + 8 + 1);
    }

    void tieOnASideOfTheWindowNeedsNoVertex() {
        // The third form touches the other two's tie exactly where that meets the side s = -1, and wins
        // nowhere inside.
        compareCounts(arrange(maxNet({{0, 1, 0}, {0, -1, 0}, {-2, 0, -2}}, windowsOf({{0, 1, 2}}))), 2, 6);
        // Three cells that meet on the side itself.
        compareCounts(arrange(maxNet({{-1, 1, -1}, {-1, -1, -1}, {1, 0, 1}}, windowsOf({{0, 1, 2}}))), 3,
                      6 - 1 + 2);
    }

    void moreMembersThanTheMaskHolds() {
        Lines many{{0, 0, 0}};
        many.weights.resize(24, 2);
        many.bias = Eigen::VectorXd::Zero(24);
        std::vector<std::int32_t> all;
        for (int i = 0; i < 24; ++i) {
            many.weights.row(i) << std::cos(0.1 + i * M_PI / 12), std::sin(0.1 + i * M_PI / 12);
            all.push_back(i);
        }
        compareCounts(arrange(maxNet(many, windowsOf({all}))), 24, 4 + 24 + 1);
    }

    void overlappingWindowsShareLines() {
        compareCounts(arrange(maxNet({{1, 0, 0}, {0, 1, 0}, {-1, 0, 0}}, windowsOf({{0, 1}, {1, 2}}))), 4, 5);
        // The third form never wins, so both windows bend along the same line.
        compareCounts(
            arrange(maxNet({{1, 0, 0.1}, {0, 1, 0}, {0, 0, -3}}, windowsOf({{0, 1}, {1, 0, 2}, {0, 2, 1}}))),
            2, 6);
    }

    void tiesGoToTheEarliest() {
        const Lines forms{{1, 0, 0}, {1, 0, 0}, {0, 1, 0.1}, {0, 1, 0.1}};
        const Arrangement map = arrange(maxNet(forms, windowsOf({{0, 1, 2, 3}})));
        compareCounts(map, 2, 6);
        for (const std::uint64_t hash : map.patternHash) QVERIFY(hash == 0 || hash == patternKey(0, 0, 2));
    }

    void windowsThatAreZeroAfterRelu() {
        PlainSiteNetwork net = PlainSiteNetwork::onPlane();
        const Lines lines{{1, 0, 0}, {0, 1, 0}, {1, 0, -9}, {0, 1, -9}};
        const int best = net.maxWindows(net.relu(net.linear(0, lines.weights, lines.bias)),
                                        windowsOf({{0, 1}, {3, 2}, {2, 1}}));
        net.linear(best, Rows::Ones(1, 3), Eigen::VectorXd::Zero(1));
        // Four quadrants; only where both are on does the first window change its mind.
        const Arrangement map = arrange(net);
        compareCounts(map, 5, 4 + 4 + 1);
        QCOMPARE(map.sites[0].regionsAfter, std::int64_t{4});
        QCOMPARE(map.sites[1].regionsAfter, std::int64_t{5});
    }

    void residualBlock() {
        PlainSiteNetwork net = PlainSiteNetwork::onPlane();
        const Lines lines{{1, 0.5, 0.1}, {-0.3, 1, 0}};
        const int block = net.sum(0, net.relu(net.linear(0, lines.weights, lines.bias)));
        net.linear(block, Rows::Identity(2, 2), Eigen::VectorXd::Zero(2));
        const Arrangement map = arrange(net);
        compareCounts(map, 4, 4 + 4 + 1);
        for (std::int64_t face = 0; face < 4; ++face) {
            const Eigen::Vector2d p = map.centroid(face);
            const Eigen::Vector2d expected = p + (lines.weights * p + lines.bias).cwiseMax(0);
            QVERIFY((map.logitsOnFace(face, p) - expected).norm() < 1e-14);
        }
    }

    void unitsThatCancelCutNothing() {
        // x - x through two equal branches is rounding noise, which must not bend.
        PlainSiteNetwork net = PlainSiteNetwork::onPlane();
        const Lines lines{{0.37, 0.91, 0.123}, {0.73, -0.19, 0.3}};
        const int a = net.relu(net.linear(0, lines.weights, lines.bias));
        Rows cancel(1, 4);
        cancel << 1.7, 0.3, -1.7, -0.3;
        Rows both(3, 4);
        both << cancel, 1, 0, 0, 0, 0, 1, 0, 0;
        const int twice = net.concat(a, net.linear(a, Rows::Identity(2, 2), Eigen::VectorXd::Zero(2)));
        net.linear(net.relu(net.linear(twice, both, Eigen::VectorXd::Zero(3))), Rows::Ones(1, 3),
                   Eigen::VectorXd::Zero(1));
        QCOMPARE(arrange(net).faceCount(), std::int64_t{4});
    }

    void lenetWithMaxPoolHasItsKnownCounts() {
        const PlainSiteNetwork net = lenetWithMaxPool(lenetWeights());
        const Arrangement map = arrange(net, lenetWeights().window);
        QCOMPARE(map.faceCount(), std::int64_t{6503});
        QCOMPARE(map.pieces, std::int64_t{3681});
        QCOMPARE(map.vertices.size(), std::size_t{6684});
        QCOMPARE(map.edges.size(), std::size_t{13186});
        QCOMPARE(map.boundary.size(), std::size_t{329});
        QVERIFY(std::abs(map.boundaryLength() - 0.33219979622471263) < 1e-9);
        QCOMPARE(map.checks.euler, std::int64_t{1});
        verifyExact(net, map);
    }

    void degenerateNetHasItsKnownCounts() {
        const PlainWeights weights(TESSERA_TEST_DATA "/regions/f_degenerate.bin");
        const Arrangement map = arrange(denseChain(weights), weights.window);
        QCOMPARE(map.faceCount(), std::int64_t{792});
        QCOMPARE(map.pieces, std::int64_t{792});
        QCOMPARE(map.vertices.size(), std::size_t{841});
        QCOMPARE(map.edges.size(), std::size_t{1632});
        QCOMPARE(map.boundary.size(), std::size_t{44});
        QVERIFY(std::abs(map.boundaryLength() - 2.6698430155092407) < 1e-9);
    }

    void regionBudgetKeepsExactlySoMany() {
        const PlainSiteNetwork net = lenetWithMaxPool(lenetWeights());
        ArrangementOptions options;
        options.budget.maxRegions = 300;
        const Arrangement map = arrange(net, lenetWeights().window, options);
        QVERIFY(!map.complete);
        QCOMPARE(map.stopReason, std::string("region budget of 300 reached"));
        QCOMPARE(map.faceCount(), std::int64_t{300});
        verifyExact(net, map);
        // The middle of the window comes first.
        double farthest = 0;
        for (std::int64_t face = 0; face < map.faceCount(); ++face)
            farthest = std::max(farthest, map.centroid(face).norm());
        QVERIFY(farthest < 0.04);
    }

    void regionBudgetThatSufficesIsNoLimit() {
        ArrangementOptions options;
        options.budget.maxRegions = 7;
        const Arrangement map =
            arrange(reluNet({{1, 0, -0.2}, {0, 1, 0.1}, {1, 1, 0.3}}), squarePolygon(), options);
        QCOMPARE(map.faceCount(), std::int64_t{7});
        QVERIFY(map.complete);
        QVERIFY(map.stopReason.empty());
    }

    void timeBudgetAndStopEndWithWhatIsThere() {
        const PlainSiteNetwork net = lenetWithMaxPool(lenetWeights());
        ArrangementOptions options;
        options.budget.maxSeconds = 1e-6;
        const Arrangement none = arrange(net, lenetWeights().window, options);
        QVERIFY(!none.complete);
        QVERIFY(none.stopReason.starts_with("time budget of 1e-06 s"));
        QCOMPARE(none.faceCount(), std::int64_t{0});

        std::stop_source source;
        StopAtFirstReport progress(source);
        const auto stopped =
            arrangementBreadthFirst(net, lenetWeights().window, {}, source.get_token(), progress);
        QVERIFY(stopped.isOk());
        QVERIFY(!stopped.value().complete);
        QCOMPARE(stopped.value().stopReason, std::string("cancelled"));
        QCOMPARE(progress.reports, 1);
        QVERIFY(progress.sane);
        verifyExact(net, stopped.value());
    }

    void valuesThatAreNotFiniteAreRefused() {
        PlainSiteNetwork net = PlainSiteNetwork::onPlane();
        const int broken =
            net.linear(net.relu(0), Rows::Constant(1, 2, std::numeric_limits<double>::quiet_NaN()),
                       Eigen::VectorXd::Zero(1));
        net.linear(net.relu(broken), Rows::Ones(1, 1), Eigen::VectorXd::Zero(1));
        NoProgress progress;
        const auto result = arrangementBreadthFirst(net, squarePolygon(), {}, {}, progress);
        QVERIFY(result.isError());
        QVERIFY(result.error().message.find("site1") != std::string::npos);
        const auto flat = arrangementBreadthFirst(net, {{0, 0}, {1, 0}, {2, 0}}, {}, {}, progress);
        QVERIFY(flat.isError());
    }
};

QTEST_GUILESS_MAIN(BreadthFirstTest)
#include "breadth_first_test.moc"
