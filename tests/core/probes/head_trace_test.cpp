// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/head_trace.h"

#include <rapidcheck.h>

#include <QtTest>
#include <cmath>
#include <set>

#include "core/probes/support_field.h"
#include "core/probes/trace_plane.h"
#include "tests/core/probes/random_heads.h"

using namespace tessera;
using namespace tessera::test;

namespace {

constexpr int kClasses = 4, kWidth = 6, kReferences = 120;

References references(const SupportOptions& support, unsigned seed = 3) {
    const Rows points = randomRows(kReferences, kWidth, seed, 2);
    std::vector<std::int32_t> labels;
    std::vector<std::int64_t> samples;
    for (int i = 0; i < kReferences; ++i) labels.push_back(i % kClasses), samples.push_back(1000 + i);
    References made{samples, {points, labels, kClasses}, {}, {}, 0};
    WorkerTeam team(1);
    made.thresholds = supportThresholds(made.pool, support, team, {}).value();
    return made;
}

TraceOptions options() {
    TraceOptions made;
    made.search.radius = 4, made.search.steps = 600, made.search.pathPoints = 1000;
    made.support.neighbours = made.search.neighbours = 5;
    return made;
}

HeadTrace traced(const LogitField& field, const References& references, const Eigen::RowVectorXd& start,
                 const TraceOptions& options) {
    WorkerTeam team(2);
    return traceFlip(field, references, start, options, team, {}).value();
}

}  // namespace

class HeadTraceTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // Logits, support and neighbours of every step are those of its point, found the slow way.
    void everyStepIsMeasured() {
        const LinearField field(randomHead(kClasses, kWidth, 11));
        const auto all = options();
        const auto pool = references(all.support);
        int flips = 0;
        for (unsigned seed = 20; seed < 30; ++seed) {
            const Eigen::RowVectorXd start = randomRows(1, kWidth, seed, 2);
            const auto trace = traced(field, pool, start, all);
            flips += trace.flip.flipped;
            QCOMPARE(trace.path.step.front(), 0);
            QCOMPARE(trace.path.step.back(), trace.flip.steps);
            QCOMPARE(static_cast<std::int32_t>(trace.steps()), trace.flip.steps + 1);  // all are kept
            for (std::size_t at = 0; at < trace.steps(); ++at) {
                const Eigen::RowVectorXd point = trace.path.points.row(static_cast<Eigen::Index>(at));
                const Rows logits = field.linearHead()->logits(point);
                QVERIFY((trace.logits.row(static_cast<Eigen::Index>(at)) - logits.row(0)).norm() < 1e-9);
                std::vector<double> distances;
                for (std::int64_t i = 0; i < kReferences; ++i)
                    if (i % kClasses == trace.flip.target)
                        distances.push_back((pool.pool.points().row(pool.pool.placeOf(i)) - point).norm());
                std::sort(distances.begin(), distances.end());
                QVERIFY(std::abs(trace.support[at] - distances[4]) < 1e-9);
                for (int i = 0; i < all.nearest; ++i)
                    QVERIFY(std::abs(trace.nearest.distances(
                                         static_cast<std::int64_t>(at))[static_cast<std::size_t>(i)] -
                                     distances[static_cast<std::size_t>(i)]) < 1e-9);
            }
            // The margin is not positive before the last step: the search stops at the first flip.
            for (std::size_t at = 0; at + 1 < trace.steps(); ++at) {
                const auto row = trace.logits.row(static_cast<Eigen::Index>(at));
                QCOMPARE(largestLogit(row.data(), kClasses), trace.flip.predicted);
            }
            QCOMPARE(trace.margin(trace.steps() - 1),
                     trace.logits(trace.logits.rows() - 1, trace.flip.target) -
                         trace.logits(trace.logits.rows() - 1, trace.flip.predicted));
            const bool isSupported = trace.flip.flipped && trace.support.back() <= trace.threshold;
            QCOMPARE(trace.outcome == FlipOutcome::Supported, isSupported);
            QCOMPARE(trace.outcome == FlipOutcome::NoFlip, !trace.flip.flipped);
            QVERIFY(trace.minimal);
            QVERIFY(std::abs(trace.minimal->distance - trace.boundary.runnerUp) <
                    1e-9 * trace.boundary.runnerUp);
        }
        QVERIFY(flips > 0);
    }

    // What is of first order is exact where the field is linear, though nothing says that it is.
    void minimalFlipsOfAnyField() {
        class Hidden final : public LogitField {
          public:
            explicit Hidden(const LinearField& field) : field_(field) {}
            std::int64_t classes() const override { return field_.classes(); }
            std::int64_t width() const override { return field_.width(); }
            std::int64_t blockRows() const override { return 16; }
            Result<Done> logits(ConstRows points, Rows& logits) const override {
                return field_.logits(points, logits);
            }
            Result<Done> gradients(ConstRows points, const Choose& choose, Rows& logits,
                                   Rows& gradients) const override {
                return field_.gradients(points, choose, logits, gradients);
            }

          private:
            const LinearField& field_;
        };
        const LinearField open(randomHead(kClasses, kWidth, 11));
        const auto all = options();
        const auto pool = references(all.support);
        const Eigen::RowVectorXd start = randomRows(1, kWidth, 22, 2);
        const auto exact = traced(open, pool, start, all), other = traced(Hidden(open), pool, start, all);
        QVERIFY(exact.minimal && other.minimal);
        QVERIFY((exact.minimal->point - other.minimal->point).norm() < 1e-9);
        QVERIFY(std::abs(exact.minimal->distance - other.minimal->distance) < 1e-9);
    }

    void aLongPathIsThinnedWithBothEnds() {
        const LinearField field(randomHead(kClasses, kWidth, 11));
        auto few = options();
        few.search.pathPoints = 12, few.search.radius = 0.5;
        const Eigen::RowVectorXd start = 3 * randomRows(1, kWidth, 40);
        const auto trace = traced(field, references(few.support), start, few);
        QVERIFY(trace.steps() <= 12);
        QVERIFY((trace.path.points.row(0) - start).norm() == 0);
        QVERIFY(std::abs((trace.path.points.bottomRows(1) - Rows(start)).norm() - trace.flip.distance) <
                1e-9);
    }

    void aReferenceIsNotItsOwnNeighbour() {
        const LinearField field(randomHead(kClasses, kWidth, 11));
        auto own = options();
        const auto pool = references(own.support);
        // A reference whose runner-up is its own label is one that would find itself.
        for (std::int64_t i = 0; i < kReferences; ++i) {
            const Eigen::RowVectorXd start = pool.pool.points().row(pool.pool.placeOf(i));
            own.hasSelf = false;
            const auto with = traced(field, pool, start, own);
            if (with.flip.target != i % kClasses) continue;
            own.hasSelf = true;
            const auto without = traced(field, pool, start, own);
            QCOMPARE(with.nearest.distances(0).front(), 0.0);
            QVERIFY(without.nearest.distances(0).front() > 0);
            QVERIFY(without.support.front() > with.support.front());
            return;
        }
        QFAIL("no such reference");
    }

    // Anywhere in the plane the field is the distance to the k-th nearest, whatever the dimension.
    void supportFieldIsTheRadius() {
        QVERIFY(rc::check([] {
            const auto seed = *rc::gen::inRange(0u, 10000u);
            const SupportOptions support{*rc::gen::inRange(1, 9), 0.5, FewPoints::Shrink};
            const auto pool = references(support, seed);
            const Eigen::VectorXd centre = randomRows(1, kWidth, seed + 1).row(0).transpose(),
                                  first = randomRows(1, kWidth, seed + 2).row(0).transpose(),
                                  second = randomRows(1, kWidth, seed + 3).row(0).transpose();
            const auto plane = planeAlongDirections({kWidth}, centre, first, second, 3).value();
            WorkerTeam team(2);
            const auto field =
                supportField(pool.pool, pool.thresholds, support, 1, plane, 9, team, {}).value();
            const GridField grid{field->rows, field->columns, field->low, field->high, field->radius};
            for (int row = 0; row < field->rows; ++row)
                for (int column = 0; column < field->columns; ++column) {
                    const Eigen::VectorXd point = plane.inputFromSlice(grid.centre(row, column));
                    std::vector<double> distances;
                    for (std::int64_t i = 1; i < kReferences; i += kClasses)
                        distances.push_back(
                            (pool.pool.points().row(pool.pool.placeOf(i)).transpose() - point).norm());
                    std::sort(distances.begin(), distances.end());
                    const double expected = distances[static_cast<std::size_t>(support.neighbours - 1)];
                    RC_ASSERT(
                        std::abs(field->radius[static_cast<std::size_t>(row * field->columns + column)] -
                                 expected) < 1e-5 * expected);
                    RC_ASSERT(std::abs(field->radiusAt(grid.centre(row, column)) - expected) <
                              1e-5 * expected);
                }
            RC_ASSERT(std::isnan(field->radiusAt({99, 0})));
        }));
    }

    void tooFewReferencesSupportNothing() {
        SupportOptions support{50, 0.5, FewPoints::Unsupported};  // of 30 a class
        const auto pool = references(support);
        const auto plane =
            planeAlongDirections({kWidth}, Eigen::VectorXd::Zero(kWidth), Eigen::VectorXd::Unit(kWidth, 0),
                                 Eigen::VectorXd::Unit(kWidth, 1), 2)
                .value();
        WorkerTeam team(1);
        const auto field = supportField(pool.pool, pool.thresholds, support, 0, plane, 8, team, {}).value();
        QVERIFY(std::isnan(field->threshold));
        QVERIFY(field->thresholdLine.empty());
        for (const float radius : field->radius) QVERIFY(std::isinf(radius));
    }

    // The plane holds start, path and what was asked for beside it.
    void planesHoldWhatTheyAreLaidThrough() {
        const LinearField one(randomHead(kClasses, kWidth, 11)), two(randomHead(kClasses, kWidth, 12));
        const auto all = options();
        const auto pool = references(all.support);
        const Eigen::RowVectorXd start = randomRows(1, kWidth, 21, 2);
        const std::vector<HeadTrace> traces{traced(one, pool, start, all), traced(two, pool, start, all)};
        const std::vector<std::string> names{"one", "two"}, classes{"a", "b", "c", "d"};
        const auto lay = [&](TracePlane kind) {
            return planeOfTraces(kind, {kWidth}, start, traces, names, pool, classes).value();
        };
        const auto off = [](const LaidTracePlane& laid, const Eigen::RowVectorXd& point) {
            return laid.plane.offPlaneDistance(point.transpose());
        };
        const auto end = [&](int head) {
            return Eigen::RowVectorXd(traces[static_cast<std::size_t>(head)].path.points.bottomRows(1));
        };
        const auto nearest = lay(TracePlane::NearestReference);
        QCOMPARE(nearest.first, std::string("path of one"));
        QVERIFY(off(nearest, start) < 1e-12 && off(nearest, end(0)) < 1e-9);
        const auto index = traces[0].nearest.index.front();
        QVERIFY(off(nearest, pool.pool.points().row(pool.pool.placeOf(index))) < 1e-9);
        const auto normal = lay(TracePlane::BoundaryNormal);
        QVERIFY(off(normal, end(0)) < 1e-9 && off(normal, traces[0].minimal->point) < 1e-9);
        const auto both = lay(TracePlane::TwoHeads);
        QVERIFY(off(both, end(0)) < 1e-9 && off(both, end(1)) < 1e-9);
        QCOMPARE(both.second, std::string("path of two"));
        for (const auto& laid : {nearest, normal, both}) {
            QVERIFY(std::abs(laid.plane.u.dot(laid.plane.v)) < 1e-12);
            QVERIFY(laid.plane.pointInSlice(start.transpose()).norm() < 1e-12);
        }
    }

    // With two equal paths, and no step taken at all, there is still a plane.
    void planesAreFoundWhereNothingMoves() {
        const LinearField one(randomHead(kClasses, kWidth, 11));
        auto still = options();
        still.search.radius = 0;
        const auto pool = references(still.support);
        const Eigen::RowVectorXd start = randomRows(1, kWidth, 21, 2);
        const std::vector<HeadTrace> traces{traced(one, pool, start, still), traced(one, pool, start, still)};
        const std::vector<std::string> names{"one", "two"};
        for (const auto kind :
             {TracePlane::NearestReference, TracePlane::BoundaryNormal, TracePlane::TwoHeads}) {
            auto laid = planeOfTraces(kind, {kWidth}, start, traces, names, pool, {});
            QVERIFY(laid.isOk());
            QVERIFY(validatePlane(laid.value().plane).isOk());
        }
    }
};

QTEST_GUILESS_MAIN(HeadTraceTest)
#include "head_trace_test.moc"
