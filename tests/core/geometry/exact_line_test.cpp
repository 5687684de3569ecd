// SPDX-License-Identifier: GPL-3.0-or-later
// Closed forms: what the regions, deviation and variation of these networks are is known by hand.
#include <QtTest>
#include <cmath>

#include "tests/core/geometry/line_networks.h"

using namespace tessera;
using Rows = PlainSiteNetwork::Rows;

class ExactLineTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void oneHiddenLayerCountsItsZeros() {
        // Zeros -b/w: 0.25 twice, 0.5, 0.75, one outside, one without slope, one at the end.
        PlainSiteNetwork network = onLine();
        Rows weights(7, 1);
        weights << 4, -8, 2, 1, 1, 0, 3;
        const int units = network.relu(network.linear(0, weights, vector({-1, 2, -1, -0.75, -1.5, 0.3, -3})));
        network.linear(units, Rows::Ones(1, 7), vector({0.1}));
        const LineRegions lines = linesOf(network, kUnitInterval);
        QVERIFY(lines.complete);
        QCOMPARE(lines.crossings(), 3);
        QCOMPARE(lines.regions(), 4);
        const double expected[] = {0, 0.25, 0.5, 0.75, 1};
        const int unit[] = {-1, 0, 2, 3, -1}, site[] = {-1, 0, 0, 0, -1};
        for (std::size_t i = 0; i < 5; ++i) {
            QVERIFY(std::abs(lines.points[i].t - expected[i]) < 1e-15);
            QCOMPARE(lines.points[i].unit, unit[i]);
            QCOMPARE(lines.points[i].site, site[i]);
        }
        QVERIFY(lines.maxInterpolationError < 1e-14);
        QCOMPARE(lines.patternRepeats, 0);
    }

    void affineNetworkIsOneRegion() {
        PlainSiteNetwork network = onLine();
        Rows weights(2, 1);
        weights << 3, -2;
        network.linear(0, weights, vector({1, 5}));
        const LineRegions lines = linesOf(network, kUnitInterval);
        QCOMPARE(lines.crossings(), 0);
        QCOMPARE(lines.regions(), 1);
        const std::vector<double> length{7};
        const auto measures = segmentMeasures(lines, length)[0];
        QCOMPARE(measures.pieces, 1);
        for (int k = 0; k < 2; ++k) {
            QCOMPARE(measures.absoluteDeviation[k], 0.0);
            QCOMPARE(measures.totalVariation[k], std::abs(weights(k, 0)));
            QCOMPARE(lines.slopes[k], weights(k, 0));
        }
    }

    void hingeHasItsDeviation_data() {
        QTest::addColumn<double>("at");
        QTest::addColumn<double>("scale");
        QTest::addColumn<double>("deviation");
        QTest::newRow("quarter") << 0.25 << 1.0 << 0.09375;
        QTest::newRow("half, doubled") << 0.5 << 2.0 << 0.25;
        QTest::newRow("near the end") << 0.9 << 1.0 << 0.9 * 0.1 / 2;
        QTest::newRow("falling") << 0.3 << -1.0 << 0.3 * 0.7 / 2;
    }
    void hingeHasItsDeviation() {
        QFETCH(double, at);
        QFETCH(double, scale);
        QFETCH(double, deviation);
        const std::vector<double> length{1};
        const LineRegions lines = linesOf(hingeNetwork(at, scale), kUnitInterval);
        QCOMPARE(lines.crossings(), 1);
        QVERIFY(std::abs(segmentMeasures(lines, length)[0].absoluteDeviation[0] - deviation) < 1e-14);
        const LineRegions back = linesOf(hingeNetwork(at, scale), kUnitIntervalBack);
        QVERIFY(std::abs(segmentMeasures(back, length)[0].absoluteDeviation[0] - deviation) < 1e-14);
    }

    void tentMapExplodesAtConstantDeviation() {
        const std::vector<double> length{1};
        for (int depth = 1; depth <= 12; ++depth) {
            const LineRegions lines = linesOf(tentNetwork(depth), kUnitInterval);
            const auto measures = segmentMeasures(lines, length)[0];
            QCOMPARE(lines.regions(), std::int64_t{1} << depth);
            QCOMPARE(measures.pieces, std::int64_t{1} << depth);
            QVERIFY(std::abs(measures.totalVariation[0] - std::ldexp(1.0, depth)) < 1e-9);
            QVERIFY(std::abs(measures.absoluteDeviation[0] - 0.5) < 1e-12);
        }
    }

    void releasedFormulaIsTheUpperBound() {
        const std::vector<double> length{1};
        const auto released = [&](const PlainSiteNetwork& network) {
            return segmentMeasures(linesOf(network, kUnitInterval), length, DeviationRule::Released)[0]
                .absoluteDeviation[0];
        };
        QVERIFY(std::abs(released(hingeNetwork(0.5, 2)) - 1.0) < 1e-14);
        QVERIFY(std::abs(released(tentNetwork(1)) - 2.0) < 1e-14);
    }

    void crossingSignsOfTheDeviation() {
        QCOMPARE(absoluteIntegral(0, 0, 3), 0.0);
        QCOMPARE(absoluteIntegral(1, 2, 2), 3.0);
        QCOMPARE(absoluteIntegral(-1, -2, 2), 3.0);
        QCOMPARE(absoluteIntegral(-1, 1, 2), 1.0);        // two triangles of 1/2
        QCOMPARE(absoluteIntegral(-1, 3, 4), 0.5 + 4.5);  // zero at 1
        QCOMPARE(absoluteIntegral(0, 3, 2), 3.0);
    }

    void octagonMeetsEveryLineTwice() {
        for (int lineCount = 1; lineCount <= 9; ++lineCount) {
            PlainSiteNetwork network = PlainSiteNetwork::onPlane();
            Rows weights(lineCount, 2);
            for (int i = 0; i < lineCount; ++i) {
                const double angle = M_PI * (i + 0.31) / lineCount;
                weights.row(i) << std::cos(angle), std::sin(angle);
            }
            network.linear(network.relu(network.linear(0, weights, Eigen::VectorXd::Zero(lineCount))),
                           Rows::Ones(1, lineCount), vector({0}));
            std::vector<Eigen::Vector2d> corners;
            for (int k = 0; k < 8; ++k)
                corners.push_back(4 * Eigen::Vector2d(std::cos(M_PI * k / 4), std::sin(M_PI * k / 4)));
            const LineRegions lines = linesOf(network, closedPolygon(corners));
            QCOMPARE(lines.crossings(), 2 * lineCount);
            QCOMPARE(lines.regions(), 2 * lineCount + 8);
        }
    }

    void maxOfTwoLinesBendsOnce() {
        PlainSiteNetwork network = onLine();
        Rows both(2, 1);
        both << 1, -1;
        network.maxWindows(network.linear(0, both, vector({0, 1})), {{0, 2}, {0, 1}});
        const LineRegions lines = linesOf(network, kUnitInterval);
        QCOMPARE(lines.crossings(), 1);
        QCOMPARE(lines.points[1].t, 0.5);
        QCOMPARE(lines.points[1].unit, 0);
    }

    void maxWindowFollowsItsEnvelope() {
        // Tangents of t^2 at 0, 1/4, 1/2, 3/4, 1 meet half-way; a line below them all does not matter.
        PlainSiteNetwork network = onLine();
        Rows slopes(6, 1);
        Eigen::VectorXd offsets(6);
        MaxWindows windows{{0, 6}, {3, 0, 5, 4, 1, 2}};
        for (int i = 0; i < 5; ++i) slopes(i, 0) = i / 2.0, offsets[i] = -i * i / 16.0;
        slopes(5, 0) = 0.5, offsets[5] = -1;
        network.maxWindows(network.linear(0, slopes, offsets), windows);
        const LineRegions lines = linesOf(network, kUnitInterval);
        QCOMPARE(lines.crossings(), 4);
        for (int i = 1; i <= 4; ++i) QVERIFY(std::abs(lines.points[i].t - (i / 4.0 - 0.125)) < 1e-15);
    }

    void everyUnitKindBendsAtItsKnots() {
        struct Case {
            PiecewiseLinear function;
            std::vector<double> at;
        };
        PiecewiseLinear flat{{0.25, 0.5}, {1, 1, 2}, {0, 0, -0.5}};  // its first knot does not bend
        const Case cases[] = {{PiecewiseLinear::relu(), {0.2}},
                              {PiecewiseLinear::leakyRelu(0.1), {0.2}},
                              {PiecewiseLinear::absolute(), {0.2}},
                              {PiecewiseLinear::clamp(0, 0.5), {0.2, 0.7}},
                              {flat, {0.7}}};
        for (const auto& item : cases) {
            PlainSiteNetwork network = onLine();
            network.piecewise(network.linear(0, Rows::Ones(1, 1), vector({-0.2})), item.function);
            const LineRegions lines = linesOf(network, kUnitInterval);
            QCOMPARE(lines.crossings(), static_cast<std::int64_t>(item.at.size()));
            for (std::size_t i = 0; i < item.at.size(); ++i)
                QVERIFY(std::abs(lines.points[i + 1].t - item.at[i]) < 1e-15);
            QVERIFY(lines.maxInterpolationError < 1e-15);
        }
    }

    void coincidentUnitsAreOneCrossing() {
        // Forty equal units, and a second layer that bends exactly where the first does.
        PlainSiteNetwork network = onLine();
        const int on =
            network.relu(network.linear(0, Rows::Ones(40, 1), Eigen::VectorXd::Constant(40, -0.3)));
        const int again = network.relu(network.linear(on, Rows::Ones(2, 40), Eigen::VectorXd::Zero(2)));
        network.linear(again, Rows::Ones(1, 2), vector({0}));
        const LineRegions lines = linesOf(network, kUnitInterval);
        QCOMPARE(lines.crossings(), 1);
        QCOMPARE(lines.points[1].site, 0);
        QCOMPARE(lines.points[1].unit, 0);
    }

    void zeroUnitsAreNoCrossing() {
        // 0.1 t + 0.2 t - 0.3 t is rounding and nothing else.
        PlainSiteNetwork network = onLine();
        Rows parts(4, 1), cancel(2, 4);
        parts << 0.1, 0.2, 0.3, 1;
        cancel << 1, 1, -1, 0, 0, 0, 0, 1;
        const int sums = network.linear(network.linear(0, parts, Eigen::VectorXd::Zero(4)), cancel,
                                        Eigen::VectorXd::Zero(2));
        network.linear(network.relu(sums), Rows::Ones(1, 2), vector({0}));
        QCOMPARE(linesOf(network, {{{-1, 0}, {-1.0 / 3, 0}}, {{0.1, 0}, {1.7, 0}}}).crossings(), 0);
    }

    void deadCrossingIsARegionButNoPiece() {
        PlainSiteNetwork network = onLine();
        Rows silent(1, 2);
        silent << 1, 0;
        const int units = network.relu(network.linear(0, Rows::Ones(2, 1), vector({-0.25, -0.75})));
        network.linear(units, silent, vector({0}));
        const LineRegions lines = linesOf(network, kUnitInterval);
        QCOMPARE(lines.regions(), 3);
        const std::vector<double> length{1};
        QCOMPARE(segmentMeasures(lines, length)[0].pieces, 2);
        QVERIFY(std::isnan(slopeChange(lines, 1).cosine));  // nothing before the hinge
        QCOMPARE(slopeChange(lines, 1).norm, 1.0);
        QCOMPARE(slopeChange(lines, 2).cosine, 1.0);
        QCOMPARE(slopeChange(lines, 2).norm, 0.0);
    }

    void slopesTurnByTheirAngle() {
        // Logits t and relu(t - 1/2): the slopes (1, 0) become (1, 1).
        PlainSiteNetwork network = onLine();
        const int units = network.relu(network.linear(0, Rows::Ones(2, 1), vector({1, -0.5})));
        network.linear(units, Rows::Identity(2, 2), vector({-1, 0}));
        const LineRegions lines = linesOf(network, kUnitInterval);
        QCOMPARE(lines.crossings(), 1);
        QVERIFY(std::abs(slopeChange(lines, 1).cosine - std::sqrt(0.5)) < 1e-15);
        QCOMPARE(slopeChange(lines, 1).norm, 1.0);
    }

    void pointsEvaluatedAreEndsAndMiddles() {
        // The ends of each segment and a middle of each region; crossings are blends of what is known.
        for (int depth = 1; depth <= 6; ++depth) {
            const std::int64_t regions = std::int64_t{1} << depth;
            QCOMPARE(linesOf(tentNetwork(depth), kUnitInterval).pointsEvaluated, 2 + regions);
            const std::vector<LineSegment> path{kUnitInterval[0], kUnitIntervalBack[0]};
            QCOMPARE(linesOf(tentNetwork(depth), path).pointsEvaluated, 2 * (2 + regions));
        }
    }

    void convolutionEqualsItsDenseTwin() {
        // 3x3 convolution, ReLU, 2x2 average pool, dense head; and the same unrolled to matrices.
        std::mt19937 random(17);
        const PlainSiteNetwork::ConvShape shape{1, 6, 6, 3, 3, 1, 1};
        PlainSiteNetwork::ConvShape pool{3, 6, 6, 3, 2, 2, 0};
        Rows average = Rows::Zero(3, 12);
        for (int c = 0; c < 3; ++c) average.row(c).segment(4 * c, 4).setConstant(0.25);
        const auto embed = gaussian(random, 36, 2), kernel = gaussian(random, 3, 9, 0.5),
                   head = gaussian(random, 4, 27);
        const Eigen::VectorXd offset = gaussian(random, 36, 1), bias = gaussian(random, 3, 1, 0.2);
        const auto unrolled = [](int inputs, auto&& build) {
            Rows columns;
            for (int i = 0; i < inputs; ++i) {
                PlainSiteNetwork unit(Rows::Zero(inputs, 2), Eigen::VectorXd::Unit(inputs, i));
                build(unit);
                const std::vector<Eigen::Vector2d> origin{{0, 0}};
                const Rows image = unit.evaluate(origin);
                if (columns.size() == 0) columns.resize(image.cols(), inputs);
                columns.col(i) = image.row(0).transpose();
            }
            return columns;
        };
        const Rows convMatrix = unrolled(
            36, [&](PlainSiteNetwork& net) { net.conv(0, shape, kernel, Eigen::VectorXd::Zero(3)); });
        const Rows poolMatrix = unrolled(
            108, [&](PlainSiteNetwork& net) { net.conv(0, pool, average, Eigen::VectorXd::Zero(3)); });
        PlainSiteNetwork conv(embed, offset), dense(embed, offset);
        const int a =
            conv.conv(conv.relu(conv.conv(0, shape, kernel, bias)), pool, average, Eigen::VectorXd::Zero(3));
        conv.linear(conv.relu(a), head, Eigen::VectorXd::Zero(4));
        const Eigen::VectorXd wide = bias.transpose().replicate(36, 1).reshaped();
        const int b = dense.linear(dense.relu(dense.linear(0, convMatrix, wide)), poolMatrix,
                                   Eigen::VectorXd::Zero(27));
        dense.linear(dense.relu(b), head, Eigen::VectorXd::Zero(4));
        const std::vector<LineSegment> path{{{-2, -1}, {2, 1.5}}, {{2, 1.5}, {0.5, -3}}};
        const LineRegions one = linesOf(conv, path), two = linesOf(dense, path);
        QVERIFY(one.crossings() > 40);
        QCOMPARE(one.points.size(), two.points.size());
        for (std::size_t i = 0; i < one.points.size(); ++i) {
            QCOMPARE(one.points[i].site, two.points[i].site);
            QCOMPARE(one.points[i].unit, two.points[i].unit);
            QVERIFY(std::abs(one.points[i].t - two.points[i].t) < 1e-12);
        }
    }

    void budgetKeepsTheStartOfThePath() {
        const std::vector<LineSegment> path{{{0, 0}, {1, 0}}, {{1, 0}, {0, 0}}};
        const LineRegions whole = linesOf(tentNetwork(6), path);
        QCOMPARE(whole.crossings(), 126);
        for (const std::int64_t budget : {1, 62, 63, 64, 125}) {
            LineOptions options;
            options.maxCrossings = budget;
            const LineRegions part = linesOf(tentNetwork(6), path, options);
            QVERIFY(!part.complete);
            QCOMPARE(part.crossings(), budget);
            QVERIFY(part.stopReason.find(std::to_string(budget)) != std::string::npos);
            for (std::size_t i = 0; i < part.points.size(); ++i) QVERIFY(part.points[i] == whole.points[i]);
            const std::vector<double> lengths{1, 1};
            const auto measures = segmentMeasures(part, lengths);
            QCOMPARE(measures[0].whole, budget >= 63);
            QVERIFY(!measures[1].whole);
            QVERIFY(std::isnan(measures[1].absoluteDeviation[0]));
        }
        LineOptions exact;
        exact.maxCrossings = 126;
        QVERIFY(linesOf(tentNetwork(6), path, exact).complete);
    }

    void refusesWhatIsNoPath() {
        NoProgress progress;
        QVERIFY(exactLineRegions(tentNetwork(1), {}, {}, {}, progress).isError());
        const std::vector<LineSegment> point{{{0.5, 0}, {0.5, 0}}};
        QVERIFY(exactLineRegions(tentNetwork(1), point, {}, {}, progress).isError());
        const auto messageFor = [&](const LineSegment& second) {
            const std::vector<LineSegment> path{kUnitInterval[0], second};
            return exactLineRegions(tentNetwork(1), path, {}, {}, progress).error().message;
        };
        QCOMPARE(messageFor({{0.5, 0}, {0.5, 0}}),
                 std::string("Segment 2 of the path has no length; leave it out."));
        QCOMPARE(messageFor({{0.5, 0}, {NAN, 0}}),
                 std::string("Segment 2 of the path has an end that is not finite; leave it out."));
        PlainSiteNetwork broken = onLine();
        broken.linear(broken.relu(broken.linear(0, Rows::Ones(1, 1), vector({NAN}))), Rows::Ones(1, 1),
                      vector({0}));
        const auto result = exactLineRegions(broken, kUnitInterval, {}, {}, progress);
        QVERIFY(result.isError());
        QVERIFY(result.error().message.find("site0") != std::string::npos);
    }

    void stoppedBeforeAnythingIsCancelled() {
        std::stop_source source;
        source.request_stop();
        NoProgress progress;
        QVERIFY(
            exactLineRegions(tentNetwork(4), kUnitInterval, {}, source.get_token(), progress).isCancelled());
    }
};

QTEST_GUILESS_MAIN(ExactLineTest)
#include "exact_line_test.moc"
