// SPDX-License-Identifier: GPL-3.0-or-later
// The line engine against independent answers on random nets of every kind of unit: bisection on the
// network's own activation pattern, the 2-D engine cut along the line, and laws that hold for any network.
#include <rapidcheck.h>

#include <QtTest>
#include <cmath>
#include <map>

#include "core/geometry/breadth_first.h"
#include "core/geometry/face_locator.h"
#include "tests/core/geometry/line_networks.h"

using namespace tessera;
using Rows = PlainSiteNetwork::Rows;

namespace {

std::vector<LineSegment> randomPath(unsigned seed, int corners = 4) {
    std::mt19937 random(seed * 2654435761u + 7);
    std::uniform_real_distribution<double> uniform(-2, 2);
    std::vector<Eigen::Vector2d> points;
    for (int i = 0; i < corners; ++i) points.push_back({uniform(random), uniform(random)});
    return closedPolygon(points);
}

Eigen::Vector2d at(const LineSegment& segment, double t) {
    return segment.from + t * (segment.to - segment.from);
}

// Changes of the activation pattern along one segment: where the pattern at the ends of a step differs, halve
// it down to 1e-11. Sees only what a sample of the step's ends sees.
std::vector<double> patternChanges(const PlainSiteNetwork& network, const LineSegment& segment, int steps) {
    const auto hashAt = [&](const std::vector<double>& ts) {
        std::vector<Eigen::Vector2d> points;
        for (const double t : ts) points.push_back(at(segment, t));
        std::vector<double> forms(points.size() * network.outputs() * 3);
        std::vector<std::uint64_t> hash(points.size());
        network.formsAt(points, {0, 0}, forms.data(), hash.data());
        return hash;
    };
    struct Step {
        double low, high;
        std::uint64_t before, after;
    };
    std::vector<double> ts(steps + 1);
    for (int i = 0; i <= steps; ++i) ts[i] = (i + 1e-7 * (i == 0) - 1e-7 * (i == steps)) / steps;
    const auto coarse = hashAt(ts);
    std::vector<Step> open;
    for (int i = 0; i < steps; ++i)
        if (coarse[i] != coarse[i + 1]) open.push_back({ts[i], ts[i + 1], coarse[i], coarse[i + 1]});
    std::vector<double> found;
    while (!open.empty()) {
        std::vector<Step> next;
        std::vector<double> middles;
        for (const auto& step : open) middles.push_back((step.low + step.high) / 2);
        const auto hash = hashAt(middles);
        for (std::size_t i = 0; i < open.size(); ++i) {
            const Step& step = open[i];
            if (step.high - step.low < 1e-11) {
                found.push_back(middles[i]);
                continue;
            }
            if (hash[i] != step.before) next.push_back({step.low, middles[i], step.before, hash[i]});
            if (hash[i] != step.after) next.push_back({middles[i], step.high, hash[i], step.after});
        }
        open = std::move(next);
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<double> crossingsOf(const LineRegions& lines, std::int32_t segment) {
    std::vector<double> ts;
    for (const auto& point : lines.points)
        if (point.segment == segment && point.site >= 0) ts.push_back(point.t);
    return ts;
}

double smallestGap(const LineRegions& lines) {
    double gap = 1;
    for (std::size_t i = 0; i < lines.points.size(); ++i)
        if (lines.regionBeginsAt(i)) gap = std::min(gap, lines.points[i + 1].t - lines.points[i].t);
    return gap;
}

}  // namespace

class ExactLinePropertyTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void lawsHoldOnRandomNets() {
        QVERIFY(rc::check(
            "regions cover the path, are affine, and sums of variations telescope", [](unsigned seed) {
                const TwinNetwork net = randomTwin(seed);
                const auto path = randomPath(seed);
                const LineRegions lines = linesOf(net.plain, path);
                const auto outputs = static_cast<std::size_t>(lines.outputs);
                RC_ASSERT(lines.complete);
                RC_ASSERT(lines.regions() == lines.crossings() + static_cast<std::int64_t>(path.size()));
                RC_ASSERT(lines.patternRepeats == 0);
                double scale = 1;
                for (const double logit : lines.logits) scale = std::max(scale, std::abs(logit));
                RC_ASSERT(lines.maxInterpolationError < 1e-12 * scale);
                std::vector<Eigen::Vector2d> points;
                for (const auto& point : lines.points) points.push_back(at(path[point.segment], point.t));
                const Rows logits = net.plain.evaluate(points);
                for (std::size_t i = 0; i < points.size(); ++i) {
                    for (std::size_t k = 0; k < outputs; ++k) {
                        RC_ASSERT(std::abs(logits(i, k) - lines.logits[i * outputs + k]) < 1e-12 * scale);
                        if (!lines.regionBeginsAt(i)) continue;
                        // The slope is the difference of the ends.
                        const double dt = lines.points[i + 1].t - lines.points[i].t;
                        const double rise =
                            lines.logits[(i + 1) * outputs + k] - lines.logits[i * outputs + k];
                        RC_ASSERT(std::abs(rise - dt * lines.slopes[i * outputs + k]) < 1e-12 * scale);
                    }
                }
                const auto measures = segmentMeasures(lines, lengthsOf(path));
                for (const auto& segment : measures) {
                    RC_ASSERT(segment.whole);
                    RC_ASSERT(segment.pieces >= 1 && segment.pieces <= segment.crossings + 1);
                }
            }));
    }

    void bisectionAgrees() {
        QVERIFY(rc::check("sampling and bisection find the same crossings", [](unsigned seed) {
            const TwinNetwork net = randomTwin(seed);
            const auto path = randomPath(seed, 3);
            const LineRegions lines = linesOf(net.plain, path);
            const int steps = 20000;
            RC_PRE(smallestGap(lines) > 2.0 / steps);  // shorter regions slip through a sample
            for (std::int32_t s = 0; s < 3; ++s) {
                const auto exact = crossingsOf(lines, s), sampled = patternChanges(net.plain, path[s], steps);
                RC_ASSERT(exact.size() == sampled.size());
                for (std::size_t i = 0; i < exact.size(); ++i)
                    RC_ASSERT(std::abs(exact[i] - sampled[i]) < 1e-9);
            }
        }));
    }

    void planarEngineAgrees() {
        // The arrangement of a window, cut along a line: faces met are regions, edges crossed are crossings.
        std::int64_t compared = 0;
        for (unsigned seed = 1; seed <= 150; ++seed) {
            const TwinNetwork net = randomTwin(seed);
            NoProgress progress;
            auto result = arrangementBreadthFirst(net.plain, squarePolygon(2.1), {}, {}, progress);
            QVERIFY(result.isOk());
            const auto map = std::make_shared<const Arrangement>(std::move(result).value());
            const FaceLocator locator(map);
            const auto path = randomPath(seed);
            const LineRegions lines = linesOf(net.plain, path);
            if (smallestGap(lines) < 1e-8) continue;
            for (std::size_t s = 0; s < path.size(); ++s) {
                std::int64_t met = 0;
                const Eigen::Vector2d d = path[s].to - path[s].from;
                for (const auto& edge : map->edges) {
                    if (edge.site < 0) continue;
                    const auto side = [&](std::int32_t v) {
                        const Eigen::Vector2d o = map->vertices[v] - path[s].from;
                        return d.x() * o.y() - d.y() * o.x();
                    };
                    const double a = side(edge.v0), b = side(edge.v1);
                    if ((a > 0) == (b > 0)) continue;
                    const Eigen::Vector2d meet =
                        map->vertices[edge.v0] +
                        a / (a - b) * (map->vertices[edge.v1] - map->vertices[edge.v0]);
                    const double t = (meet - path[s].from).dot(d) / d.squaredNorm();
                    if (t > 0 && t < 1) ++met;
                }
                QVERIFY2(
                    met == static_cast<std::int64_t>(crossingsOf(lines, static_cast<std::int32_t>(s)).size()),
                    qPrintable(QString("seed %1 segment %2").arg(seed).arg(s)));
                compared += met;
            }
            for (std::size_t i = 0; i < lines.points.size(); ++i) {
                if (!lines.regionBeginsAt(i)) continue;
                const double t = (lines.points[i].t + lines.points[i + 1].t) / 2;
                const auto face = locator.faceAt(at(path[lines.points[i].segment], t));
                QVERIFY(face >= 0);
                QCOMPARE(lines.patternHash[i], map->patternHash[face]);
            }
        }
        QVERIFY2(compared > 2000, QByteArray::number(static_cast<qlonglong>(compared)));
    }

    void smallChunksChangeNothing() {
        QVERIFY(rc::check("a few rows at a time give the same regions", [](unsigned seed) {
            const TwinNetwork net = randomTwin(seed);
            const auto path = randomPath(seed, 5);
            const LineRegions whole = linesOf(net.plain, path);
            LineOptions options;
            options.maxChunkBytes = 1;
            const LineRegions parts = linesOf(net.plain, path, options);
            RC_ASSERT(whole.points.size() == parts.points.size());
            for (std::size_t i = 0; i < whole.points.size(); ++i) {
                RC_ASSERT(whole.points[i].segment == parts.points[i].segment);
                RC_ASSERT(whole.points[i].site == parts.points[i].site);
                RC_ASSERT(whole.points[i].unit == parts.points[i].unit);
                RC_ASSERT(std::abs(whole.points[i].t - parts.points[i].t) < 1e-11);
            }
            RC_ASSERT(whole.patternHash == parts.patternHash);
        }));
    }

    void threadsChangeNothing() {
        for (unsigned seed = 40; seed < 60; ++seed) {
            const TwinNetwork net = randomTwin(seed);
            LineOptions options;
            const LineRegions one = linesOf(net.plain, randomPath(seed, 8), options);
            options.threads = 4;
            const LineRegions four = linesOf(net.plain, randomPath(seed, 8), options);
            QVERIFY(one.points == four.points);
            QCOMPARE(four.logits, one.logits);
            QCOMPARE(four.slopes, one.slopes);
            QCOMPARE(four.patternHash, one.patternHash);
        }
    }

    void theNamedUnitFlipsAndNoOther() {
        // In general position the pattern changes by exactly the unit that the crossing names.
        std::int64_t flips = 0;
        for (unsigned seed = 1; seed <= 20; ++seed) {
            std::mt19937 random(seed);
            const PlainSiteNetwork::ConvShape first{1, 6, 6, 2, 3, 1, 1}, second{2, 6, 6, 3, 3, 2, 1};
            PlainSiteNetwork net(gaussian(random, 36, 2), gaussian(random, 36, 1));
            const int a =
                net.relu(net.conv(0, first, gaussian(random, 2, 9, 0.5), gaussian(random, 2, 1, 0.3)));
            const int b =
                net.piecewise(net.conv(a, second, gaussian(random, 3, 18, 0.4), gaussian(random, 3, 1, 0.3)),
                              PiecewiseLinear::leakyRelu(0.1));
            const int c = net.relu(net.linear(b, gaussian(random, 8, 27, 0.3), gaussian(random, 8, 1)));
            net.linear(c, gaussian(random, 4, 8), gaussian(random, 4, 1));
            const LineRegions lines = linesOf(net, randomPath(seed));
            for (std::size_t i = 1; i < lines.points.size(); ++i) {
                const LinePoint& point = lines.points[i];
                if (point.site < 0) continue;
                ++flips;
                QCOMPARE(lines.patternHash[i - 1] ^ lines.patternHash[i],
                         patternKey(static_cast<std::uint64_t>(point.site),
                                    static_cast<std::uint64_t>(point.unit), 1));
            }
        }
        QVERIFY2(flips > 2000, QByteArray::number(static_cast<qlonglong>(flips)));
    }

    void reversalKeepsDeviation() {
        QVERIFY(
            rc::check("deviation, variation and crossings of the path walked backwards", [](unsigned seed) {
                const TwinNetwork net = randomTwin(seed);
                const auto path = randomPath(seed, 3);
                auto back = path;
                for (auto& segment : back) std::swap(segment.from, segment.to);
                const auto there = segmentMeasures(linesOf(net.plain, path), lengthsOf(path)),
                           here = segmentMeasures(linesOf(net.plain, back), lengthsOf(back));
                for (std::size_t s = 0; s < path.size(); ++s) {
                    RC_ASSERT(there[s].crossings == here[s].crossings);
                    RC_ASSERT(there[s].pieces == here[s].pieces);
                    for (std::size_t k = 0; k < there[s].absoluteDeviation.size(); ++k) {
                        RC_ASSERT(std::abs(there[s].absoluteDeviation[k] - here[s].absoluteDeviation[k]) <
                                  1e-10);
                        RC_ASSERT(std::abs(there[s].totalVariation[k] - here[s].totalVariation[k]) < 1e-10);
                    }
                }
            }));
    }

    void scaleAndAffinePartsChangeWhatTheyShould() {
        std::mt19937 random(5);
        for (int round = 0; round < 30; ++round) {
            // Hidden units scaled by positive factors that the head undoes; the output tripled; an affine
            // function of the input added.
            const int width = 12;
            const Rows w1 = gaussian(random, width, 2), w2 = gaussian(random, width, width, 0.5),
                       head = gaussian(random, 3, width);
            const Eigen::VectorXd b1 = gaussian(random, width, 1), b2 = gaussian(random, width, 1, 0.5);
            std::uniform_real_distribution<double> factor(0.01, 50);
            Eigen::VectorXd scale(width);
            for (double& value : scale) value = factor(random);
            const auto build = [&](const Eigen::VectorXd& s, double outputScale) {
                PlainSiteNetwork net = PlainSiteNetwork::onPlane();
                const int first = net.relu(net.linear(0, s.asDiagonal() * w1, s.asDiagonal() * b1));
                const Rows undo = w2 * s.cwiseInverse().asDiagonal();
                const int second = net.relu(net.linear(first, undo, b2));
                net.linear(second, outputScale * head, Eigen::VectorXd::Zero(3));
                return net;
            };
            const auto path = randomPath(static_cast<unsigned>(round), 4);
            const auto lengths = lengthsOf(path);
            const LineRegions plain = linesOf(build(Eigen::VectorXd::Ones(width), 1), path);
            const LineRegions scaled = linesOf(build(scale, 3), path);
            PlainSiteNetwork tilted = build(Eigen::VectorXd::Ones(width), 1);
            const int output = 5;  // the head
            tilted.sum(output, tilted.linear(0, gaussian(random, 3, 2), gaussian(random, 3, 1)));
            QCOMPARE(tilted.width(output), std::int64_t{3});
            const LineRegions sloping = linesOf(tilted, path);
            QCOMPARE(scaled.crossings(), plain.crossings());
            QCOMPARE(sloping.crossings(), plain.crossings());
            const auto a = segmentMeasures(plain, lengths), b = segmentMeasures(scaled, lengths),
                       c = segmentMeasures(sloping, lengths);
            for (std::size_t s = 0; s < path.size(); ++s)
                for (int k = 0; k < 3; ++k) {
                    QVERIFY(std::abs(3 * a[s].absoluteDeviation[k] - b[s].absoluteDeviation[k]) < 1e-10);
                    QVERIFY(std::abs(a[s].absoluteDeviation[k] - c[s].absoluteDeviation[k]) < 1e-10);
                }
        }
    }

    void doubledInputsDoubleTheDeviation() {
        // The path twice as long, the first weights halved: the same function of t, twice the length.
        std::mt19937 random(9);
        const Rows w = gaussian(random, 20, 2), head = gaussian(random, 2, 20);
        const Eigen::VectorXd b = gaussian(random, 20, 1);
        PlainSiteNetwork one = PlainSiteNetwork::onPlane(), two = PlainSiteNetwork::onPlane();
        one.linear(one.relu(one.linear(0, w, b)), head, Eigen::VectorXd::Zero(2));
        two.linear(two.relu(two.linear(0, w / 2, b)), head, Eigen::VectorXd::Zero(2));
        const auto path = randomPath(1);
        auto longer = path;
        for (auto& segment : longer) segment.from *= 2, segment.to *= 2;
        const LineRegions a = linesOf(one, path), c = linesOf(two, longer);
        QVERIFY(a.crossings() > 20);
        QCOMPARE(a.crossings(), c.crossings());
        const auto before = segmentMeasures(a, lengthsOf(path)),
                   after = segmentMeasures(c, lengthsOf(longer));
        for (std::size_t s = 0; s < path.size(); ++s)
            for (int k = 0; k < 2; ++k)
                QVERIFY(std::abs(2 * before[s].absoluteDeviation[k] - after[s].absoluteDeviation[k]) < 1e-10);
    }

    void deviationEqualsQuadrature() {
        // An independent integral: the midpoint rule between breakpoints and zeros of the deviation is not
        // used; 1e5 samples are.
        for (unsigned seed = 1; seed <= 10; ++seed) {
            const TwinNetwork net = randomTwin(seed);
            const auto path = randomPath(seed, 3);
            const auto measures = segmentMeasures(linesOf(net.plain, path), lengthsOf(path));
            const int samples = 100000;
            std::vector<Eigen::Vector2d> points;
            for (int i = 0; i <= samples; ++i)
                points.push_back(at(path[0], static_cast<double>(i) / samples));
            const Rows f = net.plain.evaluate(points);
            for (Eigen::Index k = 0; k < f.cols(); ++k) {
                double deviation = 0, variation = 0;
                for (int i = 0; i <= samples; ++i) {
                    const double t = static_cast<double>(i) / samples;
                    const double miss = f(i, k) - (1 - t) * f(0, k) - t * f(samples, k);
                    deviation += std::abs(miss) / samples;
                    if (i > 0) variation += std::abs(f(i, k) - f(i - 1, k));
                }
                deviation *= (path[0].to - path[0].from).norm();
                QVERIFY(std::abs(deviation - measures[0].absoluteDeviation[k]) < 1e-6 * (1 + deviation));
                QVERIFY(std::abs(variation - measures[0].totalVariation[k]) < 1e-3 * (1 + variation));
            }
        }
    }
};

QTEST_GUILESS_MAIN(ExactLinePropertyTest)
#include "exact_line_property_test.moc"
