// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/evaluation.h"

#include <QElapsedTimer>
#include <QtTest>
#include <cmath>

#include "core/data/npz.h"
#include "tests/core/data/scratch_folder.h"
#include "tests/core/probes/small_models_torch.h"

using namespace tessera;
using namespace tessera::test;

namespace {

std::shared_ptr<const Dataset> points(const ScratchFolder& scratch,
                                      const std::vector<std::array<double, 3>>& rows) {
    std::string text = "a,b,label\n";
    for (const auto& row : rows)
        text += std::to_string(row[0]) + "," + std::to_string(row[1]) + "," +
                (row[2] < 0 ? "" : std::to_string(static_cast<int>(row[2]))) + "\n";
    return openDataset(scratch.write("points.csv", text)).value();
}

class StopAfter final : public Progress {
  public:
    StopAfter(std::stop_source source, std::int64_t count) : source_(std::move(source)), count_(count) {}
    void report(std::int64_t done, std::int64_t, std::string_view) override {
        if (done >= count_) source_.request_stop();
    }

  private:
    std::stop_source source_;
    std::int64_t count_;
};

Result<Evaluation::Output> evaluate(const Model& model, const Dataset& data,
                                    const Evaluation::Options& options = {}) {
    NoProgress progress;
    return Evaluation::run(model, data, options, {}, progress);
}

}  // namespace

class EvaluationTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // Logits equal the inputs, so every number can be worked out by hand.
    void twoLogits() {
        const ScratchFolder scratch;
        const auto model = linearModel(torch::eye(2), torch::zeros({2}));
        const auto data = points(scratch, {{2, 0, 0}, {0, 1, 1}, {3, 0, 1}, {0.5, 0.5, 0}, {9, 0, -1}});
        const auto result = evaluate(*model, *data);
        QVERIFY2(result.isOk(), result.isError() ? result.error().message.c_str() : "");
        const auto& out = result.value();
        QCOMPARE(out.samples, 5);
        QCOMPARE(out.labelled, 4);
        QCOMPARE(out.outputs, 2);
        QCOMPARE(out.predicted, (std::vector<std::int32_t>{0, 1, 0, 0, 0}));
        QCOMPARE(out.label[4], -1);
        QCOMPARE(out.accuracy, 0.75);
        const auto sigmoid = [](double z) { return 1 / (1 + std::exp(-z)); };
        QVERIFY(std::abs(out.crossEntropy - (std::log1p(std::exp(-2)) + std::log1p(std::exp(-1)) +
                                             std::log1p(std::exp(3)) + std::log(2)) /
                                                4) < 1e-6);
        QVERIFY(std::abs(out.confidence[0] - sigmoid(2)) < 1e-6);
        // Each labelled sample is alone in its bin.
        const double ece = ((1 - sigmoid(2)) + (1 - sigmoid(1)) + sigmoid(3) + 0.5) / 4;
        QVERIFY(std::abs(out.ece - ece) < 1e-6);
        QCOMPARE(out.classes.size(), std::size_t{2});
        QCOMPARE(out.classes[0].samples, 2);
        QCOMPARE(out.classes[0].correct, 2);
        QCOMPARE(out.classes[0].predicted, 4);
        QCOMPARE(out.classes[1].correct, 1);
        QCOMPARE(out.logits[2 * 2], 3.0f);
        QVERIFY(out.provenance.complete);
        QCOMPARE(out.provenance.dtype, std::string("float32"));
        QCOMPARE(out.provenance.files.size(), std::size_t{2});
        QCOMPARE(out.provenance.files[1].sha256, sha256OfFile(scratch.path("points.csv")).value());
    }

    void calibrationOfOneBin() {
        const ScratchFolder scratch;
        const auto model = linearModel(torch::eye(2), torch::zeros({2}));
        Evaluation::Options options;
        options.bins = 1;
        const auto out = evaluate(*model, *points(scratch, {{1, 0, 0}, {2, 0, 1}}), options).value();
        QVERIFY(std::abs(out.ece -
                         std::abs(0.5 - (1 / (1 + std::exp(-1.0)) + 1 / (1 + std::exp(-2.0))) / 2)) < 1e-6);
    }

    void oneLogit() {
        const ScratchFolder scratch;
        const auto model = linearModel(torch::tensor({{1.0, 0.0}}), torch::zeros({1}));
        const auto out =
            evaluate(*model, *points(scratch, {{2, 0, 1}, {-1, 0, 1}, {-100, 0, 0}, {0, 0, 0}})).value();
        QCOMPARE(out.outputs, 1);
        QCOMPARE(out.predicted, (std::vector<std::int32_t>{1, 0, 0, 0}));  // a logit of 0 is class 0
        QCOMPARE(out.accuracy, 0.75);
        QVERIFY(std::abs(out.crossEntropy -
                         (std::log1p(std::exp(-2)) + std::log1p(std::exp(1)) + 0 + std::log(2)) / 4) < 1e-6);
        QCOMPARE(out.confidence[2], 1.0f);
        QCOMPARE(out.confidence[3], 0.5f);
        QCOMPARE(out.classes.size(), std::size_t{2});
    }

    void largeLogitsDoNotOverflow() {
        const ScratchFolder scratch;
        const auto model = linearModel(torch::eye(2) * 1e4, torch::zeros({2}));
        const auto out = evaluate(*model, *points(scratch, {{1, 0, 1}, {0, 1, 1}})).value();
        QCOMPARE(out.crossEntropy, 5000.0);
    }

    // The formulas once more, through LibTorch, on digits.
    void agreesWithLibTorch() {
        const auto data = openDataset(dataFile("datasets/digits-images-idx3-ubyte.gz")).value();
        const auto model = randomMlp({784, 32, 10}, 4);
        Evaluation::Options options;
        options.normalisation = {{0.1307}, {0.3081}};
        const auto out = evaluate(*model, *data, options).value();
        auto values = readAll(*data);
        const auto images = (torch::from_blob(values.data(), {200, 784}) - 0.1307) / 0.3081;
        const auto logits = model->graph().forward(images.to(at::kDouble));
        auto labels = torch::zeros({200}, at::kLong);
        for (std::int64_t i = 0; i < 200; ++i) labels[i] = data->label(i);
        QVERIFY(std::abs(out.crossEntropy -
                         torch::nn::functional::cross_entropy(logits, labels).item<double>()) < 1e-4);
        QVERIFY(std::abs(out.accuracy - logits.argmax(1).eq(labels).to(at::kDouble).mean().item<double>()) <
                1e-9);
        const auto confidence = logits.softmax(1).amax(1),
                   correct = logits.argmax(1).eq(labels).to(at::kDouble);
        double ece = 0;
        for (int bin = 0; bin < 15; ++bin) {
            const auto inside = confidence.gt(bin / 15.0).logical_and(confidence.le((bin + 1) / 15.0));
            if (inside.sum().item<std::int64_t>() == 0) continue;
            ece += inside.to(at::kDouble).mean().item<double>() *
                   std::abs(confidence.index({inside}).mean().item<double>() -
                            correct.index({inside}).mean().item<double>());
        }
        QVERIFY2(std::abs(out.ece - ece) < 1e-4, std::to_string(out.ece - ece).c_str());
        QVERIFY(torch::from_blob(const_cast<float*>(out.logits.data()), {200, 10})
                    .allclose(logits.to(at::kFloat), 1e-3, 1e-3));
    }

    void limit() {
        const auto data = openDataset(dataFile("datasets/digits-images-idx3-ubyte.gz")).value();
        Evaluation::Options options;
        options.limit = 7;
        QCOMPARE(evaluate(*randomMlp({784, 10}, 1), *data, options).value().samples, 7);
        options.limit = 1000;
        QCOMPARE(evaluate(*randomMlp({784, 10}, 1), *data, options).value().samples, 200);
    }

    void unlabelled() {
        const ScratchFolder scratch;
        const auto data = openDataset(scratch.write("u.csv", std::string("a,b\n1,2\n3,4\n"))).value();
        const auto out = evaluate(*linearModel(torch::eye(2), torch::zeros({2})), *data).value();
        QCOMPARE(out.samples, 2);
        QCOMPARE(out.labelled, 0);
        QCOMPARE(out.predicted, (std::vector<std::int32_t>{1, 1}));
    }

    void stops() {
        const auto data = openDataset("generate:moons?samples=200000").value();
        const auto model = randomMlp({2, 256, 256, 2}, 1);
        std::stop_source before;
        before.request_stop();
        NoProgress quiet;
        QVERIFY(Evaluation::run(*model, *data, {}, before.get_token(), quiet).isCancelled());
        std::stop_source source;
        StopAfter progress(source, 1000);
        const auto result = Evaluation::run(*model, *data, {}, source.get_token(), progress);
        QVERIFY(result.isOk());
        const auto& out = result.value();
        QVERIFY(out.samples >= 1000 && out.samples < 200000);
        QVERIFY(!out.provenance.complete);
        QVERIFY(contains(out.provenance.note, "cancelled after"));
        QCOMPARE(out.logits.size(), static_cast<std::size_t>(out.samples) * 2);
        QCOMPARE(out.predicted.size(), static_cast<std::size_t>(out.samples));
    }

    void refused() {
        const ScratchFolder scratch;
        const auto model = linearModel(torch::eye(2), torch::zeros({2}));
        const auto says = [](const Result<Evaluation::Output>& result, const char* part) {
            return result.isError() && contains(result.error().message, part);
        };
        QVERIFY(says(evaluate(*randomMlp({784, 10}, 1), *points(scratch, {{1, 2, 0}})), "784"));
        QVERIFY(says(evaluate(*model, *points(scratch, {{1, 2, 2}})), "3 classes"));
        Evaluation::Options options;
        options.normalisation = {{1, 2, 3}, {}};
        QVERIFY(says(evaluate(*model, *points(scratch, {{1, 2, 0}}), options), "3 entries"));
        options = {};
        options.bins = 0;
        QVERIFY(says(evaluate(*model, *points(scratch, {{1, 2, 0}}), options), "bins"));
        const auto broken = linearModel(torch::full({2, 2}, std::nan("")), torch::zeros({2}));
        QVERIFY(says(evaluate(*broken, *points(scratch, {{1, 2, 0}})), "not numbers for sample points #0"));
    }
};

QTEST_GUILESS_MAIN(EvaluationTest)
#include "evaluation_test.moc"
