// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/compare_heads.h"

#include <QtTest>
#include <cmath>
#include <set>

#include "core/probes/counterfactual.h"
#include "core/probes/head_regression.h"
#include "tests/core/probes/memory_dataset.h"
#include "tests/core/probes/random_heads.h"
#include "tests/core/probes/small_models_torch.h"

using namespace tessera;
using namespace tessera::test;

namespace {

using Models = std::vector<std::shared_ptr<const Model>>;
using Record = std::shared_ptr<const ResultRecord>;

constexpr int kClasses = 3, kWidth = 5, kSamples = 240;

std::shared_ptr<const Dataset> clusters() {
    const Rows centres = 2 * randomRows(kClasses, kWidth, 7).rowwise().normalized(),
               noise = randomRows(kSamples, kWidth, 8, 0.6);
    std::vector<float> values;
    std::vector<std::int32_t> labels;
    for (int i = 0; i < kSamples; ++i) {
        labels.push_back(i % kClasses);
        for (int d = 0; d < kWidth; ++d)
            values.push_back(static_cast<float>(centres(i % kClasses, d) + noise(i, d)));
    }
    return std::make_shared<MemoryDataset>(Shape{kWidth}, values, labels, kClasses);
}

at::Tensor tensorOf(const Rows& rows) {
    return at::from_blob(const_cast<double*>(rows.data()), {rows.rows(), rows.cols()}, at::kDouble).clone();
}

// Class means, each turned a little by the seed, times a scale.
std::shared_ptr<const Model> head(unsigned seed, double scale = 1) {
    const Rows centres = 2 * randomRows(kClasses, kWidth, 7).rowwise().normalized();
    const Rows weight = scale * (centres + randomRows(kClasses, kWidth, seed, 0.3));
    const Rows bias = -0.5 * scale * centres.rowwise().squaredNorm();
    return linearModel(tensorOf(weight), tensorOf(bias).reshape({-1}));
}

Result<Record> tryCompare(const Models& models, const ParameterMap& given = {},
                          std::vector<std::int64_t> samples = {}, std::stop_token stop = {},
                          int threads = 2) {
    ProbeInputs inputs;
    inputs.model = models.front();
    inputs.others.assign(models.begin() + 1, models.end());
    inputs.dataset = clusters();
    inputs.samples = std::move(samples);
    inputs.threads = threads;
    NoProgress progress;
    return runProbe(CompareHeads(), inputs, given, stop, progress);
}

Record compare(const Models& models, const ParameterMap& given = {}, std::vector<std::int64_t> samples = {}) {
    auto result = tryCompare(models, given, std::move(samples));
    if (!result.isOk()) qFatal("%s", result.isError() ? result.error().message.c_str() : "cancelled");
    return result.value();
}

template <typename T>
const std::vector<T>& column(const Record& record, const char* table, const char* name) {
    return std::get<std::vector<T>>(record->table(table)->column(name)->values);
}

const ParameterMap kReaching{{"radius", 3.0}, {"steps", std::int64_t{2000}}};

}  // namespace

class CompareHeadsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // Each head's rows are those of its own search, number for number.
    void rowsAreThoseOfTheSearches() {
        const Models models{head(1), head(2), head(3, 4)};
        const auto record = compare(models, kReaching);
        const auto& heads = column<std::string>(record, "searches", "head");
        const auto& distances = column<double>(record, "searches", "distance");
        const auto& outcomes = column<std::string>(record, "searches", "outcome");
        QCOMPARE(record->table("heads")->rows(), models.size());
        std::size_t row = 0;
        for (std::size_t i = 0; i < models.size(); ++i) {
            ProbeInputs inputs;
            inputs.model = models[i], inputs.dataset = clusters(), inputs.threads = 1;
            NoProgress progress;
            auto own = runProbe(Counterfactual(), inputs, kReaching, {}, progress);
            QVERIFY(own.isOk());
            const auto& single = own.value();
            QCOMPARE(column<double>(record, "heads", "success_rate")[i],
                     single->metric("success_rate")->value);
            for (std::size_t j = 0; j < single->table("samples")->rows(); ++j, ++row) {
                QCOMPARE(heads[row], column<std::string>(record, "heads", "head")[i]);
                QCOMPARE(distances[row], column<double>(single, "samples", "distance")[j]);
                QCOMPARE(outcomes[row], column<std::string>(single, "samples", "outcome")[j]);
            }
        }
        QCOMPARE(row, heads.size());
        QVERIFY(record->provenance.complete);
    }

    // What the samples' table counts, counted again from the searches.
    void samplesCountTheHeads() {
        const auto record = compare({head(1), head(2), head(3)}, kReaching);
        const auto& samples = column<std::int64_t>(record, "samples", "sample");
        const auto &of = column<std::int64_t>(record, "searches", "sample"),
                   &flipped = column<std::int64_t>(record, "searches", "flipped"),
                   &predicted = column<std::int64_t>(record, "searches", "predicted");
        const auto& labels = column<std::int64_t>(record, "searches", "label");
        const auto& outcomes = column<std::string>(record, "searches", "outcome");
        const auto &distance = column<double>(record, "searches", "distance"),
                   &boundaries = column<double>(record, "searches", "nearest_boundary");
        int unlike = 0, differing = 0;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            std::int64_t flips = 0, heads = 0;
            std::int64_t right = 0, supported = 0;
            double shortest = INFINITY, longest = 0, nearest = INFINITY;
            std::set<std::int64_t> classes;
            for (std::size_t j = 0; j < of.size(); ++j) {
                if (of[j] != samples[i]) continue;
                ++heads, flips += flipped[j], classes.insert(predicted[j]);
                if (flipped[j] != 0)
                    shortest = std::min(shortest, distance[j]), longest = std::max(longest, distance[j]);
                right += predicted[j] == labels[j], supported += outcomes[j] == "supported";
                nearest = std::min(nearest, boundaries[j]);
            }
            QCOMPARE(column<std::int64_t>(record, "samples", "flips")[i], flips);
            QCOMPARE(column<std::int64_t>(record, "samples", "heads")[i], heads);
            QCOMPARE(column<std::int64_t>(record, "samples", "predictions")[i],
                     static_cast<std::int64_t>(classes.size()));
            const double found = column<double>(record, "samples", "distance_lowest")[i];
            QVERIFY(flips == 0 ? std::isnan(found) : found == shortest);
            const double farthest = column<double>(record, "samples", "distance_highest")[i];
            QVERIFY(flips == 0 ? std::isnan(farthest) : farthest == longest);
            QCOMPARE(column<std::int64_t>(record, "samples", "right")[i], right);
            QCOMPARE(column<std::int64_t>(record, "samples", "supported")[i], supported);
            QCOMPARE(column<double>(record, "samples", "nearest_boundary")[i], nearest);
            unlike += flips > 0 && flips<heads, differing += classes.size()> 1;
        }
        const auto count = static_cast<double>(samples.size());
        QCOMPARE(record->metric("flip_differs")->value, unlike / count);
        QCOMPARE(record->metric("prediction_differs")->value, differing / count);
        QVERIFY(differing > 0);  // else this says nothing
        const std::pair<const char*, const char*> ranges[] = {{"accuracy_range", "accuracy"},
                                                              {"success_range", "success_rate"},
                                                              {"supported_range", "supported_rate"}};
        for (const auto& [range, name] : ranges) {
            const auto& values = column<double>(record, "heads", name);
            const auto [least, most] = std::minmax_element(values.begin(), values.end());
            QCOMPARE(record->metric(range)->value, *most - *least);
        }
    }

    // Scaling a head changes no prediction, distance to a boundary or angle; its steps it does.
    void aScaledHeadIsTheSameButForItsSteps() {
        const auto record = compare({head(1), head(1, 5)}, kReaching);
        const auto& angle = column<double>(record, "heads", "angle");
        QVERIFY(std::abs(angle[1]) < 1e-6);
        QCOMPARE(record->metric("prediction_differs")->value, 0.0);
        QCOMPARE(record->metric("accuracy_range")->value, 0.0);
        const auto& boundary = column<double>(record, "searches", "nearest_boundary");
        const auto half = boundary.size() / 2;
        for (std::size_t i = 0; i < half; ++i)
            QVERIFY(std::abs(boundary[i] - boundary[half + i]) < 1e-9 * boundary[i]);
        const auto& scale = column<double>(record, "heads", "logit_scale");
        QVERIFY(std::abs(scale[1] / scale[0] - 5) < 1e-9);
        const auto& effort = column<double>(record, "heads", "effort_mean_flips");
        QVERIFY(effort[1] < 0.5 * effort[0]);
    }

    void noRadiusNoFlip() {
        const auto record = compare({head(1), head(2)}, {{"steps", std::int64_t{1}}, {"step", 1e-9}});
        for (const double rate : column<double>(record, "heads", "success_rate")) QCOMPARE(rate, 0.0);
        // A constant outcome: nothing to explain, and no number made up for it.
        const auto& outcome = column<std::string>(record, "regression", "outcome");
        const auto& r2 = column<double>(record, "regression", "r2");
        for (std::size_t i = 0; i < r2.size(); ++i)
            if (outcome[i] == "flip") QVERIFY(std::isnan(r2[i]));
    }

    void chosenSamplesAloneAreSearched() {
        const auto record = compare({head(1), head(2)}, {}, {3, 4, 50});
        QCOMPARE(column<std::int64_t>(record, "samples", "sample"), (std::vector<std::int64_t>{3, 4, 50}));
        QCOMPARE(record->table("searches")->rows(), std::size_t(6));
    }

    void theSameForAnyNumberOfThreads() {
        const Models models{head(1), head(2)};
        const auto one = tryCompare(models, kReaching, {}, {}, 1).value(),
                   two = tryCompare(models, kReaching, {}, {}, 3).value();
        QCOMPARE(column<double>(one, "searches", "distance"), column<double>(two, "searches", "distance"));
        QCOMPARE(column<double>(one, "searches", "support_ratio_start"),
                 column<double>(two, "searches", "support_ratio_start"));
    }

    void wrongModelsAreSaidInWords() {
        auto alone = tryCompare({head(1)});
        QVERIFY(alone.isError());
        QVERIFY2(QString::fromStdString(alone.error().message).contains("at least 2 models"),
                 alone.error().message.c_str());
        const auto wide =
            linearModel(at::ones({kClasses, kWidth + 1}, at::kDouble), at::zeros({kClasses}, at::kDouble));
        auto other = tryCompare({head(1), wide});
        QVERIFY(other.isError());
        QVERIFY2(QString::fromStdString(other.error().message).contains("takes 6 values"),
                 other.error().message.c_str());
    }

    void namesSayWhatDiffers() {
        const auto named = [](const std::vector<std::string>& files) {
            Models models;
            for (const auto& file : files) {
                auto info = head(1)->info();
                info.path = file;
                models.push_back(std::make_shared<Model>(info, head(1)->sharedGraph()));
            }
            return modelNames(models);
        };
        using Names = std::vector<std::string>;
        QCOMPARE(named({"a/softmax-seed-1-lr-0.001-wd-0.01.st", "a/softmax-seed-2-lr-0.001-wd-0.1.st"}),
                 (Names{"seed 1 wd 0.01", "seed 2 wd 0.1"}));
        QCOMPARE(named({"ridge.st", "softmax-seed-1.st"}), (Names{"ridge", "softmax-seed-1"}));
        QCOMPARE(named({"one/head.st", "two/head.st"}), (Names{"one/head.st", "two/head.st"}));
        QCOMPARE(named({"head.st", "head.st"}), (Names{"head.st", "head.st (2)"}));
        QCOMPARE(named({"x_cnn.pt", "x_mlp.pt", "x_vit.pt"}), (Names{"cnn", "mlp", "vit"}));
    }

    void aStopKeepsNothingHalf() {
        std::stop_source source;
        source.request_stop();
        QVERIFY(tryCompare({head(1), head(2)}, {}, {}, source.get_token()).isCancelled());
    }

    // An outcome made of the predictors is explained wholly, one without them not at all.
    void regressionFindsWhatIsThere() {
        std::vector<RegressionRow> rows;
        const Rows noise = randomRows(400, 3, 5);
        for (int i = 0; i < 400; ++i) {
            RegressionRow row;
            row.head = static_cast<std::size_t>(i % 2);
            row.accuracy = 0.9 + 0.01 * static_cast<double>(row.head);
            row.crossEntropy = 0.3 - 0.1 * static_cast<double>(row.head);
            row.boundary = std::exp(noise(i, 0)), row.support = std::exp(0.5 * noise(i, 1));
            row.distance = 1 + 2 * row.boundary - row.support + 0.5 * row.boundary * row.support;
            row.success = noise(i, 2) > 0 ? 1 : 0;
            rows.push_back(row);
        }
        const auto table = regressionTable(rows, {"a", "b"}, false, 0);
        const auto& heads = std::get<std::vector<std::string>>(table.column("heads")->values);
        const auto& outcomes = std::get<std::vector<std::string>>(table.column("outcome")->values);
        const auto& sets = std::get<std::vector<std::string>>(table.column("predictors")->values);
        const auto& r2 = std::get<std::vector<double>>(table.column("r2")->values);
        const auto& held = std::get<std::vector<std::int64_t>>(table.column("held_out")->values);
        QCOMPARE(table.rows(), std::size_t(2 * 5 + 2 * 2 * 3));
        for (std::size_t i = 0; i < table.rows(); ++i) {
            QCOMPARE(held[i], heads[i] == "all" ? 80 : 40);
            if (outcomes[i] == "flip") QVERIFY(r2[i] < 0.1);
            if (outcomes[i] == "distance" && sets[i] == "d_b, rho, d_b rho") QVERIFY(r2[i] > 1 - 1e-10);
            if (outcomes[i] == "distance" && sets[i] == "accuracy") QVERIFY(r2[i] < 0.1);
        }
    }
};

QTEST_GUILESS_MAIN(CompareHeadsTest)
#include "compare_heads_test.moc"
