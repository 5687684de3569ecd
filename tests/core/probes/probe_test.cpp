// SPDX-License-Identifier: GPL-3.0-or-later
// What every caller of a probe gets from checkInputs and runProbe.
#include "core/probes/probe.h"

#include <QtTest>

#include "tests/core/data/scratch_folder.h"
#include "tests/core/probes/memory_dataset.h"
#include "tests/core/probes/small_models_torch.h"

using namespace tessera;
using namespace tessera::test;

namespace {

class FakeProbe final : public Probe {
  public:
    FakeProbe() {
        description_.name = "fake", description_.title = "Fake probe";
        description_.parameters = {{"steps", "Steps", "How many.", "", std::int64_t{3}, 1, 9}};
    }
    const ProbeDescription& description() const override { return description_; }
    Result<ResultRecord> run(const ProbeInputs&, const ParameterMap& parameters, std::stop_token stop,
                             Progress&) const override {
        if (mode == "throw") throw std::runtime_error("a bug");
        if (mode == "memory") throw std::bad_alloc();
        if (mode == "error") return inputError("It does not fit.");
        if (stop.stop_requested()) return Cancelled{};
        ResultRecord record;
        record.summary = {
            {"steps", "", "", static_cast<double>(parameterValue<std::int64_t>(parameters, "steps")), ""}};
        record.provenance.dtype = "float64";
        record.provenance.complete = mode != "partial";
        return record;
    }
    ProbeDescription description_;
    std::string mode;
};

ProbeInputs goodInputs() {
    ProbeInputs inputs;
    inputs.model = linearModel(at::eye(2), at::zeros({2}));
    inputs.dataset = std::make_shared<MemoryDataset>(Shape{2}, std::vector<float>{1, 2, 3, 4},
                                                     std::vector<std::int32_t>{0, 1}, 2);
    inputs.seed = 7, inputs.threads = 2;
    return inputs;
}

std::string problemOf(const ProbeDescription& description, const ProbeInputs& inputs) {
    const auto checked = checkInputs(description, inputs);
    return checked.isError() ? checked.error().message : "";
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos && text.ends_with('.') &&
           text.find('\n') == std::string::npos;
}

Result<std::shared_ptr<const ResultRecord>> run(const FakeProbe& probe, const ProbeInputs& inputs,
                                                const ParameterMap& given = {}, std::stop_token stop = {}) {
    NoProgress progress;
    return runProbe(probe, inputs, given, stop, progress);
}

}  // namespace

class ProbeTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void inputsThatFit() {
        FakeProbe probe;
        auto inputs = goodInputs();
        QCOMPARE(problemOf(probe.description(), inputs), std::string());
        inputs.samples = {1, 0, 1};  // any order, twice
        QCOMPARE(problemOf(probe.description(), inputs), std::string());
        probe.description_.needsData = false;
        inputs = goodInputs();
        inputs.dataset = nullptr;
        QCOMPARE(problemOf(probe.description(), inputs), std::string());
    }

    void inputsThatDoNot() {
        FakeProbe probe;
        auto& description = probe.description_;
        auto inputs = goodInputs();
        inputs.model = nullptr;
        QVERIFY(has(problemOf(description, inputs), "needs a model"));

        inputs = goodInputs();
        inputs.dataset = nullptr;
        QVERIFY(has(problemOf(description, inputs), "needs data"));
        description.needsData = false;
        inputs.samples = {0};  // of what?
        QVERIFY(has(problemOf(description, inputs), "needs data"));
        description.needsData = true;

        inputs = goodInputs();
        inputs.dataset = std::make_shared<MemoryDataset>(Shape{3}, std::vector<float>{1, 2, 3},
                                                         std::vector<std::int32_t>{});
        QVERIFY(has(problemOf(description, inputs), "memory.csv"));
        inputs.dataset =
            std::make_shared<MemoryDataset>(Shape{2}, std::vector<float>{}, std::vector<std::int32_t>{});
        QVERIFY(has(problemOf(description, inputs), "holds no samples"));

        inputs = goodInputs();
        inputs.normalisation.std = {0};
        QVERIFY(!problemOf(description, inputs).empty());

        inputs = goodInputs();
        inputs.samples = {0, 2};
        QVERIFY(has(problemOf(description, inputs), "Sample 2"));
        inputs.samples = {-1};
        QVERIFY(has(problemOf(description, inputs), "Sample -1"));

        description.minimumSamples = 2;
        inputs.samples = {};
        QVERIFY(has(problemOf(description, inputs), "none chosen"));
        inputs.samples = {1};
        QVERIFY(has(problemOf(description, inputs), "at least 2 samples, 1 chosen"));
        inputs.samples = {1, 0};
        QCOMPARE(problemOf(description, inputs), std::string());
    }

    void inexactModelsAreNamed() {
        FakeProbe probe;
        probe.description_.needsExact = true;
        GraphBuilder builder({2});
        const int at = builder.smoothActivation(
            "act", "gelu", builder.linear("fc", GraphBuilder::kInput, at::eye(2), at::zeros({2})));
        auto inputs = goodInputs();
        inputs.model = modelOf(std::move(builder).finish(at), {2}, 2, "smooth.pt");
        const auto problem = problemOf(probe.description(), inputs);
        QVERIFY(has(problem, "smooth.pt") && has(problem, "act"));
        QCOMPARE(problemOf(probe.description(), goodInputs()), std::string());
    }

    void fillsTheRecord() {
        const ScratchFolder scratch;
        const auto file = scratch.write("points.csv", "a,b,label\n1,2,0\n3,4,1\n");
        auto inputs = goodInputs();
        inputs.dataset = openDataset(file).value();
        const auto result = run(FakeProbe(), inputs, {{"steps", std::int64_t{5}}});
        QVERIFY(result.isOk());
        const auto& record = *result.value();
        QCOMPARE(record.probe, std::string("fake"));
        QCOMPARE(record.metric("steps")->value, 5.0);
        QCOMPARE(parameterValue<std::int64_t>(record.parameters, "steps"), std::int64_t{5});
        QCOMPARE(record.provenance.version, std::string(tesseraVersion()));
        QCOMPARE(record.provenance.seed, std::uint64_t{7});
        QCOMPARE(record.provenance.threads, 2);
        QCOMPARE(record.provenance.dtype, std::string("float64"));
        QVERIFY(record.provenance.complete && record.provenance.seconds >= 0);
        QCOMPARE(record.provenance.files.size(), std::size_t{2});
        QCOMPARE(record.provenance.files[0].path, std::string("linear.pt"));
        QCOMPARE(record.provenance.files[1].sha256, sha256OfFile(file).value());

        // A file that is written anew has its new hash.
        scratch.write("points.csv", "a,b,label\n1,2,0\n3,5,1\n");
        const auto again = run(FakeProbe(), inputs);
        QCOMPARE(again.value()->provenance.files[1].sha256, sha256OfFile(file).value());
        QVERIFY(again.value()->provenance.files[1].sha256 != record.provenance.files[1].sha256);
    }

    void standardParameters() {
        const auto result = run(FakeProbe(), goodInputs());
        QCOMPARE(parameterValue<std::int64_t>(result.value()->parameters, "steps"), std::int64_t{3});
        QVERIFY(run(FakeProbe(), goodInputs(), {{"steps", std::int64_t{10}}}).isError());
        QVERIFY(run(FakeProbe(), goodInputs(), {{"stops", std::int64_t{1}}}).isError());
    }

    void outcomes() {
        FakeProbe probe;
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(run(probe, goodInputs(), {}, stop.get_token()).isCancelled());
        probe.mode = "partial";
        QVERIFY(!run(probe, goodInputs()).value()->provenance.complete);
        probe.mode = "error";
        QCOMPARE(run(probe, goodInputs()).error().message, std::string("It does not fit."));
        probe.mode = "throw";
        const auto thrown = run(probe, goodInputs());
        QVERIFY(thrown.error().kind == ErrorKind::Internal);
        QVERIFY(thrown.error().message.find("a bug") != std::string::npos);
        probe.mode = "memory";
        const auto memory = run(probe, goodInputs());
        QVERIFY(memory.error().kind == ErrorKind::Resource);
        QVERIFY(memory.error().message.find("Fake probe") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(ProbeTest)
#include "probe_test.moc"
