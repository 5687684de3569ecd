// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numerics/statistics.h"

#include <rapidcheck.h>

#include <QtTest>
#include <algorithm>
#include <cmath>

using namespace tessera;

class StatisticsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void ranksShareTies() {
        QCOMPARE(averageRanks(std::vector<double>{3, 1, 3, 2}), (std::vector<double>{3.5, 1, 3.5, 2}));
        QVERIFY(averageRanks({}).empty());
    }

    void spearmanOfKnownOrders() {
        const std::vector<double> x{1, 2, 3, 4, 5}, squares{1, 4, 9, 16, 25}, down{9, 7, 5, 3, 1};
        QCOMPARE(spearman(x, squares), 1.0);
        QCOMPARE(spearman(x, down), -1.0);
        // Without ties 1 - 6 sum d^2 / (n (n^2 - 1)): ranks 2 1 4 3 5 against 1..5 differ by 1 1 1 1 0.
        QVERIFY(std::abs(spearman(x, std::vector<double>{20, 10, 40, 30, 50}) - 0.8) < 1e-15);
        QVERIFY(std::isnan(spearman(x, std::vector<double>(5, 2.0))));
        QVERIFY(std::isnan(spearman(std::vector<double>{1}, std::vector<double>{2})));
    }

    void spearmanSeesOnlyOrder() {
        QVERIFY(rc::check([] {
            const auto x = *rc::gen::container<std::vector<int>>(12, rc::gen::inRange(-9, 9));
            const auto y = *rc::gen::container<std::vector<int>>(12, rc::gen::inRange(-9, 9));
            std::vector<double> a(x.begin(), x.end()), b(y.begin(), y.end()), bent;
            for (const double value : a) bent.push_back(std::exp(value / 3) * 5 - 2);
            const double plain = spearman(a, b), other = spearman(bent, b);
            RC_ASSERT(std::isnan(plain) == std::isnan(other));
            if (!std::isnan(plain)) RC_ASSERT(std::abs(plain - other) < 1e-12 && std::abs(plain) < 1 + 1e-12);
        }));
    }

    void fitsAPlaneExactly() {
        Rows x(6, 2);
        x << 1, 5, 2, 3, 3, 8, 4, 1, 5, 9, 6, 2;
        std::vector<double> y;
        for (Eigen::Index i = 0; i < x.rows(); ++i) y.push_back(3 - 2 * x(i, 0) + 0.5 * x(i, 1));
        const auto fit = fitLinear(x, y);
        QVERIFY(std::abs(fit.predict(Eigen::RowVector2d(10, -4)) - (3 - 20 - 2)) < 1e-12);
        QVERIFY(std::abs(determination(fit, x, y) - 1) < 1e-14);
        // On other rows the mean is theirs: a constant guess of the fitted mean explains less than nothing.
        const std::vector<double> same(6, 1.0);
        QVERIFY(std::isnan(determination(fit, x, same)));
    }

    void constantAndRepeatedPredictorsAreHarmless() {
        Rows x(5, 3);
        x << 1, 7, 1, 2, 7, 2, 3, 7, 3, 4, 7, 4, 5, 7, 5;  // the third repeats the first
        const std::vector<double> y{2, 4, 6, 8, 10};
        const auto fit = fitLinear(x, y);
        QVERIFY(std::abs(determination(fit, x, y) - 1) < 1e-12);
        QCOMPARE(fit.coefficients[1], 0.0);
        QVERIFY(std::abs(fit.coefficients[0] - fit.coefficients[2]) < 1e-12);
    }

    // One predictor: R^2 on the fitted rows is the squared correlation.
    void ofOnePredictorIsTheSquaredCorrelation() {
        Rows x(5, 1);
        x << 1, 2, 4, 5, 9;
        const std::vector<double> y{2, 1, 4, 3, 7};
        double xy = 0, xx = 0, yy = 0;
        const double meanX = x.mean(), meanY = 3.4;
        for (int i = 0; i < 5; ++i) {
            const double dx = x(i, 0) - meanX, dy = y[static_cast<std::size_t>(i)] - meanY;
            xy += dx * dy, xx += dx * dx, yy += dy * dy;
        }
        QVERIFY(std::abs(determination(fitLinear(x, y), x, y) - xy * xy / xx / yy) < 1e-14);
    }
};

QTEST_GUILESS_MAIN(StatisticsTest)
#include "statistics_test.moc"
