// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/local_support.h"

#include <rapidcheck.h>

#include <Eigen/QR>
#include <QtTest>
#include <cmath>
#include <numbers>
#include <random>

using namespace tessera;

namespace {

Rows randomRows(std::int64_t count, std::int64_t width, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    Rows rows(count, width);
    for (std::int64_t i = 0; i < rows.size(); ++i) rows.data()[i] = normal(generator);
    return rows;
}

NeighbourPool poolOf(const Rows& points, int ofClass = 0) {
    return {points, std::vector<std::int32_t>(static_cast<std::size_t>(points.rows()), ofClass), ofClass + 1};
}

double radiusAt(const NeighbourPool& pool, const Rows& query, int k, bool hasSelf, FewPoints few) {
    WorkerTeam team(1);
    const std::vector<std::int32_t> own{0};
    const std::vector<unsigned char> self{static_cast<unsigned char>(hasSelf)};
    const auto found = nearestNeighbours(pool, query, own, k, self, team, {});
    return supportRadius(found.value().distances(0), few);
}

ClassThresholds thresholdsOf(const NeighbourPool& pool, SupportOptions options) {
    WorkerTeam team(2);
    return supportThresholds(pool, options, team, {}).value();
}

double curvatureAt(const Rows& points, const Rows& query, int k, int m) {
    WorkerTeam team(2);
    const std::vector<unsigned char> self{1};
    return localCurvature(poolOf(points), query, self, {k, m}, team, {}).value().front();
}

Rows latticeOf(int count, double spacing) {
    Rows points(count, 1);
    for (int i = 0; i < count; ++i) points(i, 0) = spacing * i;
    return points;
}

}  // namespace

class LocalSupportTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // Check 5: on a lattice of spacing h, self excluded, rho_20 = 10 h and rho_5 = 3 h.
    void latticeInOneDimension() {
        const double h = 0.25;
        const auto pool = poolOf(latticeOf(101, h));
        const Rows inside = Rows::Constant(1, 1, 50 * h);
        QCOMPARE(radiusAt(pool, inside, 20, true, FewPoints::Shrink), 10 * h);
        QCOMPARE(radiusAt(pool, inside, 5, true, FewPoints::Shrink), 3 * h);
        // The median over all points is that of the many inside ones.
        const auto thresholds = thresholdsOf(pool, {20, 0.5, FewPoints::Shrink});
        QCOMPARE(thresholds.tau.front(), 10 * h);
        QCOMPARE(thresholds.count.front(), 101);
    }

    void onTopOfCopies() {
        Rows points = randomRows(30, 8, 1);
        for (int i = 0; i < 5; ++i) points.row(i) = points.row(0);
        QCOMPARE(radiusAt(poolOf(points), points.row(0), 5, false, FewPoints::Shrink), 0.0);
        QVERIFY(radiusAt(poolOf(points), points.row(0), 5, true, FewPoints::Shrink) > 0);
    }

    void fewPointsByPreset() {
        const auto pool = poolOf(latticeOf(4, 1));
        const Rows query = Rows::Constant(1, 1, -1);
        QCOMPARE(radiusAt(pool, query, 20, false, FewPoints::Shrink), 4.0);
        QVERIFY(std::isinf(radiusAt(pool, query, 20, false, FewPoints::Unsupported)));
        QCOMPARE(radiusAt(pool, query, 4, false, FewPoints::Unsupported), 4.0);
        // Leave-one-out radii are 3, 2, 2, 3.
        QCOMPARE(thresholdsOf(pool, {20, 0.5, FewPoints::Shrink}).tau.front(), 2.5);
        QVERIFY(std::isnan(thresholdsOf(pool, {20, 0.5, FewPoints::Unsupported}).tau.front()));
        QVERIFY(std::isnan(thresholdsOf(pool, {4, 0.5, FewPoints::Unsupported}).tau.front()));
        QCOMPARE(thresholdsOf(pool, {3, 0.5, FewPoints::Unsupported}).tau.front(), 2.5);
    }

    // Looking for more neighbours than there can be costs nothing and changes nothing.
    void moreNeighboursThanPoints() {
        const auto pool = poolOf(latticeOf(4, 1));
        QCOMPARE(neighboursWanted(pool, 3), 3);
        QCOMPARE(neighboursWanted(pool, 4), 4);
        QCOMPARE(neighboursWanted(pool, 1000000), 5);
        QCOMPARE(thresholdsOf(pool, {1000000, 0.5, FewPoints::Shrink}).tau.front(), 2.5);
        QVERIFY(std::isnan(thresholdsOf(pool, {1000000, 0.5, FewPoints::Unsupported}).tau.front()));
        QVERIFY(std::isfinite(curvatureAt(latticeOf(9, 1) * Rows::Ones(1, 3), Rows::Zero(1, 3), 1000000, 1)));
    }

    void aLonePointHasNoThreshold() {
        Rows points(3, 1);
        points << 0, 1, 9;
        const NeighbourPool pool(points, std::vector<std::int32_t>{0, 0, 1}, 3);
        for (const auto few : {FewPoints::Shrink, FewPoints::Unsupported}) {
            const auto thresholds = thresholdsOf(pool, {1, 0.5, few});
            QCOMPARE(thresholds.tau[0], 1.0);
            QVERIFY(std::isnan(thresholds.tau[1]) && std::isnan(thresholds.tau[2]));
            QCOMPARE(thresholds.count, (std::vector<std::int64_t>{2, 1, 0}));
        }
    }

    void quantiles() {
        QVERIFY(std::isnan(quantileOf({}, 0.5)));
        QCOMPARE(quantileOf({3, 1, 2}, 0.5), 2.0);
        QCOMPARE(quantileOf({4, 1, 3, 2}, 0.5), 2.5);
        QCOMPARE(quantileOf({4, 1, 3, 2}, 0.9), 3.7);
        QCOMPARE(quantileOf({4, 1, 3, 2}, 0), 1.0);
        QCOMPARE(quantileOf({4, 1, 3, 2}, 1), 4.0);
    }

    // Check 6: a circle of radius r gives 1/(2r).
    void curvatureOfACircle() {
        for (const double r : {0.5, 2.0, 7.0}) {
            constexpr int kPoints = 20000;
            Rows circle(kPoints, 2);
            for (int i = 0; i < kPoints; ++i) {
                const double angle = 2 * std::numbers::pi * i / kPoints;
                circle.row(i) << r * std::cos(angle), r * std::sin(angle);
            }
            // The 1e-8 in its denominator counts where neighbours are close.
            const double kappa = curvatureAt(circle, circle.row(5), 200, 1);
            QVERIFY2(std::abs(kappa * 2 * r - 1) < 2e-3, qPrintable(QString::number(kappa * 2 * r)));
        }
    }

    // z = (K/2) |u|^2 with m = 2 gives K/2.
    void curvatureOfAParaboloid() {
        const double bend = 3;
        Rows surface(41 * 41, 3);
        for (int i = 0; i < 41; ++i)
            for (int j = 0; j < 41; ++j) {
                const double u = 0.002 * (i - 20), v = 0.002 * (j - 20);
                surface.row(41 * i + j) << u, v, bend / 2 * (u * u + v * v);
            }
        const double kappa = curvatureAt(surface, Rows::Zero(1, 3), 120, 2);
        QVERIFY2(std::abs(kappa * 2 / bend - 1) < 2e-3, qPrintable(QString::number(kappa)));
    }

    void curvatureOfAPlane() {
        const Rows plane = randomRows(300, 2, 3) * randomRows(2, 40, 4);
        QVERIFY(curvatureAt(plane, plane.row(0), 20, 2) < 1e-12);
        // A plane that has no second direction.
        const Rows line = randomRows(300, 1, 3) * randomRows(1, 40, 4);
        QVERIFY(curvatureAt(line, line.row(0), 20, 2) < 1e-12);
    }

    void curvatureNeedsNeighbours() {
        const Rows points = randomRows(3, 5, 6);
        QVERIFY(std::isnan(curvatureAt(points, points.row(0), 20, 2)));
        QVERIFY(std::isfinite(curvatureAt(points, points.row(0), 20, 1)));
    }

    void turnsAndShiftsWithTheSpace() {
        const bool holds = rc::check("rotation and translation", [] {
            const auto seed = *rc::gen::arbitrary<unsigned>();
            const Rows points = randomRows(120, 6, seed);
            const Rows turn = Eigen::HouseholderQR<Rows>(randomRows(6, 6, seed + 1)).householderQ();
            const Eigen::RowVectorXd shift = 10 * randomRows(1, 6, seed + 2);
            const Rows moved = (points * turn).rowwise() + shift;
            const SupportOptions options{8, 0.75, FewPoints::Shrink};
            const double before = thresholdsOf(poolOf(points), options).tau.front(),
                         after = thresholdsOf(poolOf(moved), options).tau.front();
            RC_ASSERT(std::abs(before - after) < 1e-11 * before);
            const double kappa = curvatureAt(points, points.row(0), 12, 2),
                         movedKappa = curvatureAt(moved, moved.row(0), 12, 2);
            RC_ASSERT(std::abs(kappa - movedKappa) < 1e-8 * kappa);
        });
        QVERIFY(holds);
    }

    // Along one axis the distance is |z - mean| over the deviation, up to the ridge.
    void mahalanobisOfOneDimension() {
        const auto pool = poolOf(latticeOf(5, 2));  // mean 4, variance 10
        WorkerTeam team(1);
        const auto support = MahalanobisSupport::of(pool, 0.5, team, {}).value();
        const double scale = std::sqrt(10 * (1 + 1e-3));
        const std::vector<std::int32_t> own{0, 0};
        Rows queries(2, 1);
        queries << 4, 7;
        const auto distances = support.distances(queries, own);
        QCOMPARE(distances[0], 0.0);
        QVERIFY(std::abs(distances[1] - 3 / scale) < 1e-14);
        QVERIFY(std::abs(support.thresholds().tau[0] - 2 / scale) < 1e-14);
    }

    // Against the inverse of the covariance, in many dimensions and with fewer points than those.
    void mahalanobisAgainstAnInverse() {
        const Rows points = randomRows(30, 50, 9), queries = randomRows(4, 50, 10);
        WorkerTeam team(2);
        const auto support = MahalanobisSupport::of(poolOf(points, 1), 0.5, team, {}).value();
        const Eigen::RowVectorXd mean = points.colwise().mean();
        const Eigen::MatrixXd centred = points.rowwise() - mean;
        Eigen::MatrixXd covariance = centred.transpose() * centred / 29;
        covariance += Eigen::MatrixXd::Identity(50, 50) * (1e-3 * covariance.trace() / 50);
        const Eigen::MatrixXd inverse = covariance.fullPivHouseholderQr().inverse();
        const std::vector<std::int32_t> own(4, 1), none(4, 0);
        const auto distances = support.distances(queries, own);
        for (std::int64_t i = 0; i < 4; ++i) {
            const Eigen::VectorXd offset = (queries.row(i) - mean).transpose();
            const double truth = std::sqrt(offset.dot(inverse * offset));
            QVERIFY(std::abs(distances[static_cast<std::size_t>(i)] - truth) < 1e-9 * truth);
        }
        QVERIFY(std::isinf(support.distances(queries, none).front()));  // a class with no points
        QVERIFY(std::isnan(support.thresholds().tau[0]));
    }

    void mahalanobisOfCopies() {
        WorkerTeam team(1);
        const auto support = MahalanobisSupport::of(poolOf(Rows::Ones(6, 3)), 0.5, team, {}).value();
        QVERIFY(std::isnan(support.thresholds().tau[0]));
        QVERIFY(std::isinf(support.distances(Rows::Ones(1, 3), std::vector<std::int32_t>{0}).front()));
    }
};

QTEST_GUILESS_MAIN(LocalSupportTest)
#include "local_support_test.moc"
