// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/histogram_scene.h"

#include <QPainter>
#include <QtTest>
#include <cmath>
#include <numeric>

#include "widgets/scenes/column_values.h"
#include "widgets/scenes/plot_tables.h"

using namespace tessera;
using Groups = HistogramChoice::Groups;

namespace {

QImage painted(const PanelScene& scene, const PanelStyle& style, const QSize& pixels) {
    QImage image(pixels, QImage::Format_RGB32);
    QPainter painter(&image);
    painter.scale(style.pixelsPerPoint, style.pixelsPerPoint);
    scene.paint(painter, style, QSizeF(pixels) / style.pixelsPerPoint, {});
    return image;
}

}  // namespace

class HistogramSceneTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void everyRowIsInItsBin_data() {
        QTest::addColumn<QString>("column");
        QTest::addColumn<int>("bins");
        QTest::addColumn<bool>("logarithmic");
        for (const int bins : {0, 1, 17})
            for (const bool logarithmic : {false, true})
                for (const char* column : {"margin", "distance", "sample", "split"})
                    QTest::addRow("%s %d %d", column, bins, logarithmic) << column << bins << logarithmic;
    }
    void everyRowIsInItsBin() {
        QFETCH(QString, column);
        QFETCH(int, bins);
        QFETCH(bool, logarithmic);
        const auto table = plots::sampleTable(3000);
        HistogramChoice choice{column.toStdString()};
        choice.bins = bins, choice.logarithmic = logarithmic;
        const auto result = histogramBins(table, choice, {});
        QVERIFY(std::is_sorted(result->edges.begin(), result->edges.end()));
        const auto numbers = columnNumbers(*table->column(choice.column));
        std::vector<std::int64_t> counts(result->edges.size() - 1, 0);
        std::size_t missing = 0;
        for (std::size_t row = 0; row < 3000; ++row) {
            const double value = numbers.values[row];
            const auto bin = result->binOfRow[row];
            if (bin < 0) {
                QVERIFY(logarithmic && value <= 0);
                ++missing;
                continue;
            }
            QVERIFY(value >= result->edges[std::size_t(bin)] && value < result->edges[std::size_t(bin) + 1]);
            ++counts[std::size_t(bin)];
        }
        QCOMPARE(counts, result->counts.front());
        QCOMPARE(missing, result->notCounted);
        if (bins > 0 && column != "split") QCOMPARE(int(counts.size()), bins);
    }
    void groupsAddUp() {
        const auto table = plots::sampleTable(3000);
        HistogramChoice choice{"margin", Groups::Correct};
        const auto byOutcome = histogramBins(table, choice, {});
        const auto right = correctRows(*table);
        const auto expected = std::accumulate(right.begin(), right.end(), std::int64_t(0));
        const auto& counts = byOutcome->counts;
        QCOMPARE(std::accumulate(counts[0].begin(), counts[0].end(), std::int64_t(0)), expected);
        QCOMPARE(std::accumulate(counts[1].begin(), counts[1].end(), std::int64_t(0)), 3000 - expected);
        choice = {"margin", Groups::Class, "label"};
        const auto byClass = histogramBins(table, choice, {});
        QCOMPARE(byClass->counts.size(), 4u);
        for (std::size_t bin = 0; bin + 1 < byClass->edges.size(); ++bin) {
            std::int64_t all = 0;
            for (const auto& group : byClass->counts) all += group[bin];
            QCOMPARE(all, counts[0][bin] + counts[1][bin]);
        }
    }
    void oddColumns() {
        const auto one = [](std::vector<double> values) {
            return std::make_shared<const Table>(Table{"t", "T", {{"v", "V", "", "", std::move(values)}}});
        };
        for (const bool logarithmic : {false, true}) {
            HistogramChoice choice{"v"};
            choice.logarithmic = logarithmic;
            for (const auto& table : {one({}), one({NAN}), one({3}), one({3, 3, 3}), one({-1e300, 1e300}),
                                      one({0, 1e-300}), one({INFINITY, 2, 5})}) {
                const auto bins = histogramBins(table, choice, {});
                QVERIFY(bins && bins->edges.size() >= 2 && bins->edges.size() < 2000);
                HistogramScene scene(bins);
                QVERIFY(!painted(scene, {}, {300, 200}).isNull());
            }
        }
        QVERIFY(histogramBins(one({1}), {"w"}, {}) == nullptr);
        // Whole numbers so large that a half or one more is the same number.
        for (const auto least :
             {std::int64_t(1) << 53, (std::int64_t(1) << 62) - 4096, -(std::int64_t(1) << 60)}) {
            const std::vector<std::int64_t> whole{least, least + 2, least + 4, least + 4};
            const auto table = std::make_shared<const Table>(Table{"t", "T", {{"v", "V", "", "", whole}}});
            for (const int count : {0, 7}) {
                HistogramChoice choice{"v"};
                choice.bins = count;
                const auto bins = histogramBins(table, choice, {});
                QVERIFY(bins->edges.size() >= 2 && bins->edges.size() < 2000);
                QCOMPARE(bins->notCounted, 0u);
                QVERIFY(!painted(HistogramScene(bins), {}, {300, 200}).isNull());
            }
        }
        // Farther apart than the largest number, by ratio.
        HistogramChoice apart{"v"};
        apart.logarithmic = true, apart.bins = 10;
        const auto bins = histogramBins(one({1e-200, 1, 1e200}), apart, {});
        QCOMPARE(bins->notCounted, 0u);
        QVERIFY(std::abs(std::log10(bins->edges[5])) < 1e-9);
    }
    // A bar is as high as its count: the top pixel of the largest group is where the axis says.
    void barsReachTheirCounts() {
        HistogramScene scene(histogramBins(plots::sampleTable(3000), {"margin"}, {}));
        scene.grid = false;
        PanelStyle style;
        style.pixelsPerPoint = 2;
        const QImage image = painted(scene, style, {600, 400});
        const auto frame = scene.frame(style, {300, 200});
        const auto& bins = scene.bins();
        const auto highest = std::max_element(bins.counts[0].begin(), bins.counts[0].end());
        const auto bin = std::size_t(highest - bins.counts[0].begin());
        const int column = int((frame.drawingX((bins.edges[bin] + bins.edges[bin + 1]) / 2)) * 2);
        const int top = int(std::lround(frame.drawingY(double(*highest)) * 2));
        QCOMPARE(image.pixel(column, top - 3), style.theme.paper.rgb());
        QVERIFY(image.pixel(column, top + 3) != style.theme.paper.rgb());
    }
    void selectedRowsAreCounted() {
        const auto table = plots::sampleTable(100);
        std::vector<unsigned char> selected(100, 0);
        selected[3] = selected[50] = 1;
        HistogramScene scene(histogramBins(table, {"entropy"}, {}), selected);
        const auto numbers = scene.numbers();
        const auto* column = numbers.front().column("selected");
        QVERIFY(column);
        const auto& counts = std::get<std::vector<std::int64_t>>(column->values);
        QCOMPARE(std::accumulate(counts.begin(), counts.end(), std::int64_t(0)), 2);
    }
    void pictures() {
        const QString folder = qEnvironmentVariable("TESSERA_PICTURES");
        if (folder.isEmpty()) QSKIP("set TESSERA_PICTURES to a folder to keep the drawings");
        const auto table = plots::sampleTable(20'000);
        int number = 0;
        for (const HistogramChoice& choice :
             {HistogramChoice{"margin", Groups::Correct}, HistogramChoice{"distance", Groups::Class, "label"},
              HistogramChoice{"split"}}) {
            HistogramChoice chosen = choice;
            chosen.logarithmic = choice.column == "distance";
            std::vector<unsigned char> selected(20'000, 0);
            for (std::size_t i = 0; i < 6000; ++i) selected[i] = 1;
            HistogramScene scene(histogramBins(table, chosen, {}), selected);
            scene.heading = "Local geometry";
            PanelStyle style;
            style.pixelsPerPoint = 3;
            if (number == 1) style.theme = SceneTheme::darkTheme();
            painted(scene, style, {900, 600}).save(folder + QString("/histogram_%1.png").arg(number++));
        }
    }
};

QTEST_MAIN(HistogramSceneTest)
#include "histogram_scene_test.moc"
