// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/local_geometry.h"

#include <rapidcheck.h>

#include <QElapsedTimer>
#include <QtTest>
#include <cmath>

#include "core/model/linearisation.h"
#include "tests/core/probes/memory_dataset.h"
#include "tests/core/probes/small_models_torch.h"

using namespace tessera;
using namespace tessera::test;

namespace {

std::shared_ptr<const Dataset> dataOf(Shape shape, std::vector<float> values,
                                      std::vector<std::int32_t> labels = {}, int classes = 0) {
    return std::make_shared<MemoryDataset>(std::move(shape), std::move(values), std::move(labels), classes);
}

Result<std::shared_ptr<const ResultRecord>> runOn(const std::shared_ptr<const Model>& model,
                                                  const std::shared_ptr<const Dataset>& data,
                                                  const ParameterMap& given = {},
                                                  std::vector<std::int64_t> samples = {},
                                                  std::stop_token stop = {}, Progress* progress = nullptr) {
    ProbeInputs inputs;
    inputs.model = model, inputs.dataset = data, inputs.samples = std::move(samples);
    NoProgress none;
    return runProbe(LocalGeometry(), inputs, given, stop, progress ? *progress : none);
}

std::shared_ptr<const ResultRecord> recordOf(const Result<std::shared_ptr<const ResultRecord>>& result) {
    if (!result.isOk()) qFatal("%s", result.isError() ? result.error().message.c_str() : "cancelled");
    return result.value();
}

const std::vector<double>& real(const ResultRecord& record, const char* name) {
    return std::get<std::vector<double>>(record.table("samples")->column(name)->values);
}
const std::vector<std::int64_t>& whole(const ResultRecord& record, const char* name) {
    return std::get<std::vector<std::int64_t>>(record.table("samples")->column(name)->values);
}

bool hasNote(const ResultRecord& record, const std::string& part) {
    for (const auto& note : record.notes)
        if (note.find(part) != std::string::npos) return true;
    return false;
}

std::vector<float> randomValues(std::int64_t count, int seed) {
    torch::manual_seed(seed);
    const auto values = torch::randn({count});
    return {values.data_ptr<float>(), values.data_ptr<float>() + count};
}

double predictionAt(const Model& model, const std::vector<double>& point) {
    std::vector<double> logits(static_cast<std::size_t>(model.info().outputs));
    if (!model.logits(point.data(), 1, logits.data()).isOk()) qFatal("the model does not run");
    return predictedClass(logits.data(), model.info().outputs);
}

class StopAt final : public Progress {
  public:
    StopAt(std::stop_source source, int step, std::int64_t done)
        : source_(std::move(source)), step_(step), done_(done) {}
    void beginStep(int step, int steps, std::string_view title) override {
        begun.push_back(QStringLiteral("%1 of %2: ").arg(step).arg(steps) + QLatin1String(title.data()));
    }
    void report(std::int64_t done, std::int64_t, std::string_view) override {
        if (begun.size() < step_ || done < done_ || timer_.isValid()) return;
        timer_.start();
        source_.request_stop();
    }
    qint64 elapsed() const { return timer_.elapsed(); }

    QStringList begun;

  private:
    std::stop_source source_;
    int step_;
    std::int64_t done_;
    QElapsedTimer timer_;
};

}  // namespace

class LocalGeometryTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // logits = diag(3, 4) x: sigma 4, Frobenius 5, and the boundary is the line 3 a = 4 b.
    void everyNumberByHand() {
        const auto model = linearModel(at::diag(at::tensor({3.0, 4.0})), at::zeros({2}));
        const auto data = dataOf({2}, {4, 0, 0, 3, 1, 0}, {0, 1, 1}, 2);
        const auto record = recordOf(runOn(model, data));
        QCOMPARE(whole(*record, "sample"), (std::vector<std::int64_t>{0, 1, 2}));
        QCOMPARE(whole(*record, "predicted"), (std::vector<std::int64_t>{0, 1, 0}));
        QCOMPARE(whole(*record, "correct"), (std::vector<std::int64_t>{1, 1, 0}));
        QCOMPARE(real(*record, "margin"), (std::vector<double>{12, 12, 3}));
        const double q = 1 / (1 + std::exp(-12.0));
        QVERIFY(std::abs(real(*record, "confidence")[0] - q) < 1e-15);
        const double entropy = -q * std::log(q) - (1 - q) * std::log(1 - q);
        QVERIFY(std::abs(real(*record, "entropy")[0] - entropy) < 1e-12);
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(real(*record, "jacobian_norm")[i], 4.0);
            QCOMPARE(real(*record, "jacobian_frobenius")[i], 5.0);
            QCOMPARE(real(*record, "first_order_distance")[i], real(*record, "margin")[i] / 5);
        }
        // From (4, 0) to (0, 3): 12 - 12 t = 12 t at t = 1/2 of a length of 5.
        QVERIFY(std::abs(real(*record, "boundary_distance")[0] - 2.5) < 1e-12);
        QVERIFY(std::abs(real(*record, "boundary_distance")[1] - 2.5) < 1e-12);
        // From (1, 0) to (0, 3): 3 - 3 t = 12 t at t = 1/5 of sqrt(10).
        QVERIFY(std::abs(real(*record, "boundary_distance")[2] - std::sqrt(10.0) / 5) < 1e-12);
        QCOMPARE(whole(*record, "boundary_class"), (std::vector<std::int64_t>{1, 0, 1}));
        QCOMPARE(whole(*record, "ray_sample"), (std::vector<std::int64_t>{1, 0, 1}));
        QCOMPARE(record->metric("accuracy")->value, 2.0 / 3);
        QCOMPARE(record->metric("jacobian_norm_rms")->value, 4.0);
        const auto metric = [&record](const char* name) { return record->metric(name)->value; };
        QCOMPARE(metric("margin_mean"), 9.0);
        const double r = 1 / (1 + std::exp(-3.0));
        const double lastEntropy = -r * std::log(r) - (1 - r) * std::log(1 - r);
        QVERIFY(std::abs(metric("entropy_mean") - (2 * entropy + lastEntropy) / 3) < 1e-12);
        QCOMPARE(metric("first_order_distance_median"), 2.4);
        QVERIFY(std::abs(metric("boundary_distance_median") - 2.5) < 1e-12);
        QVERIFY(std::abs(metric("boundary_distance_min") - std::sqrt(10.0) / 5) < 1e-12);
        QCOMPARE(metric("boundaries_found"), 3.0);
        QCOMPARE(record->table("samples")->sampleColumn, std::string("sample"));
        QVERIFY(record->provenance.complete);
        QVERIFY(hasNote(*record, "derived"));
    }

    // The median of an even number is half-way between the two in the middle; a sample without a boundary
    // counts in neither.
    void summaryOfAnEvenNumber() {
        const auto model = linearModel(at::diag(at::tensor({3.0, 4.0})), at::zeros({2}));
        const auto data = dataOf({2}, {4, 0, 0, 3, 1, 0}, {0, 1, 1}, 2);
        const auto record = recordOf(runOn(model, data, {}, {0, 1, 2, 2}));
        QCOMPARE(record->metric("margin_mean")->value, 7.5);
        QVERIFY(std::abs(record->metric("first_order_distance_median")->value - 1.5) < 1e-15);
        const double middle = 0.5 * (2.5 + std::sqrt(10.0) / 5);
        QVERIFY(std::abs(record->metric("boundary_distance_median")->value - middle) < 1e-12);
        QCOMPARE(record->metric("boundaries_found")->value, 4.0);
        // Sample 2 is not predicted as its label, so nothing leads from sample 0 to class 1.
        const auto alone = recordOf(runOn(model, data, {}, {0, 2}));
        QCOMPARE(alone->metric("boundaries_found")->value, 0.0);
        QVERIFY(std::isnan(alone->metric("boundary_distance_median")->value));
        QVERIFY(std::isnan(alone->metric("boundary_distance_min")->value));
    }

    // Norms 3 and 4 at two points: the RMS is sqrt(12.5). |x| has slope 3 left of zero and 4 right of it.
    void empiricalLipschitzConstant() {
        GraphBuilder builder({1});
        int at = builder.linear("split", GraphBuilder::kInput, torch::tensor({{1.0}, {-1.0}}), {});
        at = builder.linear("fc", builder.relu("relu", at), torch::tensor({{4.0, 3.0}}), {});
        const auto model = modelOf(std::move(builder).finish(at), {1}, 1, "kink.pt");
        const auto record = recordOf(runOn(model, dataOf({1}, {-1, 2})));
        QCOMPARE(real(*record, "jacobian_norm"), (std::vector<double>{3, 4}));
        QVERIFY(std::abs(record->metric("jacobian_norm_rms")->value - 3.5355339059327378) < 1e-15);
        QCOMPARE(record->metric("jacobian_norm_mean")->value, 3.5);
        QCOMPARE(record->metric("jacobian_norm_max")->value, 4.0);
        QCOMPARE(real(*record, "margin"), (std::vector<double>{3, 8}));  // |logit| of a single logit
    }

    // w.x + b = 0 met on a ray from p to q: at |w.p + b| / |w.(q - p)| of its length.
    void distanceToAHyperplane() {
        const bool holds = rc::check([] {
            const int seed = *rc::gen::inRange(0, 100000);
            torch::manual_seed(seed);
            const auto w = torch::randn({1, 5}, at::kDouble), b = torch::randn({1}, at::kDouble) * 0.3;
            const auto model = linearModel(w, b);
            const auto points = torch::randn({2, 5});
            const std::vector<float> values(points.data_ptr<float>(), points.data_ptr<float>() + 10);
            const auto x = points.to(at::kDouble);
            const auto logits = (at::matmul(x, w.t()) + b).flatten();
            const double f = logits[0].item<double>(), g = logits[1].item<double>();
            RC_PRE((f > 0) != (g > 0) && std::abs(f) > 1e-6 && std::abs(g) > 1e-6);
            const auto record = recordOf(runOn(model, dataOf({5}, values)));
            const double length = (x[1] - x[0]).norm().item<double>();
            const double expected = std::abs(f) / std::abs(g - f) * length;
            const double found = real(*record, "boundary_distance")[0];
            RC_ASSERT(std::abs(found - expected) < 1e-12 * (1 + length));
            // The ray is never shorter than the perpendicular, which the first order gives exactly here.
            const double perpendicular = std::abs(f) / w.norm().item<double>();
            RC_ASSERT(std::abs(real(*record, "first_order_distance")[0] - perpendicular) < 1e-12);
            RC_ASSERT(found >= perpendicular * (1 - 1e-12));
        });
        QVERIFY(holds);
    }

    // On random networks: the class is the sample's own just before the distance on the ray, the class beyond
    // just behind it, and a dense scan of every ray finds nothing nearer (beyond what a step may hide).
    void boundaryIsWhereThePredictionChanges() {
        for (int seed = 0; seed < 6; ++seed) {
            const auto model = randomMlp({4, 24, 24, 5}, seed, 3);
            const auto values = randomValues(4 * 40, seed + 50);
            const auto record =
                recordOf(runOn(model, dataOf({4}, values), {{"ray-steps", std::int64_t{256}}}));
            const auto& distance = real(*record, "boundary_distance");
            const auto& bracket = real(*record, "boundary_bracket");
            int found = 0;
            for (std::size_t i = 0; i < distance.size(); ++i) {
                if (std::isnan(distance[i])) continue;
                ++found;
                const auto target = static_cast<std::size_t>(whole(*record, "ray_sample")[i]);
                std::vector<double> p(4), direction(4);
                double length = 0;
                for (std::size_t d = 0; d < 4; ++d) {
                    p[d] = static_cast<double>(values[i * 4 + d]);
                    direction[d] = static_cast<double>(values[target * 4 + d]) - p[d];
                    length += direction[d] * direction[d];
                }
                length = std::sqrt(length);
                const auto on = [&](double at) {
                    auto point = p;
                    for (std::size_t d = 0; d < 4; ++d) point[d] += at / length * direction[d];
                    return point;
                };
                QVERIFY(bracket[i] < 1e-6);
                const double slack = 1e-9 + bracket[i];
                QCOMPARE(predictionAt(*model, on(distance[i] - slack)),
                         static_cast<double>(whole(*record, "predicted")[i]));
                QCOMPARE(predictionAt(*model, on(distance[i] + slack)),
                         static_cast<double>(whole(*record, "boundary_class")[i]));
                for (int step = 1; step < 500; ++step) {
                    const double at = distance[i] * step / 500;
                    QCOMPARE(predictionAt(*model, on(at)),
                             static_cast<double>(whole(*record, "predicted")[i]));
                }
            }
            QVERIFY(found > 20);
        }
    }

    void raysToMeans() {
        const auto model = linearModel(at::eye(2), at::zeros({2}));
        const auto data = dataOf({2}, {4, 0, 6, 2, 0, 4, 2, 6}, {0, 0, 1, 1}, 2);
        const auto record = recordOf(runOn(model, data, {{"ray-targets", std::string("mean")}}));
        // Means (5, 1) and (1, 5). From (4, 0) towards (1, 5): a = b at 4 - 3t = 5t.
        QVERIFY(std::abs(real(*record, "boundary_distance")[0] - 0.5 * std::sqrt(34.0)) < 1e-12);
        QCOMPARE(whole(*record, "ray_class"), (std::vector<std::int64_t>{1, 1, 0, 0}));
    }

    // A mean that is predicted as the sample's own class, with no boundary before it, gives no distance.
    void raysThatMeetNothing() {
        const auto model = linearModel(at::eye(2), at::tensor({100.0, 0.0}));
        const auto data = dataOf({2}, {4, 0, 0, 4}, {0, 1}, 2);
        const auto means = recordOf(runOn(model, data, {{"ray-targets", std::string("mean")}}));
        QVERIFY(std::isnan(real(*means, "boundary_distance")[0]));
        QCOMPARE(means->metric("boundaries_found")->value, 0.0);
        QVERIFY(std::isnan(means->metric("boundary_distance_median")->value));
        const auto nearest = recordOf(runOn(model, data));
        QVERIFY(std::isnan(real(*nearest, "boundary_distance")[1]));
        QCOMPARE(whole(*nearest, "boundary_class")[1], std::int64_t{-1});
        QVERIFY(hasNote(*nearest, "no boundary"));
        QVERIFY(nearest->provenance.complete);
    }

    void oneClassOnly() {
        const auto model = linearModel(at::eye(2), at::zeros({2}));
        const auto record = recordOf(runOn(model, dataOf({2}, {4, 0, 3, 1}, {0, 0}, 2)));
        QVERIFY(std::isnan(real(*record, "boundary_distance")[0]));
        QCOMPARE(real(*record, "jacobian_norm")[0], 1.0);
    }

    void withoutLabels() {
        const auto model = linearModel(at::eye(2), at::zeros({2}));
        const auto record = recordOf(runOn(model, dataOf({2}, {4, 0, 0, 4})));
        QCOMPARE(whole(*record, "correct"), (std::vector<std::int64_t>{-1, -1}));
        QVERIFY(std::isnan(record->metric("accuracy")->value));
        QVERIFY(std::abs(real(*record, "boundary_distance")[0] - 2 * std::sqrt(2.0)) < 1e-12);
        QVERIFY(hasNote(*record, "no labels"));
    }

    void onlyWhatIsAskedFor() {
        const auto model = linearModel(at::eye(2), at::zeros({2}));
        const auto record = recordOf(runOn(model, dataOf({2}, {4, 0, 0, 4}),
                                           {{"jacobian", false}, {"ray-targets", std::string("none")}}));
        QCOMPARE(record->table("samples")->column("jacobian_norm"), nullptr);
        QCOMPARE(record->table("samples")->column("boundary_distance"), nullptr);
        QCOMPARE(record->table("samples")->rows(), std::size_t{2});
        QVERIFY(record->provenance.complete);
    }

    // Chosen samples, in any order, give the numbers they have in the whole set.
    void chosenSamples() {
        const auto model = randomMlp({4, 16, 3}, 1, 3);
        const auto data = dataOf({4}, randomValues(4 * 60, 9));
        const auto all = recordOf(runOn(model, data)), some = recordOf(runOn(model, data, {}, {41, 3, 17}));
        QCOMPARE(whole(*some, "sample"), (std::vector<std::int64_t>{41, 3, 17}));
        for (std::size_t i = 0; i < 3; ++i) {
            const auto at = static_cast<std::size_t>(whole(*some, "sample")[i]);
            for (const char* name : {"margin", "entropy", "jacobian_norm", "margin_gradient"})
                QVERIFY(std::abs(real(*some, name)[i] - real(*all, name)[at]) < 1e-12);
        }
    }

    // Any order of the batches and any budget give the same numbers.
    void budgetDoesNotMatter() {
        const auto model = randomMlp({4, 16, 3}, 1, 3);
        const auto data = dataOf({4}, randomValues(4 * 300, 9));
        const auto a = recordOf(runOn(model, data)),
                   b = recordOf(runOn(model, data, {{"memory", std::int64_t{16}}}));
        for (const char* name : {"margin", "jacobian_norm", "boundary_distance"})
            for (std::size_t i = 0; i < 300; ++i) {
                const double x = real(*a, name)[i], y = real(*b, name)[i];
                QVERIFY(std::abs(x - y) < 1e-9 || (std::isnan(x) && std::isnan(y)));
            }
    }

    void badInputIsOneSentence() {
        const auto model = linearModel(at::eye(2), at::zeros({2}));
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const auto damaged = runOn(model, dataOf({2}, {4, 0, nan, 1}));
        QVERIFY(damaged.isError());
        for (const char* part : {"Sample 1", "row 1", "memory.csv"})
            QVERIFY2(damaged.error().message.find(part) != std::string::npos,
                     damaged.error().message.c_str());
        const auto broken = linearModel(at::full({2, 2}, static_cast<double>(nan)), at::zeros({2}));
        const auto logits = runOn(broken, dataOf({2}, {4, 0}));
        QVERIFY(logits.isError());
        QVERIFY(logits.error().message.find("linear.pt") != std::string::npos);
        QVERIFY(runOn(model, dataOf({2}, {4, 0}, {7}, 8)).isError());  // more classes than logits
        QVERIFY(runOn(model, dataOf({3}, {4, 0, 1})).isError());
        QVERIFY(runOn(model, dataOf({2}, {4, 0}), {}, {1}).isError());
        QVERIFY(runOn(model, dataOf({2}, {4, 0}), {{"bisections", std::int64_t{61}}}).isError());
    }

    void cancelKeepsFinishedRows_data() {
        QTest::addColumn<int>("step");
        QTest::addColumn<int>("after");
        QTest::newRow("while measuring") << 1 << 100;
        QTest::newRow("while walking") << 2 << 8;
    }
    void cancelKeepsFinishedRows() {
        QFETCH(int, step);
        QFETCH(int, after);
        const auto model = randomMlp({8, 64, 64, 10}, 3, 3);
        const auto data = dataOf({8}, randomValues(8 * 4000, 2));
        const auto whole4000 = recordOf(runOn(model, data, {{"ray-targets", std::string("none")}}));
        std::stop_source stop;
        StopAt progress(stop, step, after);
        const auto record = recordOf(runOn(model, data, {}, {}, stop.get_token(), &progress));
        const auto waited = progress.elapsed();
        QVERIFY2(waited < 400, qPrintable(QString::number(waited)));  // 100 ms, on a machine that is busy
        QVERIFY(!record->provenance.complete);
        QVERIFY(hasNote(*record, "Partial"));
        const auto rows = record->table("samples")->rows();
        QVERIFY(rows >= 100 && (step == 2 ? rows == 4000 : rows < 4000));
        const QStringList steps{"1 of 2: measuring samples", "2 of 2: walking to the boundary"};
        QCOMPARE(progress.begun, steps.first(step));
        for (std::size_t i = 0; i < rows; ++i)
            QVERIFY(std::abs(real(*record, "jacobian_norm")[i] - real(*whole4000, "jacobian_norm")[i]) <
                    1e-9);
        const auto& distance = real(*record, "boundary_distance");
        QCOMPARE(distance.size(), rows);
        QVERIFY(std::isnan(distance.back()));
        if (step == 2) QVERIFY(distance[0] > 0);
    }

    void stoppedAtOnceIsCancelled() {
        std::stop_source stop;
        stop.request_stop();
        const auto model = linearModel(at::eye(2), at::zeros({2}));
        QVERIFY(runOn(model, dataOf({2}, {4, 0}), {}, {}, stop.get_token()).isCancelled());
    }
};

QTEST_GUILESS_MAIN(LocalGeometryTest)
#include "local_geometry_test.moc"
