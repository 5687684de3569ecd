// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <numeric>

#include "widgets/panels/statistics_charts.h"
#include "widgets/panels/statistics_report.h"
#include "widgets/scenes/synthetic_arrangement.h"

using namespace tessera;

namespace {
std::shared_ptr<Arrangement> sound() {
    return synthetic::arrangementOf(synthetic::randomNetwork(25, 3, 5), rectanglePolygon(-1, -1, 1, 1));
}
}  // namespace

class StatisticsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void goodResultsAreCalledGood() {
        const auto verdict = verdictOn(*sound());
        QVERIFY2(verdict.isGood, qPrintable(verdict.sentence));
        QVERIFY(verdict.sentence.contains("Every check holds"));
    }
    void eachBrokenCheckIsNamed() {
        auto a = sound();
        a->checks.areaSum *= 0.999;
        QVERIFY(!verdictOn(*a).isGood && verdictOn(*a).sentence.contains("99.9 %"));
        a = sound();
        a->checks.euler = 0;
        QVERIFY(!verdictOn(*a).isGood && verdictOn(*a).sentence.contains("instead of 1"));
        a = sound();
        a->checks.patternMismatches = 3;
        QVERIFY(!verdictOn(*a).isGood && verdictOn(*a).sentence.contains("3 faces"));
        a = sound();
        a->checks.maxInterpolationError = 1e-3;
        QVERIFY(!verdictOn(*a).isGood && verdictOn(*a).sentence.contains("affine map"));
        a = sound();
        a->complete = false;
        a->stopReason = "region budget of 20 reached";
        a->checks.areaSum *= 0.5;
        QVERIFY(verdictOn(*a).isGood && verdictOn(*a).sentence.contains("region budget of 20 reached") &&
                verdictOn(*a).sentence.contains(
                    "covers 50 % of the window; complete within a window about 1/2 as wide"));
        a = sound();
        a->resolutionNote = "Some vertices lie too close to a line.";
        QVERIFY(!verdictOn(*a).isGood && verdictOn(*a).sentence.contains("too close to a line."));
    }
    void numbersAreTheArrangements() {
        LinearRegions::Output output;
        output.arrangement = sound();
        output.engine = "depth-first";
        output.provenance.dtype = "float64";
        const ClassNames names{"first"};
        const QString text = statisticsText(output, names);
        QVERIFY(text.contains(QString("regions\t%1").arg(output.arrangement->faceCount())));
        QVERIFY(text.contains("depth-first") && text.contains("hidden.relu") &&
                (text.contains("class 1") || text.contains("class 2")));
        double share = 0;
        for (const auto& section : statisticsOf(output, names))
            if (section.title == "Area by class")
                for (const auto& row : section.rows)
                    share += row.second.left(row.second.indexOf(' ')).toDouble();
        QVERIFY(std::abs(share - 100) < 0.05);
    }
    void histogramCountsEveryFace() {
        const auto a = sound();
        const auto histogram = areaHistogram(*a);
        QCOMPARE(std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::int64_t{0}),
                 a->faceCount());
        QVERIFY(histogram.counts.size() <= 42);
        QVERIFY(areaHistogram(Arrangement()).counts.empty());
        // A single face, and faces of one size.
        QCOMPARE(areaHistogram(*synthetic::arrangementOf(
                                   {Eigen::MatrixX3d(0, 3), Eigen::MatrixXd(2, 0), Eigen::VectorXd::Zero(2)},
                                   squarePolygon(1)))
                     .counts,
                 (std::vector<std::int64_t>{1}));
    }
    void chartsPaint() {
        AreaHistogramChart areas;
        areas.resize(220, 120);
        const QImage empty = areas.grab().toImage();
        areas.setHistogram(areaHistogram(*sound()));
        QVERIFY(areas.grab().toImage() != empty);
        LayerBarsChart layers;
        layers.setSites({{"a.relu", 10, 100},
                         {"a very long layer name that has to be cut.relu", 20, 50},
                         {"none", 20, 0}});
        layers.resize(layers.sizeHint());
        QVERIFY(layers.sizeHint().height() > 3 * layers.fontMetrics().height());
        (void)layers.grab();
    }
};

QTEST_MAIN(StatisticsTest)
#include "statistics_test.moc"
