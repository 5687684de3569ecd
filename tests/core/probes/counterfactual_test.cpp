// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/counterfactual.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <numeric>

#include "core/data/npz.h"
#include "core/data/splits.h"
#include "tests/core/probes/memory_dataset.h"
#include "tests/core/probes/random_heads.h"
#include "tests/core/probes/small_models_torch.h"

using namespace tessera;
using namespace tessera::test;

namespace {

using Data = std::shared_ptr<const Dataset>;
using Record = std::shared_ptr<const ResultRecord>;

constexpr int kClasses = 3, kWidth = 6;

// Of one length: the way along the weights of any class leads to it in the end.
Rows centresOfClasses() {
    return 2 * randomRows(kClasses, kWidth, 100).rowwise().normalized();
}

// Clusters around the centres, one a class.
struct Clusters {
    std::vector<float> values;
    std::vector<std::int32_t> labels;
    Data data() const { return std::make_shared<MemoryDataset>(Shape{kWidth}, values, labels, kClasses); }
};

Clusters clusters(int perClass, double spread = 0.5) {
    Clusters made;
    const Rows centres = centresOfClasses(), noise = randomRows(perClass * kClasses, kWidth, 101, spread);
    for (int i = 0; i < perClass * kClasses; ++i) {
        made.labels.push_back(i % kClasses);
        for (int d = 0; d < kWidth; ++d)
            made.values.push_back(static_cast<float>(centres(i % kClasses, d) + noise(i, d)));
    }
    return made;
}

at::Tensor tensorOf(const Rows& rows) {
    return at::from_blob(const_cast<double*>(rows.data()), {rows.rows(), rows.cols()}, at::kDouble).clone();
}

// The head of nearest class means.
std::shared_ptr<const Model> meansHead(double scale = 1) {
    const Rows centres = centresOfClasses();
    const Rows bias = -0.5 * centres.rowwise().squaredNorm();
    return linearModel(tensorOf(scale * centres), tensorOf(scale * bias).reshape({-1}));
}

Result<Record> tryOn(const std::shared_ptr<const Model>& model, const Data& data,
                     const ParameterMap& given = {}, std::vector<std::int64_t> samples = {},
                     int threads = 2) {
    ProbeInputs inputs;
    inputs.model = model, inputs.dataset = data, inputs.samples = std::move(samples),
    inputs.threads = threads;
    NoProgress progress;
    return runProbe(Counterfactual(), inputs, given, {}, progress);
}

Record runOn(const std::shared_ptr<const Model>& model, const Data& data, const ParameterMap& given = {},
             std::vector<std::int64_t> samples = {}, int threads = 2) {
    auto result = tryOn(model, data, given, std::move(samples), threads);
    if (!result.isOk()) qFatal("%s", result.isError() ? result.error().message.c_str() : "cancelled");
    return result.value();
}

QString messageOf(const Result<Record>& result) {
    return result.isError() ? QString::fromStdString(result.error().message) : QString("no error");
}

double metric(const Record& record, const char* name) {
    const auto* found = record->metric(name);
    if (!found) qFatal("no metric %s", name);
    return found->value;
}
const std::vector<double>& real(const Record& record, const char* name, const char* table = "samples") {
    return std::get<std::vector<double>>(record->table(table)->column(name)->values);
}
const std::vector<std::int64_t>& whole(const Record& record, const char* name,
                                       const char* table = "samples") {
    return std::get<std::vector<std::int64_t>>(record->table(table)->column(name)->values);
}
const std::vector<std::string>& text(const Record& record, const char* name, const char* table = "samples") {
    return std::get<std::vector<std::string>>(record->table(table)->column(name)->values);
}

bool hasNote(const Record& record, const std::string& part) {
    return std::any_of(record->notes.begin(), record->notes.end(),
                       [&](const auto& note) { return note.find(part) != std::string::npos; });
}

double distanceBetween(const Clusters& made, std::int64_t a, std::int64_t b) {
    double squared = 0;
    for (std::int64_t d = 0; d < kWidth; ++d) {
        const double difference = static_cast<double>(made.values[static_cast<std::size_t>(a * kWidth + d)]) -
                                  made.values[static_cast<std::size_t>(b * kWidth + d)];
        squared += difference * difference;
    }
    return std::sqrt(squared);
}

bool sameNumbers(const Record& a, const Record& b) {
    for (std::size_t t = 0; t < a->tables.size(); ++t)
        for (std::size_t c = 0; c < a->tables[t].columns.size(); ++c) {
            const auto &one = a->tables[t].columns[c].values, &other = b->tables[t].columns[c].values;
            const auto* reals = std::get_if<std::vector<double>>(&one);
            if (!reals) {
                if (one != other) return false;
                continue;
            }
            const auto& others = std::get<std::vector<double>>(other);
            for (std::size_t i = 0; i < reals->size(); ++i)
                if ((*reals)[i] != others[i] && !(std::isnan((*reals)[i]) && std::isnan(others[i])))
                    return false;
        }
    return true;
}

}  // namespace

class CounterfactualTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void ratesSumToOne_data() {
        QTest::addColumn<QString>("preset");
        QTest::addColumn<double>("radius");
        for (const char* preset : {"v1", "v2"})
            for (const double radius : {0.0, 0.6, 1.5, 9.0})
                QTest::addRow("%s, %g", preset, radius) << preset << radius;
    }
    void ratesSumToOne() {
        QFETCH(QString, preset);
        QFETCH(double, radius);
        const auto record = runOn(meansHead(), clusters(400, 0.9).data(),
                                  {{"preset", preset.toStdString()}, {"radius", radius}, {"step", 0.05}});
        QCOMPARE(metric(record, "samples"), 240.0);  // a fifth of 1200
        const double supported = metric(record, "supported_rate"),
                     unsupported = metric(record, "unsupported_rate"), none = metric(record, "no_flip_rate");
        QVERIFY(std::abs(supported + unsupported + none - 1) < 1e-15);
        QVERIFY(std::abs(metric(record, "success_rate") - supported - unsupported) < 1e-15);
        if (radius == 0) QCOMPARE(none, 1.0);
        if (radius == 9) QCOMPARE(none, 0.0);
        if (radius == 1.5) QVERIFY(supported > 0.05 && none < 0.95);
        QCOMPARE(metric(record, "closed_form_mismatches"), 0.0);
        QCOMPARE(metric(record, "radius"), radius);
        for (const double distance : real(record, "distance")) QVERIFY(distance <= radius * (1 + 1e-12));
    }

    // Outcome, radii and retrieval against plain loops over the references.
    void columnsAgreeWithPlainLoops() {
        const auto made = clusters(120);
        const auto record =
            runOn(meansHead(), made.data(), {{"neighbours", std::int64_t{5}}, {"step", 0.02}});
        const auto splits = splitsOf(*made.data(), 0).value();
        QCOMPARE(whole(record, "sample"), splits.test);
        std::vector<double> tau;
        for (int c = 0; c < kClasses; ++c) {
            std::vector<double> radii;
            for (const auto a : splits.reference) {
                std::vector<double> distances;
                for (const auto b : splits.reference)
                    if (a != b && made.labels[static_cast<std::size_t>(b)] == c)
                        distances.push_back(distanceBetween(made, a, b));
                std::sort(distances.begin(), distances.end());
                if (made.labels[static_cast<std::size_t>(a)] == c) radii.push_back(distances[4]);
            }
            std::sort(radii.begin(), radii.end());
            QCOMPARE(radii.size(), std::size_t{12});
            tau.push_back((radii[5] + radii[6]) / 2);
            QVERIFY(std::abs(real(record, "threshold", "classes")[static_cast<std::size_t>(c)] - tau.back()) <
                    1e-14);
        }
        for (std::size_t i = 0; i < splits.test.size(); ++i) {
            const auto target = whole(record, "target")[i];
            std::vector<std::pair<double, std::int64_t>> nearest;
            for (const auto b : splits.reference)
                if (made.labels[static_cast<std::size_t>(b)] == target)
                    nearest.emplace_back(distanceBetween(made, splits.test[i], b), b);
            std::sort(nearest.begin(), nearest.end());
            QVERIFY(std::abs(real(record, "support_start")[i] - nearest[4].first) < 1e-14);
            QVERIFY(std::abs(real(record, "support_ratio_start")[i] -
                             nearest[4].first / tau[static_cast<std::size_t>(target)]) < 1e-13);
            QCOMPARE(whole(record, "retrieval_sample")[i], nearest[0].second);
            const bool flipped = whole(record, "flipped")[i] == 1;
            const bool supported = real(record, "support_end")[i] <= real(record, "support_threshold")[i];
            QCOMPARE(text(record, "outcome")[i], std::string(!flipped    ? "no flip"
                                                             : supported ? "supported"
                                                                         : "unsupported"));
            QCOMPARE(real(record, "distance")[i], real(record, "closed_form_distance")[i]);
            QVERIFY(real(record, "nearest_boundary")[i] <= real(record, "boundary_distance")[i]);
            if (flipped) QVERIFY(real(record, "distance")[i] >= real(record, "nearest_boundary")[i] - 1e-12);
            QCOMPARE(flipped, whole(record, "landing_class")[i] != whole(record, "predicted")[i]);
        }
    }

    // Every number of the summary and of the classes from the rows, and the rows' own from the head.
    void summaryIsOfTheRows() {
        const auto made = clusters(120, 0.9);
        const double radius = 1.5;
        const auto record = runOn(meansHead(), made.data(),
                                  {{"neighbours", std::int64_t{5}}, {"step", 0.02}, {"radius", radius}});
        const auto splits = splitsOf(*made.data(), 0).value();
        const Rows centres = centresOfClasses();
        const auto logit = [&](std::int64_t sample, int k) {
            double value = -0.5 * centres.row(k).squaredNorm();
            for (int d = 0; d < kWidth; ++d)
                value += centres(k, d) * static_cast<double>(made.values[std::size_t(sample * kWidth + d)]);
            return value;
        };
        const auto classOf = [&](std::int64_t sample) {
            int best = 0;
            for (int k = 1; k < kClasses; ++k)
                if (logit(sample, k) > logit(sample, best)) best = k;
            return best;
        };
        const std::size_t count = splits.test.size();
        std::vector<int> targeted(kClasses), flips(kClasses), supported(kClasses);
        double retrieved = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto sample = splits.test[i];
            const int predicted = classOf(sample);
            QCOMPARE(whole(record, "predicted")[i], std::int64_t(predicted));
            const auto target = static_cast<int>(whole(record, "target")[i]);
            double nearest = INFINITY;
            for (int k = 0; k < kClasses; ++k) {
                if (k == predicted) continue;
                QVERIFY(logit(sample, k) <= logit(sample, target));  // the runner-up
                nearest = std::min(nearest, (logit(sample, predicted) - logit(sample, k)) /
                                                (centres.row(predicted) - centres.row(k)).norm());
            }
            const double margin = logit(sample, target) - logit(sample, predicted);
            QVERIFY(std::abs(real(record, "margin_start")[i] - margin) < 1e-12);
            QVERIFY(std::abs(real(record, "nearest_boundary")[i] - nearest) < 1e-12);
            QVERIFY(std::abs(real(record, "boundary_distance")[i] +
                             margin / (centres.row(predicted) - centres.row(target)).norm()) < 1e-12);
            // A straight way along the target's weights, as far as it went.
            const Eigen::RowVectorXd way = centres.row(target).normalized() * real(record, "distance")[i];
            const double gained = (centres.row(target) - centres.row(predicted)).dot(way);
            QVERIFY(std::abs(real(record, "margin_end")[i] - margin - gained) < 1e-9);
            const auto neighbour = whole(record, "retrieval_sample")[i];
            const bool flipsThere =
                distanceBetween(made, sample, neighbour) <= radius && classOf(neighbour) == target;
            QCOMPARE(whole(record, "retrieval_flipped")[i], std::int64_t(flipsThere));
            retrieved += flipsThere;
            ++targeted[std::size_t(target)];
            flips[std::size_t(target)] += int(whole(record, "flipped")[i]);
            supported[std::size_t(target)] += text(record, "outcome")[i] == "supported";
        }
        QVERIFY(retrieved > 0 && retrieved < double(count));
        QVERIFY(std::abs(metric(record, "retrieval_rate") - retrieved / double(count)) < 1e-15);
        for (std::size_t c = 0; c < kClasses; ++c) {
            QCOMPARE(whole(record, "targeted", "classes")[c], std::int64_t(targeted[c]));
            QCOMPARE(whole(record, "flips", "classes")[c], std::int64_t(flips[c]));
            QCOMPARE(whole(record, "supported", "classes")[c], std::int64_t(supported[c]));
        }
        const auto& flipped = whole(record, "flipped");
        const auto of = [&](const char* column, bool flipsAlone) {
            std::vector<double> values;
            const auto& stored = record->table("samples")->column(column)->values;
            for (std::size_t i = 0; i < count; ++i) {
                if (flipsAlone && flipped[i] == 0) continue;
                if (const auto* reals = std::get_if<std::vector<double>>(&stored))
                    values.push_back((*reals)[i]);
                else
                    values.push_back(double(std::get<std::vector<std::int64_t>>(stored)[i]));
            }
            return values;
        };
        const auto mean = [&](const char* column, bool flipsAlone) {
            const auto values = of(column, flipsAlone);
            return std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
        };
        const auto median = [&](const char* column, bool flipsAlone) {
            auto values = of(column, flipsAlone);
            std::sort(values.begin(), values.end());
            return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
        };
        const auto close = [&](const char* name, double wanted) {
            return std::abs(metric(record, name) - wanted) <= 1e-12 * (1 + std::abs(wanted));
        };
        QVERIFY(close("distance_mean_all", mean("distance", false)));
        QVERIFY(close("distance_mean_flips", mean("distance", true)));
        QVERIFY(close("distance_median_flips", median("distance", true)));
        QVERIFY(close("effort_mean_all", mean("steps", false)));
        QVERIFY(close("effort_mean_flips", mean("steps", true)));
        QVERIFY(close("boundary_distance_median", median("boundary_distance", false)));
        QVERIFY(close("nearest_boundary_median", median("nearest_boundary", false)));
        QVERIFY(close("support_ratio_start_median", median("support_ratio_start", false)));
        QVERIFY(close("support_ratio_end_median", median("support_ratio_end", false)));
    }

    void presets() {
        const auto data = clusters(100).data();
        const auto first = runOn(meansHead(), data, {{"radius", 0.0}}),
                   second = runOn(meansHead(), data, {{"radius", 0.0}, {"preset", std::string("v2")}});
        QCOMPARE(metric(first, "effort_mean_all"), 500.0);
        QCOMPARE(metric(second, "effort_mean_all"), 300.0);
        QVERIFY(std::isnan(metric(second, "effort_mean_flips")) &&
                std::isnan(metric(second, "distance_mean_flips")));
    }

    // Ten references a class and k = 20: v1 makes do with ten and says so, v2 never counts and says so.
    void fewReferences() {
        const auto data = clusters(100).data();
        const ParameterMap wide{{"radius", 5.0}, {"step", 0.05}};
        auto given = wide;
        const auto first = runOn(meansHead(), data, given);
        QVERIFY(metric(first, "supported_rate") > 0);
        QVERIFY(hasNote(first, "fewer than 20 references: 0, 1, 2; their radius"));
        QVERIFY(text(first, "note", "classes")[0].starts_with("fewer than k"));
        given["preset"] = std::string("v2");
        const auto second = runOn(meansHead(), data, given);
        QCOMPARE(metric(second, "supported_rate"), 0.0);
        QVERIFY(metric(second, "unsupported_rate") > 0.9);
        QVERIFY(hasNote(second, "never count as supporting"));
        QVERIFY(text(second, "note", "classes")[2].find("never supported") != std::string::npos);
        QVERIFY(std::isnan(real(second, "threshold", "classes")[1]));
        given["few-points"] = std::string("shrink");
        QVERIFY(metric(runOn(meansHead(), data, given), "supported_rate") > 0);
    }

    void headScaleMovesNoBoundary() {
        const auto data = clusters(150).data();
        ParameterMap given{{"step", 0.01}, {"radius", 2.0}};
        const auto plain = runOn(meansHead(), data, given);
        given["head-scale"] = 4.0;
        const auto scaled = runOn(meansHead(), data, given),
                   loaded = runOn(meansHead(4), data, {{"step", 0.01}, {"radius", 2.0}});
        QCOMPARE(metric(scaled, "accuracy"), metric(plain, "accuracy"));
        for (std::size_t i = 0; i < real(plain, "distance").size(); ++i) {
            QVERIFY(std::abs(real(scaled, "boundary_distance")[i] - real(plain, "boundary_distance")[i]) <
                    1e-12);
            QCOMPARE(real(scaled, "support_start")[i], real(plain, "support_start")[i]);
            QCOMPARE(whole(scaled, "steps")[i], whole(loaded, "steps")[i]);
        }
        QVERIFY(metric(scaled, "effort_mean_flips") < 0.35 * metric(plain, "effort_mean_flips"));
        given["step"] = 0.0025;  // as far a step as without
        QCOMPARE(whole(runOn(meansHead(), data, given), "steps"), whole(plain, "steps"));
    }

    void radiusInBoundaryDistances() {
        const auto data = clusters(100).data();
        const auto record =
            runOn(meansHead(), data, {{"radius", 1.5}, {"radius-unit", std::string("boundary-distance")}});
        QVERIFY(std::abs(metric(record, "radius") - 1.5 * metric(record, "boundary_distance_median")) <
                1e-14);
    }

    // Without curvature weight the column alone; with it, shorter steps at curved places.
    void curvatureShortensSteps() {
        const auto data = clusters(300).data();
        ParameterMap given{{"curvature", true}, {"radius", 5.0}};
        const auto plain = runOn(meansHead(), data, given);
        QVERIFY(metric(plain, "curvature_median") > 0);
        given["curvature-weight"] = 1.0;
        const auto slow = runOn(meansHead(), data, given);
        QCOMPARE(metric(slow, "closed_form_mismatches"), 0.0);
        QVERIFY(metric(slow, "effort_mean_flips") > 1.5 * metric(plain, "effort_mean_flips"));
        QVERIFY(real(slow, "curvature") == real(plain, "curvature"));
        QVERIFY(messageOf(tryOn(meansHead(), data, {{"curvature", true}, {"neighbours", std::int64_t{2}}}))
                    .contains("tangent-dimensions is 2"));
    }

    void supportWeightPullsToTheReferences() {
        const auto data = clusters(200).data();
        const ParameterMap wide{{"radius", 5.0},
                                {"step", 0.02},
                                {"preset", std::string("v2")},
                                {"few-points", std::string("shrink")}};
        auto given = wide;
        const auto plain = runOn(meansHead(), data, given);
        given["support-weight"] = 0.5;
        const auto pulled = runOn(meansHead(), data, given);
        QVERIFY(metric(pulled, "support_ratio_end_median") < metric(plain, "support_ratio_end_median"));
        QVERIFY(!pulled->metric("closed_form_mismatches") &&
                !pulled->table("samples")->column("closed_form_steps"));
    }

    void mahalanobis() {
        const auto record = runOn(meansHead(), clusters(300, 0.9).data(),
                                  {{"support", std::string("mahalanobis")}, {"radius", 5.0}, {"step", 0.05}});
        QVERIFY(metric(record, "supported_rate") > 0);
        for (const double tau : real(record, "threshold", "classes"))
            QVERIFY(tau > 1 && tau < 4);  // sqrt(6) or so
        QCOMPARE(record->table("samples")->column("support_end")->unit, std::string());
    }

    // The grid is around what is given, and takes the most flips; its table says what was tried.
    void tunesOnAGrid() {
        const auto data = clusters(200).data();
        const ParameterMap given{{"tuning", std::string("grid")}, {"radius", 0.8}, {"step", 0.02}};
        const auto record = runOn(meansHead(), data, given);
        const auto &steps = real(record, "step", "tuning"), &radii = real(record, "radius", "tuning"),
                   &flips = real(record, "flips", "tuning"), &distances = real(record, "distance", "tuning");
        QCOMPARE(steps.size(), std::size_t{9});
        QCOMPARE(*std::min_element(steps.begin(), steps.end()), 0.01);
        QCOMPARE(*std::max_element(radii.begin(), radii.end()), 1.6);
        const auto& chosen = whole(record, "chosen", "tuning");
        QCOMPARE(std::count(chosen.begin(), chosen.end(), 1), 1);
        const auto best =
            static_cast<std::size_t>(std::find(chosen.begin(), chosen.end(), 1) - chosen.begin());
        for (std::size_t i = 0; i < 9; ++i)
            QVERIFY(flips[best] > flips[i] || (flips[best] == flips[i] && !(distances[i] < distances[best])));
        QCOMPARE(metric(record, "radius"), radii[best]);
        QCOMPARE(metric(record, "step"), steps[best]);
        QCOMPARE(metric(record, "closed_form_mismatches"), 0.0);
        QVERIFY(hasNote(record, "Tuned on 60 references in 9 trials"));
    }

    // Within ranges that grow with the representation: the same trials, scaled, and the same outcomes.
    void tunesByGeometry() {
        auto made = clusters(200);
        const ParameterMap given{{"tuning", std::string("geometry")},
                                 {"tuning-trials", std::int64_t{6}},
                                 {"steps", std::int64_t{40}}};
        const auto record = runOn(meansHead(), made.data(), given);
        const double support = metric(record, "support_scale"), boundary = metric(record, "boundary_scale");
        QVERIFY(support > 0 && boundary > 0);
        const auto& loss = real(record, "loss", "tuning");
        for (std::size_t i = 0; i < 6; ++i) {
            const double step = real(record, "step", "tuning")[i] / support,
                         radius = real(record, "radius", "tuning")[i] / boundary;
            QVERIFY(step >= 0.1 && step <= 1 && radius >= 0.1 && radius <= 10);
            const double expected =
                5 * (1 - real(record, "flips", "tuning")[i]) +
                (real(record, "distance", "tuning")[i] + real(record, "support_end", "tuning")[i]) / support;
            QVERIFY(std::abs(loss[i] - expected) < 1e-12);
            QVERIFY(loss[i] >= *std::min_element(loss.begin(), loss.end()));
            if (whole(record, "chosen", "tuning")[i] == 1) {
                QCOMPARE(loss[i], *std::min_element(loss.begin(), loss.end()));
                QCOMPARE(metric(record, "radius"), real(record, "radius", "tuning")[i]);
            }
        }
        QVERIFY(sameNumbers(record, runOn(meansHead(), made.data(), given, {}, 1)));
        for (auto& value : made.values) value *= 4;  // a power of two: no rounding
        const Rows centres = 0.25 * centresOfClasses(), bias = -8 * centres.rowwise().squaredNorm();
        const auto head = linearModel(tensorOf(centres), tensorOf(bias).reshape({-1}));
        const auto scaled = runOn(head, made.data(), given);
        QCOMPARE(metric(scaled, "support_scale"), 4 * support);
        QVERIFY(std::abs(metric(scaled, "boundary_scale") - 4 * boundary) < 1e-12);
        QVERIFY(std::abs(real(scaled, "radius", "tuning")[0] - 4 * real(record, "radius", "tuning")[0]) <
                1e-12);
        const auto control = runOn(meansHead(), made.data(),
                                   {{"tuning", std::string("control")},
                                    {"tuning-trials", std::int64_t{3}},
                                    {"steps", std::int64_t{20}}});
        for (const double radius : real(control, "radius", "tuning"))
            QVERIFY(radius >= 0.01 && radius <= 100);
    }

    void threadsChangeNothing() {
        const auto data = clusters(200).data();
        for (const auto& model : {meansHead(), randomMlp({kWidth, 16, kClasses}, 4)})
            for (const ParameterMap& given :
                 {ParameterMap{},
                  ParameterMap{{"support-weight", 0.1}, {"steps", std::int64_t{20}}, {"curvature", true}}})
                QVERIFY(sameNumbers(runOn(model, data, given, {}, 1), runOn(model, data, given, {}, 3)));
    }

    void keepsPaths() {
        const auto data = clusters(100).data();
        const auto record =
            runOn(meansHead(), data,
                  {{"paths", std::int64_t{7}}, {"path-points", std::int64_t{4}}, {"radius", 3.0}});
        const auto samples = record->array("path_samples")->values<std::int64_t>();
        const auto begin = record->array("path_begin")->values<std::int64_t>();
        const auto steps = record->array("path_steps")->values<std::int64_t>();
        const auto* points = record->array("path_points");
        QCOMPARE(samples.size(), std::size_t{7});
        QCOMPARE(begin.size(), std::size_t{8});
        QCOMPARE(points->shape(), (Shape{begin.back(), kWidth}));
        for (std::size_t i = 0; i < 7; ++i) {
            QCOMPARE(samples[i], whole(record, "sample")[i]);
            QCOMPARE(steps[static_cast<std::size_t>(begin[i + 1] - 1)], whole(record, "steps")[i]);
            std::vector<float> start(kWidth);
            QVERIFY(data->read({&samples[i], 1}, start.data()).isOk());
            double squared = 0;
            for (std::int64_t d = 0; d < kWidth; ++d) {
                const double
                    first = points->values<double>()[static_cast<std::size_t>(begin[i] * kWidth + d)],
                    last =
                        points->values<double>()[static_cast<std::size_t>((begin[i + 1] - 1) * kWidth + d)];
                QCOMPARE(first, static_cast<double>(start[static_cast<std::size_t>(d)]));
                squared += (last - first) * (last - first);
            }
            QVERIFY(std::abs(std::sqrt(squared) - real(record, "distance")[i]) < 1e-12);
        }
        QVERIFY(!runOn(meansHead(), data, {{"paths", std::int64_t{0}}})->array("path_points"));
    }

    void chosenSamples() {
        const auto made = clusters(100);
        const auto reference = splitsOf(*made.data(), 0).value().reference.front();
        const auto record = runOn(meansHead(), made.data(), {}, {17, reference, 3});
        QCOMPARE(whole(record, "sample"), (std::vector<std::int64_t>{17, reference, 3}));
        QVERIFY(hasNote(record, "the chosen samples") && hasNote(record, "are references themselves"));
    }

    // Pixels stay pixels, in the units of the network; nothing is cut if that is not wanted.
    void imagesKeepToValidPixels() {
        std::vector<float> values;
        std::vector<std::int32_t> labels;
        const Rows noise = randomRows(120, 6, 7).cwiseAbs().cwiseMin(1);
        for (int i = 0; i < 120; ++i) {
            labels.push_back(i % 2);
            for (int d = 0; d < 6; ++d) values.push_back(static_cast<float>(noise(i, d)));
        }
        const Data data = std::make_shared<MemoryDataset>(Shape{1, 2, 3}, values, labels, 2);
        GraphBuilder builder({1, 2, 3});
        torch::manual_seed(3);
        int at = builder.reshape("flatten", "flatten", GraphBuilder::kInput, {6});
        at = builder.relu("relu", builder.linear("a", at, torch::randn({8, 6}, at::kDouble),
                                                 torch::randn({8}, at::kDouble)));
        at = builder.linear("b", at, torch::randn({2, 8}, at::kDouble), at::Tensor());
        const auto model = modelOf(std::move(builder).finish(at), {1, 2, 3}, 2, "images.pt");
        ProbeInputs inputs;
        inputs.model = model, inputs.dataset = data, inputs.normalisation = {{0.5}, {0.25}};
        NoProgress progress;
        for (const bool clip : {true, false}) {
            const auto result = runProbe(Counterfactual(), inputs,
                                         {{"radius", 9.0},
                                          {"step", 0.5},
                                          {"clip", clip},
                                          {"success", std::string("target")},
                                          {"target", std::string("least-likely")}},
                                         {}, progress);
            QVERIFY(result.isOk());
            const auto points = result.value()->array("path_points")->values<double>();
            const auto [low, high] = std::minmax_element(points.begin(), points.end());
            QCOMPARE(*low >= -2 && *high <= 2, clip);
            QCOMPARE(hasNote(result.value(), "valid pixel"), clip);
        }
    }

    void givenSplits() {
        const QTemporaryDir folder;
        const auto made = clusters(50);
        std::vector<double> values(made.values.begin(), made.values.end());
        std::vector<std::int64_t> labels(made.labels.begin(), made.labels.end()), split;
        for (std::int64_t i = 0; i < 150; ++i) split.push_back(i < 60 ? 0 : i < 120 ? 1 : 2);
        const auto file = folder.filePath("embeddings.npz").toStdString();
        const std::vector<NpzEntry> entries{{"x", "<f8", {150, kWidth}, values.data()},
                                            {"y", "<i8", {150}, labels.data()},
                                            {"split", "<i8", {150}, split.data()}};
        QVERIFY(writeNpz(file, entries).isOk());
        const auto record = runOn(meansHead(), openDataset(file).value());
        QCOMPARE(whole(record, "sample").front(), 120);
        QCOMPARE(whole(record, "sample").size(), std::size_t{30});
        QVERIFY(hasNote(record, "as the file says"));

        // A row that is not a number is named; so is a split with one class of references.
        values[70 * kWidth + 2] = std::nan("");
        const auto broken = folder.filePath("broken.npz").toStdString();
        auto changed = entries;
        changed[0].data = values.data();
        QVERIFY(writeNpz(broken, changed).isOk());
        const auto opened = openDataset(broken);
        const auto message = opened.isOk() ? messageOf(tryOn(meansHead(), opened.value()))
                                           : QString::fromStdString(opened.error().message);
        QVERIFY2(message.contains("70") && message.contains("broken.npz"), qPrintable(message));
        for (std::size_t i = 60; i < 120; ++i) split[i] = labels[i] == 1 ? 1 : 0;
        const auto lone = folder.filePath("lone.npz").toStdString();
        QVERIFY(writeNpz(lone, entries).isOk());  // reads `split` again
        const auto one = messageOf(tryOn(meansHead(), openDataset(lone).value()));
        QVERIFY2(one.contains("one class only"), qPrintable(one));
    }

    void duplicatesAreFine() {
        auto made = clusters(100);
        for (std::size_t i = 0; i < made.values.size(); ++i)
            made.values[i] = made.values[i % (kClasses * kWidth)];
        const auto record = runOn(meansHead(), made.data(), {{"radius", 9.0}});
        for (const double tau : real(record, "threshold", "classes")) QCOMPARE(tau, 0.0);
        QCOMPARE(metric(record, "supported_rate") + metric(record, "unsupported_rate") +
                     metric(record, "no_flip_rate"),
                 1.0);
        QVERIFY(std::isnan(real(record, "support_ratio_end")[0]));
    }

    void whatDoesNotFit() {
        const auto data = clusters(100).data();
        const auto wide = messageOf(tryOn(randomMlp({7, 5, 3}, 1), data));
        QVERIFY2(wide.contains("7") && wide.contains("6"), qPrintable(wide));
        const auto many = messageOf(tryOn(randomMlp({kWidth, 5, 2}, 1), data));
        QVERIFY2(many.contains("3 classes") || many.contains("classes"), qPrintable(many));
        const auto bare =
            messageOf(tryOn(meansHead(), std::make_shared<MemoryDataset>(Shape{kWidth}, clusters(20).values,
                                                                         std::vector<std::int32_t>{})));
        QVERIFY2(bare.contains("label"), qPrintable(bare));
        auto given = ParameterMap{{"memory", std::int64_t{16}}};
        const Data large =
            std::make_shared<MemoryDataset>(Shape{kWidth * 20000}, std::vector<float>(kWidth * 20000 * 60),
                                            std::vector<std::int32_t>(60, 0), 3);
        const auto head =
            linearModel(torch::randn({3, kWidth * 20000}, at::kDouble), torch::zeros({3}, at::kDouble));
        const auto room = messageOf(tryOn(head, large, given));
        QVERIFY2(room.contains("memory") && room.contains("MiB"), qPrintable(room));
        QVERIFY(messageOf(tryOn(meansHead(), data, {{"quantile", 2.0}})).contains("quantile"));
    }

    // A stop in the middle of the search keeps what is there, marked.
    void stopKeepsAPart() {
        class StopAfter final : public Progress {
          public:
            void report(std::int64_t done, std::int64_t total, std::string_view) override {
                if (total > 0 && done > total / 2) source.request_stop();
            }
            std::stop_source source;
        } progress;
        ProbeInputs inputs;
        inputs.model = randomMlp({kWidth, 64, kClasses}, 2), inputs.dataset = clusters(500).data();
        const auto result = runProbe(Counterfactual(), inputs, {}, progress.source.get_token(), progress);
        QVERIFY(result.isOk());
        const auto& record = result.value();
        QVERIFY(!record->provenance.complete && hasNote(record, "Partial: cancelled after"));
        QVERIFY(metric(record, "samples") > 0 && metric(record, "samples") < 300);
        const auto whole_ = runOn(inputs.model, inputs.dataset);
        for (std::size_t i = 0; i < real(record, "distance").size(); ++i)
            QCOMPARE(real(record, "distance")[i], real(whole_, "distance")[i]);
    }
};

QTEST_GUILESS_MAIN(CounterfactualTest)
#include "counterfactual_test.moc"
