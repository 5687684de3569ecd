// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/counterfactual_closed_form.h"

#include <rapidcheck.h>

#include <QtTest>
#include <cmath>

#include "tests/core/probes/random_heads.h"

using namespace tessera;
using namespace tessera::test;

class CounterfactualClosedFormTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // Check 1: the runner-up's hyperplane may be far behind that of another class.
    void theRunnerUpIsOnlyAnUpperBound() {
        const LinearHead head{(Rows(3, 2) << 0, 0, .01, 0, 1, 0).finished(), Eigen::Vector3d(1, .9, .5)};
        const HeadGeometry geometry(head);
        const Rows logits = head.logits(Rows::Zero(1, 2));
        QVERIFY(std::abs(pairDistance(geometry, logits.data(), 0, 1) - 10) < 1e-12);
        const auto nearest = nearestBoundary(geometry, logits.data(), 0);
        QVERIFY(std::abs(nearest.distance - 0.5) < 1e-15);
        QCOMPARE(nearest.beyond, 2);
    }

    // Check 2: margin 0 at the minimal flip point, at the pair's distance; no point is nearer.
    void minimalFlips() {
        const bool holds = rc::check("minimal flip", [] {
            const auto seed = *rc::gen::arbitrary<unsigned>();
            const auto head = randomHead(4, 7, seed);
            const Rows point = randomRows(1, 7, seed + 5, 2);
            const Rows logits = head.logits(point);
            const auto c = largestLogit(logits.data(), 4), t = largestOther(logits.data(), 4, c);
            const auto flip = minimalFlip(head, point.row(0), c, t);
            const Rows there = head.logits(flip.point);
            RC_ASSERT(std::abs(there(0, c) - there(0, t)) < 1e-12);
            const double distance = pairDistance(HeadGeometry(head), logits.data(), c, t);
            RC_ASSERT(std::abs((flip.point - point.row(0)).norm() - distance) < 1e-12);
            RC_ASSERT(std::abs(flip.distance - distance) < 1e-12);
            // Within that distance the pair's order holds in any direction.
            for (unsigned i = 0; i < 20; ++i) {
                const Eigen::RowVectorXd way = randomRows(1, 7, seed + 10 + i).row(0).normalized();
                const Rows other = head.logits(point.row(0) + 0.999 * distance * way);
                RC_ASSERT(other(0, c) >= other(0, t));
            }
        });
        QVERIFY(holds);
    }

    void theNearestBoundaryIsOne() {
        const bool holds = rc::check("nearest boundary", [] {
            const auto seed = *rc::gen::arbitrary<unsigned>();
            const auto head = randomHead(5, 3, seed);
            const HeadGeometry geometry(head);
            const Rows point = randomRows(1, 3, seed + 5, 2);
            const Rows logits = head.logits(point);
            const auto c = largestLogit(logits.data(), 5);
            const auto nearest = nearestBoundary(geometry, logits.data(), c);
            RC_ASSERT(nearest.distance <=
                      pairDistance(geometry, logits.data(), c, largestOther(logits.data(), 5, c)));
            // Just behind it the prediction has changed, and just before not.
            const auto flip = minimalFlip(head, point.row(0), c, nearest.beyond);
            const Eigen::RowVectorXd way = flip.point - point.row(0);
            const Rows behind = head.logits(point.row(0) + 1.000001 * way);
            const Rows before = head.logits(point.row(0) + 0.999999 * way);
            RC_ASSERT(largestLogit(behind.data(), 5) == nearest.beyond);
            RC_ASSERT(largestLogit(before.data(), 5) == c);
        });
        QVERIFY(holds);
    }

    // Check 3: exact numbers of steps against the search that takes them, thousands of them.
    void agreesWithTheSearch_data() {
        QTest::addColumn<bool>("toTarget");
        QTest::addColumn<bool>("leastLikely");
        QTest::addColumn<bool>("inSpan");
        for (const bool toTarget : {false, true})
            for (const bool leastLikely : {false, true})
                for (const bool inSpan : {false, true})
                    QTest::addRow("%s, %s, %s", toTarget ? "target" : "any other",
                                  leastLikely ? "least likely" : "runner-up", inSpan ? "span" : "points")
                        << toTarget << leastLikely << inSpan;
    }
    void agreesWithTheSearch() {
        QFETCH(bool, toTarget);
        QFETCH(bool, leastLikely);
        QFETCH(bool, inSpan);
        WorkerTeam team(2);
        int flips = 0, cut = 0, late = 0, wrong = 0;
        for (unsigned round = 0; round < 60; ++round) {
            std::mt19937_64 generator(round);
            const auto draw = [&](double low, double high) {
                return std::exp(
                    std::uniform_real_distribution<double>(std::log(low), std::log(high))(generator));
            };
            const std::int64_t classes = 2 + round % 6, width = 1 + round % 9;
            const LinearField field(randomHead(classes, width, round));
            const HeadGeometry geometry(*field.linearHead());
            const Rows points = randomRows(40, width, round + 1000, 2);
            SearchOptions options;
            options.target = leastLikely ? FlipTarget::LeastLikely : FlipTarget::RunnerUp;
            options.rule = toTarget ? FlipRule::Target : FlipRule::AnyOther;
            options.step = draw(1e-3, 0.3), options.radius = draw(0.1, 10);
            options.steps = static_cast<std::int32_t>(draw(5, 400));
            options.useSpan = inSpan;
            const auto output = searchFlips(field, points, {}, nullptr, options, team, {}).value();
            const Rows logits = field.linearHead()->logits(points);
            for (std::int64_t i = 0; i < points.rows(); ++i) {
                const auto& row = output.rows[static_cast<std::size_t>(i)];
                const auto expected =
                    closedFormFlip(geometry, logits.row(i).data(), row.predicted, row.target, options.step,
                                   options.radius, options.steps, options.rule);
                flips += row.flipped, cut += row.distance > options.radius * (1 - 1e-9);
                late += row.steps == options.steps;
                wrong += row.flipped != expected.flipped || row.steps != expected.steps ||
                         std::abs(row.distance - expected.distance) > 1e-9 * (1 + expected.distance);
            }
        }
        QCOMPARE(wrong, 0);
        // All kinds of ends were among them.
        QVERIFY2(flips > 200 && flips < 2200 && cut > 50 && late > 200,
                 qPrintable(QString("%1 %2 %3").arg(flips).arg(cut).arg(late)));
    }

    // A class that is ahead for a while only: the target loses it again.
    void anUpperLimitOfSteps() {
        // On the line along w_1 = (1, 0): l_0 = 1, l_1 = s, l_2 = -2 + 2.2 s, equal to l_1 at s = 5/3.
        const LinearHead head{(Rows(3, 2) << 0, 0, 1, 0, 2.2, 0).finished(), Eigen::Vector3d(1, 0, -2)};
        const HeadGeometry geometry(head);
        const Rows logits = head.logits(Rows::Zero(1, 2));
        const auto flipAt = [&](double step) {
            return closedFormFlip(geometry, logits.data(), 0, 1, step, 100, 1000, FlipRule::Target);
        };
        QVERIFY(flipAt(0.3).flipped);
        QCOMPARE(flipAt(0.3).steps, 4);  // 1.2 is in (1, 5/3)
        QVERIFY(!flipAt(0.9).flipped);   // 0.9, 1.8: stepped over it
        QCOMPARE(flipAt(0.9).steps, 1000);
        QCOMPARE(closedFormFlip(geometry, logits.data(), 0, 1, 0.9, 100, 1000, FlipRule::AnyOther).steps, 2);
        // Cut to a radius that lies in it, the second step holds; cut below it, none does.
        QCOMPARE(closedFormFlip(geometry, logits.data(), 0, 1, 0.9, 1.5, 1000, FlipRule::Target).steps, 2);
        QVERIFY(!closedFormFlip(geometry, logits.data(), 0, 1, 0.9, 0.95, 1000, FlipRule::Target).flipped);
    }

    void noWayThere() {
        // The target's weights are no longer than those of the class ahead in their direction.
        const LinearHead head{(Rows(2, 1) << 2, 1).finished(), Eigen::Vector2d(1, 0)};
        const Rows logits = head.logits(Rows::Zero(1, 1));
        const auto flip =
            closedFormFlip(HeadGeometry(head), logits.data(), 0, 1, 0.1, 1, 50, FlipRule::Target);
        QVERIFY(!flip.flipped);
        QCOMPARE(flip.steps, 50);
        QCOMPARE(flip.distance, 1.0);
        const LinearHead flat{Rows::Zero(2, 1), Eigen::Vector2d(1, 0)};
        const auto still =
            closedFormFlip(HeadGeometry(flat), logits.data(), 0, 1, 0.1, 1, 50, FlipRule::AnyOther);
        QVERIFY(!still.flipped);
        QCOMPARE(still.distance, 0.0);
        QVERIFY(std::isinf(pairDistance(HeadGeometry(flat), logits.data(), 0, 1)));
    }

    // Check 4: the distance of a probe's flip is at least the pair's distance, and equal for a binary head
    // with centred rows up to a step.
    void centredBinaryHeadsFlipTheShortestWay() {
        Rows weight = randomRows(2, 6, 3);
        weight.rowwise() -= weight.colwise().mean();
        const LinearHead head{weight, Eigen::Vector2d(0.2, -0.2)};
        const HeadGeometry geometry(head);
        const Rows points = randomRows(50, 6, 4), logits = head.logits(points);
        const double step = 1e-4, length = step * std::sqrt(geometry.gram(0, 0));
        for (std::int64_t i = 0; i < 50; ++i) {
            const auto c = largestLogit(logits.row(i).data(), 2);
            const auto flip = closedFormFlip(geometry, logits.row(i).data(), c, 1 - c, step, 100, 1'000'000,
                                             FlipRule::Target);
            const double shortest = pairDistance(geometry, logits.row(i).data(), c, 1 - c);
            QVERIFY(flip.flipped && flip.distance >= shortest &&
                    flip.distance <= shortest + length * 1.000001);
        }
    }
};

QTEST_GUILESS_MAIN(CounterfactualClosedFormTest)
#include "counterfactual_closed_form_test.moc"
