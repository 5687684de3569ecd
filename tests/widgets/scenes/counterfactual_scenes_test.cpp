// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/counterfactual_scenes.h"

#include <QtTest>
#include <cmath>

#include "core/probes/counterfactual_record.h"
#include "widgets/scenes/histogram_scene.h"
#include "widgets/scenes/scatter_scene.h"

using namespace tessera;

namespace {

// Three samples with one outcome each: supported, unsupported, no flip. `tau` is the threshold of their
// target.
std::shared_ptr<const ResultRecord> recordOf(double tau) {
    CounterfactualRows found;
    found.settings.preset = "v1";
    found.thresholds = {{1, tau}, {30, 30}};
    found.wanted = 3;
    for (int i = 0; i < 3; ++i) {
        CounterfactualRow row;
        row.sample = i, row.label = 0;
        row.flip = {0, 1, i < 2 ? 1 : 0, i < 2, 10 * (i + 1), 0.5 * i, -1, 0.1};
        row.boundary = {0.4 + i, 0.3 + i, 1};
        row.supportStart = 2 + i, row.supportEnd = i == 0 ? 0.9 : 1.2;
        found.rows.push_back(row);
    }
    return std::make_shared<const ResultRecord>(counterfactualRecord(found));
}

QStringList titlesOf(const std::shared_ptr<const ResultRecord>& record) {
    QStringList titles;
    for (const auto& scene : counterfactualScenes(record, {{"no", "yes"}, 2})) titles << scene->title();
    return titles;
}

}  // namespace

class CounterfactualScenesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void outcomesByDistanceAndSupport() {
        const auto scenes = counterfactualScenes(recordOf(1), {{"no", "yes"}, 2});
        QCOMPARE(scenes.size(), std::size_t{4});
        const auto* scatter = dynamic_cast<const ScatterScene*>(scenes[0].get());
        QVERIFY(scatter);
        QCOMPARE(scatter->points().x, (std::vector<double>{0.4, 1.4, 2.4}));
        QCOMPARE(scatter->points().y, (std::vector<double>{2, 3, 4}));
        QStringList kinds;
        for (const auto& kind : scatter->points().kinds) kinds << kind.text;
        for (const char* outcome : {"no flip", "supported", "unsupported"})
            QVERIFY2(kinds.contains(outcome), outcome);
        const auto& colours = scatter->points().colour;
        QVERIFY(colours[0] != colours[1] && colours[1] != colours[2] && colours[0] != colours[2]);
        const auto* histogram = dynamic_cast<const HistogramScene*>(scenes[1].get());
        QVERIFY(histogram);
        std::int64_t counted = 0;
        for (const auto& group : histogram->bins().counts)
            for (const auto count : group) counted += count;
        QCOMPARE(counted, 3);
    }

    // Without a threshold there is no ratio to draw; the distances are still there.
    void noThresholds() {
        QCOMPARE(titlesOf(recordOf(std::nan(""))),
                 (QStringList{"Boundary distance", "Distance gone by boundary distance"}));
    }

    void nothing() { QVERIFY(titlesOf(std::make_shared<const ResultRecord>()).isEmpty()); }
};

QTEST_MAIN(CounterfactualScenesTest)
#include "counterfactual_scenes_test.moc"
