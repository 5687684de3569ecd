// SPDX-License-Identifier: GPL-3.0-or-later
// The depth-first engine against exact integer arithmetic on small nets. Small integer weights make
// degenerate nets the rule: concurrent, parallel, duplicate and opposite lines, dead units, zero rows, ties
// on whole faces and along edges.
#include <QtTest>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "core/geometry/depth_first.h"
#include "tests/core/geometry/brute_force_oracle.h"

using namespace tessera;

namespace {

struct RandomNet {
    std::vector<BruteForceOracle::Layer> layers;
    std::vector<std::array<int, 2>> window;
    std::string text;
};

PiecewiseLinear randomFunction(std::mt19937& random, int units, std::string& text) {
    switch (random() % 7) {
        case 0:
            text += " leaky";
            return PiecewiseLinear::leakyRelu(0.5);
        case 1:
            text += " abs";
            return PiecewiseLinear::absolute();
        case 2:
            text += " clamp";
            return PiecewiseLinear::clamp(-1, 2);
        case 3: {  // PReLU: a slope per unit, 1 (no bend) among them
            text += " prelu";
            PiecewiseLinear function;
            function.knots = {0};
            function.channels = units;
            for (int i = 0; i < units; ++i)
                function.slopes.push_back(0.5 * static_cast<int>(random() % 4) - 0.5);
            function.slopes.resize(2 * units, 1.0);
            function.intercepts.resize(2 * units, 0.0);
            return function;
        }
        default:
            text += " relu";
            return PiecewiseLinear::relu();
    }
}

RandomNet randomNet(unsigned seed) {
    std::mt19937 random(seed);
    const auto between = [&](int low, int high) {
        return low + static_cast<int>(random() % (high - low + 1));
    };
    RandomNet net;
    net.window = random() % 3 == 0 ? std::vector<std::array<int, 2>>{{-5, -3}, {4, -4}, {3, 5}}
                                   : std::vector<std::array<int, 2>>{{-4, -4}, {4, -4}, {4, 4}, {-4, 4}};
    const int hidden = between(1, 3);
    const bool zeroBiases = random() % 5 == 0;
    int inputs = 2;
    for (int l = 0; l <= hidden; ++l) {
        const int units = l == hidden ? between(1, 4) : between(2, hidden == 1 ? 9 : hidden == 2 ? 6 : 4);
        BruteForceOracle::Layer layer;
        for (int i = 0; i < units; ++i) {
            std::vector<int> row(inputs);
            for (auto& weight : row) weight = between(-2, 2);
            int bias = zeroBiases ? 0 : between(-3, 3);
            if (i > 0 && l < hidden) {  // relatives of an earlier unit
                const int twin = between(0, i - 1);
                const int factor = std::array{1, -1, 2, 0}[random() % 4];
                if (random() % 6 == 0) {
                    for (int j = 0; j < inputs; ++j) row[j] = factor * layer.weights[twin][j];
                    bias = random() % 2 ? factor * layer.bias[twin] : bias;
                }
            }
            layer.weights.push_back(row);
            layer.bias.push_back(bias);
        }
        net.text.append(" ").append(std::to_string(units));
        if (l < hidden) layer.function = randomFunction(random, units, net.text);
        net.layers.push_back(layer);
        inputs = units;
    }
    return net;
}

AffineChain chainOf(const RandomNet& net, const Eigen::Vector2d& formOrigin) {
    AffineChain chain;
    chain.formOrigin = formOrigin;
    for (std::size_t l = 0; l < net.layers.size(); ++l) {
        const auto& layer = net.layers[l];
        AffineChain::Stage stage;
        stage.weights.resize(layer.weights.size(), layer.weights[0].size());
        stage.bias.resize(layer.bias.size());
        for (std::size_t i = 0; i < layer.weights.size(); ++i) {
            for (std::size_t j = 0; j < layer.weights[i].size(); ++j)
                stage.weights(i, j) = layer.weights[i][j];
            stage.bias[i] = layer.bias[i];
        }
        if (l == 0) stage.bias += stage.weights * formOrigin;
        chain.stages.push_back(stage);
        if (l + 1 == net.layers.size()) break;
        Site site;
        site.name = "site" + std::to_string(l);
        site.units = site.inputs = static_cast<std::int64_t>(layer.bias.size());
        site.function = layer.function;
        chain.sites.push_back(site);
    }
    return chain;
}

}  // namespace

class DepthFirstOracleTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void agreesOnRandomNets() {
        std::int64_t regions = 0, alongEdges = 0;
        for (unsigned seed = 1; seed <= 1000; ++seed) {
            const RandomNet net = randomNet(seed);
            const BruteForceOracle::Counts expected = BruteForceOracle(net.layers, net.window).counts();
            Polygon window;
            for (const auto& corner : net.window) window.push_back({corner[0], corner[1]});
            NoProgress progress;
            ArrangementOptions options;
            options.threads = 1 + static_cast<int>(seed % 2);
            const Eigen::Vector2d formOrigin =
                seed % 3 == 0 ? Eigen::Vector2d(0.5, -1) : Eigen::Vector2d(0, 0);
            const auto result =
                arrangementDepthFirst(chainOf(net, formOrigin), window, options, {}, progress);
            QVERIFY(result.isOk());
            const Arrangement& map = result.value();
            const std::string text = net.text + ", seed " + std::to_string(seed);
            QVERIFY2(expected.edgeToEdge, text.c_str());
            const auto same = [&](const char* what, std::int64_t ours, std::int64_t theirs) {
                if (ours != theirs) {
                    qWarning("%s: %s %lld, exactly %lld", text.c_str(), what, static_cast<long long>(ours),
                             static_cast<long long>(theirs));
                }
                return ours == theirs;
            };
            bool good = same("regions", map.faceCount(), expected.regions);
            good &= same("pieces", map.pieces, expected.pieces);
            good &= same("vertices", static_cast<std::int64_t>(map.vertices.size()), expected.vertices);
            good &= same("edges", static_cast<std::int64_t>(map.edges.size()), expected.edges);
            good &= same("segments", static_cast<std::int64_t>(map.boundary.size()), expected.segments);
            good &= same("euler", map.checks.euler, 1);
            good &= same("mismatches", map.checks.patternMismatches, 0);
            const auto near = [&](const char* what, double ours, double theirs) {
                const bool agree = std::abs(ours - theirs) < 1e-10 * (1 + std::abs(theirs));
                if (!agree) qWarning("%s: %s %.17g, exactly %.17g", text.c_str(), what, ours, theirs);
                return agree;
            };
            good &= near("boundary length", map.boundaryLength(), expected.length);
            good &= near("area", map.checks.areaSum, map.checks.windowArea);
            good &= near("error", map.checks.maxInterpolationError, 0);
            QVERIFY2(good, text.c_str());
            regions += expected.regions;
            for (const auto& segment : map.boundary) {
                for (const auto& edge : map.edges) {
                    alongEdges += edge.left == segment.face && segment.a == map.vertices[edge.v0] &&
                                  segment.b == map.vertices[edge.v1];
                }
            }
        }
        // The nets are worth the name: many regions, and boundaries that run along edges.
        QVERIFY(regions > 5000);
        QVERIFY(alongEdges > 20);
    }
};

QTEST_GUILESS_MAIN(DepthFirstOracleTest)
#include "depth_first_oracle_test.moc"
