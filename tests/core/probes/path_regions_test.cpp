// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <chrono>
#include <cmath>
#include <optional>
#include <random>

#include "core/probes/linear_regions.h"
#include "core/probes/path_regions.h"
#include "tests/core/probes/memory_dataset.h"
#include "tests/core/probes/small_models_torch.h"

using namespace tessera;

namespace {

using Record = std::shared_ptr<const ResultRecord>;

ProbeInputs inputsOf(std::shared_ptr<const Model> model, std::shared_ptr<const Dataset> data,
                     std::vector<std::int64_t> samples) {
    ProbeInputs inputs;
    inputs.model = std::move(model), inputs.dataset = std::move(data), inputs.samples = std::move(samples);
    return inputs;
}

Record run(const ProbeInputs& inputs, const ParameterMap& parameters = {}) {
    NoProgress progress;
    auto result = runProbe(PathRegionsProbe(), inputs, parameters, {}, progress);
    if (!result.isOk())
        throw std::runtime_error(result.isError() ? result.error().message : std::string("cancelled"));
    return result.value();
}

template <typename T>
const std::vector<T>& column(const Record& record, const char* table, const char* name) {
    return std::get<std::vector<T>>(record->table(table)->column(name)->values);
}

double metric(const Record& record, const char* name) {
    return record->metric(name)->value;
}

std::shared_ptr<const Dataset> vectors(Shape shape, const std::vector<std::vector<float>>& samples) {
    std::vector<float> values;
    for (const auto& sample : samples) values.insert(values.end(), sample.begin(), sample.end());
    return std::make_shared<test::MemoryDataset>(std::move(shape), std::move(values),
                                                 std::vector<std::int32_t>());
}

std::shared_ptr<const Dataset> gaussians(const Shape& shape, int count, unsigned seed, double spread) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, static_cast<float>(spread));
    std::vector<std::vector<float>> samples(
        count, std::vector<float>(static_cast<std::size_t>(elementCount(shape))));
    for (auto& sample : samples)
        for (auto& value : sample) value = normal(random);
    return vectors(shape, samples);
}

// The tent map 2 relu(t) - 4 relu(t - 1/2), composed.
std::shared_ptr<const Model> tents(int depth) {
    GraphBuilder builder({1});
    const auto numbers = [](std::vector<double> values, std::vector<std::int64_t> sizes) {
        return at::tensor(values, at::kDouble).reshape(sizes);
    };
    int node = GraphBuilder::kInput;
    for (int d = 0; d < depth; ++d) {
        const std::string name = "tent" + std::to_string(d);
        node = builder.linear(name + ".open", node, numbers({1, 1}, {2, 1}), numbers({0, -0.5}, {2}));
        node = builder.linear(name + ".fold", builder.relu(name + ".relu", node), numbers({2, -4}, {1, 2}),
                              numbers({0}, {1}));
    }
    return test::modelOf(std::move(builder).finish(node), {1}, 1, "tents.pt");
}

// Convolutions, a residual sum, max-pooling, leaky units and a hard tanh on 2 x 8 x 8 images.
std::shared_ptr<const Model> branched(int seed) {
    torch::manual_seed(seed);
    GraphBuilder builder({2, 8, 8});
    const auto conv = [&](const std::string& name, int in, std::int64_t from, std::int64_t to) {
        return builder.conv(name, in, torch::randn({to, from, 3, 3}, at::kDouble) / std::sqrt(4.5 * from),
                            torch::randn({to}, at::kDouble) * 0.2, {1, 1}, {1, 1}, {1, 1}, 1);
    };
    const int stem = builder.leakyRelu("stem.act", conv("stem.conv", 0, 2, 3), 0.1);
    const int branch = conv("block.conv2", builder.relu("block.relu", conv("block.conv1", stem, 3, 3)), 3, 3);
    const int sum = builder.hardtanh("block.clamp", builder.add("block.add", stem, branch, 1.0), -1, 2);
    const int pool = builder.maxPool("pool", sum, {2, 2}, {2, 2}, {0, 0}, {1, 1}, false);
    const int flat = builder.reshape("flatten", "flatten", pool, {48});
    const int hidden =
        builder.absolute("abs", builder.linear("fc1", flat, torch::randn({10, 48}, at::kDouble) / 7,
                                               torch::randn({10}, at::kDouble)));
    const int out =
        builder.linear("fc2", hidden, torch::randn({3, 10}, at::kDouble) / 3, torch::randn({3}, at::kDouble));
    return test::modelOf(std::move(builder).finish(out), {2, 8, 8}, 3, "branched.pt");
}

}  // namespace

class PathRegionsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void tentsHaveTheirClosedForm();
    void layersByHand();
    void valuesAreTheNetworks();
    void planarRegionsAgree();
    void sampledPatternAgrees();
    void closedPathReturns();
    void equalSamplesAreSkippedAndSaid();
    void oneInputIsNoPath();
    void releasedFormulaIsLabelled();
    void budgetGivesAPartialRecord();
    void normalisationComesFirst();
    void inexactModelIsRefused();
    void stopsAtOnce();
    void stopKeepsTheStart();
};

void PathRegionsTest::tentsHaveTheirClosedForm() {
    const auto data = vectors({1}, {{0}, {1}, {0.5f}});
    const auto record = run(inputsOf(tents(7), data, {0, 1}));
    QCOMPARE(record->probe, std::string("path-regions"));
    QVERIFY(record->provenance.complete);
    QCOMPARE(record->provenance.dtype, std::string("float64"));
    QVERIFY(record->provenance.samples > 128);
    QCOMPARE(metric(record, "segments"), 1.0);
    QCOMPARE(metric(record, "length"), 1.0);
    QCOMPARE(metric(record, "crossings"), 127.0);
    QCOMPARE(metric(record, "crossings_per_length"), 127.0);
    QCOMPARE(metric(record, "regions"), 128.0);
    QCOMPARE(metric(record, "pieces"), 128.0);
    QVERIFY(std::abs(metric(record, "absolute_deviation_mean") - 0.5) < 1e-12);
    QVERIFY(std::abs(metric(record, "absolute_deviation_l2") - 0.5) < 1e-12);
    QVERIFY(std::abs(metric(record, "total_variation") - 128) < 1e-10);
    QVERIFY(metric(record, "max_interpolation_error") < 1e-12);
    // Layer d bends 2^d times at 1/2 of its own tent.
    const auto& perLayer = column<std::int64_t>(record, "layers", "crossings");
    for (int d = 0; d < 7; ++d) QCOMPARE(perLayer[d], std::int64_t{1} << d);
    const auto& cosine = column<double>(record, "crossings", "slope_cosine");
    QCOMPARE(cosine.size(), std::size_t{127});
    for (const double c : cosine) QCOMPARE(c, -1.0);
    for (const double change : column<double>(record, "crossings", "slope_change")) QCOMPARE(change, 256.0);
    QCOMPARE(column<std::string>(record, "crossings", "layer_name")[63], std::string("tent0.relu"));
    QCOMPARE(column<double>(record, "crossings", "position")[63], 0.5);
}

// 2 relu(x - 1/2) + 0 relu(x - 1) - 4 relu(x - 3/2) from 0 to 2: slopes 0, 2, 2, -2.
void PathRegionsTest::layersByHand() {
    GraphBuilder builder({1});
    const auto numbers = [](std::vector<double> values, std::vector<std::int64_t> sizes) {
        return at::tensor(values, at::kDouble).reshape(sizes);
    };
    const int open = builder.linear("open", GraphBuilder::kInput, numbers({1, 1, 1}, {3, 1}),
                                    numbers({-0.5, -1, -1.5}, {3}));
    const int out =
        builder.linear("out", builder.relu("relu", open), numbers({2, 0, -4}, {1, 3}), numbers({0}, {1}));
    const auto model = test::modelOf(std::move(builder).finish(out), {1}, 1, "hand.pt");
    const auto record = run(inputsOf(model, vectors({1}, {{0}, {2}}), {0, 1}));
    QCOMPARE(column<std::int64_t>(record, "layers", "crossings"), (std::vector<std::int64_t>{3}));
    QCOMPARE(column<std::int64_t>(record, "layers", "without_effect"), (std::vector<std::int64_t>{1}));
    QVERIFY(std::abs(column<double>(record, "layers", "slope_change_mean")[0] - (2.0 + 0 + 4) / 3) < 1e-12);
    QCOMPARE(column<std::int64_t>(record, "crossings", "bends_logits"), (std::vector<std::int64_t>{1, 0, 1}));
    QCOMPARE(column<double>(record, "segments", "covered"), (std::vector<double>{1}));
    QCOMPARE(column<std::int64_t>(record, "segments", "pieces"), (std::vector<std::int64_t>{3}));
    QCOMPARE(metric(record, "crossings_per_length"), 1.5);
}

// Each breakpoint's logits are those of the model at that input.
void PathRegionsTest::valuesAreTheNetworks() {
    const auto model = branched(3);
    const auto data = gaussians({2, 8, 8}, 4, 5, 1.5);
    const auto record = run(inputsOf(model, data, {2, 0, 3, 1}));
    const auto position = record->array("position")->values<double>();
    const auto logits = record->array("logits")->values<double>();
    const auto anchors = record->array("anchors")->values<float>();
    QVERIFY(position.size() > 200);
    QCOMPARE(record->array("logits")->shape(), (Shape{static_cast<std::int64_t>(position.size()), 3}));
    QCOMPARE(record->array("anchors")->shape(), (Shape{4, 2, 8, 8}));
    QCOMPARE(position.front(), 0.0);
    QCOMPARE(position.back(), 3.0);
    for (std::size_t i = 0; i < position.size(); ++i) {
        if (i > 0) QVERIFY(position[i] > position[i - 1]);
        const auto segment = std::min<std::size_t>(2, static_cast<std::size_t>(position[i]));
        const double t = position[i] - static_cast<double>(segment);
        std::vector<double> input(128), expected(3);
        for (std::size_t j = 0; j < 128; ++j)
            input[j] = (1 - t) * anchors[segment * 128 + j] + t * anchors[(segment + 1) * 128 + j];
        QVERIFY(model->logits(input.data(), 1, expected.data()).isOk());
        for (std::size_t k = 0; k < 3; ++k) QVERIFY(std::abs(expected[k] - logits[i * 3 + k]) < 1e-10);
    }
    QVERIFY(metric(record, "max_interpolation_error") < 1e-12);
    QCOMPARE(metric(record, "regions"), metric(record, "crossings") + 3);
    // Deviation from breakpoints by a sum of its own.
    double total = 0, deviation = 0;
    for (const auto count : column<std::int64_t>(record, "segments", "crossings"))
        total += static_cast<double>(count);
    for (const double value : column<double>(record, "segments", "absolute_deviation")) deviation += value;
    QCOMPARE(total, metric(record, "crossings"));
    QVERIFY(std::abs(deviation - metric(record, "absolute_deviation_mean")) < 1e-9);
}

// The exact 2-D regions on a plane through the samples, cut along the path.
void PathRegionsTest::planarRegionsAgree() {
    std::int64_t compared = 0;
    for (int seed = 1; seed <= 8; ++seed) {
        const auto model = branched(seed);
        const auto data = gaussians({2, 8, 8}, 3, static_cast<unsigned>(seed), 1);
        std::vector<Eigen::VectorXd> anchors;
        for (std::int64_t i = 0; i < 3; ++i) {
            std::vector<float> values(128);
            QVERIFY(data->read(std::span(&i, 1), values.data()).isOk());
            anchors.push_back(Eigen::Map<Eigen::VectorXf>(values.data(), 128).cast<double>());
        }
        const auto plane = planeThroughSamples({2, 8, 8}, anchors).value();
        NoProgress progress;
        const auto planar = LinearRegions::run(*model, plane, {}, {}, progress);
        QVERIFY(planar.isOk());
        const auto& map = *planar.value().arrangement;
        const auto record = run(inputsOf(model, data, {0, 1, 2}), {{"closed", true}});
        const auto& counts = column<std::int64_t>(record, "segments", "crossings");
        for (std::size_t s = 0; s < 3; ++s) {
            const Eigen::Vector2d from = plane.pointInSlice(anchors[s]),
                                  d = plane.pointInSlice(anchors[(s + 1) % 3]) - from;
            std::int64_t met = 0;
            for (const auto& edge : map.edges) {
                const Eigen::Vector2d a = map.vertices[edge.v0] - from, b = map.vertices[edge.v1] - from;
                const double sa = d.x() * a.y() - d.y() * a.x(), sb = d.x() * b.y() - d.y() * b.x();
                if (edge.site < 0 || (sa > 0) == (sb > 0)) continue;
                const double t = (a + sa / (sa - sb) * (b - a)).dot(d) / d.squaredNorm();
                met += t > 0 && t < 1;
            }
            QCOMPARE(counts[s], met);
            compared += met;
        }
    }
    QVERIFY2(compared > 1000, QByteArray::number(static_cast<qlonglong>(compared)));
}

// Where the second difference of densely sampled logits is not zero, a crossing lies; and nowhere else.
void PathRegionsTest::sampledPatternAgrees() {
    const auto model = test::randomMlp({6, 20, 20, 4}, 11);
    const auto data = gaussians({6}, 2, 3, 2);
    const auto record = run(inputsOf(model, data, {0, 1}));
    const auto& positions = column<double>(record, "crossings", "position");
    const auto& bends = column<std::int64_t>(record, "crossings", "bends_logits");
    const auto anchors = record->array("anchors")->values<float>();
    const int steps = 100000;
    std::vector<double> inputs((steps + 1) * 6), logits((steps + 1) * 4);
    for (int i = 0; i <= steps; ++i)
        for (int j = 0; j < 6; ++j) {
            const double t = static_cast<double>(i) / steps;
            inputs[i * 6 + j] = (1 - t) * anchors[j] + t * anchors[6 + j];
        }
    QVERIFY(model->logits(inputs.data(), steps + 1, logits.data()).isOk());
    std::vector<bool> expected(steps + 1, false);
    for (std::size_t i = 0; i < positions.size(); ++i)
        if (bends[i]) expected[static_cast<std::size_t>(positions[i] * steps)] = true;
    int kinks = 0;
    for (int i = 1; i < steps; ++i) {
        double second = 0;
        for (int k = 0; k < 4; ++k)
            second = std::max(
                second, std::abs(logits[(i + 1) * 4 + k] - 2 * logits[i * 4 + k] + logits[(i - 1) * 4 + k]));
        const bool kink = second > 1e-10;
        // Three samples around i see a crossing in either of two steps.
        QCOMPARE(kink, expected[i - 1] || expected[i]);
        kinks += kink;
    }
    QVERIFY(kinks > 20);
}

void PathRegionsTest::closedPathReturns() {
    const auto model = test::randomMlp({6, 20, 4}, 2);
    const auto data = gaussians({6}, 5, 9, 2);
    const auto open = run(inputsOf(model, data, {4, 1, 3})),
               closed = run(inputsOf(model, data, {4, 1, 3}), {{"closed", true}});
    QCOMPARE(metric(open, "segments"), 2.0);
    QCOMPARE(metric(closed, "segments"), 3.0);
    QCOMPARE(column<std::int64_t>(closed, "segments", "from"), (std::vector<std::int64_t>{4, 1, 3}));
    QCOMPARE(column<std::int64_t>(closed, "segments", "to"), (std::vector<std::int64_t>{1, 3, 4}));
    const auto position = closed->array("position")->values<double>();
    const auto logits = closed->array("logits")->values<double>();
    QCOMPARE(position.back(), 3.0);
    for (std::size_t k = 0; k < 4; ++k) QVERIFY(std::abs(logits[k] - logits[logits.size() - 4 + k]) < 1e-12);
    for (int s = 0; s < 2; ++s)
        QCOMPARE(column<double>(open, "segments", "absolute_deviation")[s],
                 column<double>(closed, "segments", "absolute_deviation")[s]);
}

void PathRegionsTest::equalSamplesAreSkippedAndSaid() {
    const auto data = vectors({1}, {{0}, {1}, {1}, {0.25f}});
    const auto record = run(inputsOf(tents(1), data, {0, 1, 2, 3}));
    QCOMPARE(metric(record, "segments"), 2.0);
    QCOMPARE(record->notes.size(), std::size_t{1});
    QVERIFY(record->notes[0].find("#1") != std::string::npos &&
            record->notes[0].find("#2") != std::string::npos);
    QCOMPARE(column<std::int64_t>(record, "anchors", "sample"), (std::vector<std::int64_t>{0, 1, 3}));
    QCOMPARE(column<double>(record, "crossings", "position"),
             (std::vector<double>{0.5, 1 + 2.0 / 3}));  // 1 + (1 - 0.5) / 0.75
}

void PathRegionsTest::oneInputIsNoPath() {
    const auto data = vectors({1}, {{1}, {1}});
    NoProgress progress;
    const auto result = runProbe(PathRegionsProbe(), inputsOf(tents(1), data, {0, 1}), {}, {}, progress);
    QVERIFY(result.isError());
    QVERIFY(result.error().message.find("same input") != std::string::npos);
    QVERIFY(runProbe(PathRegionsProbe(), inputsOf(tents(1), data, {0}), {}, {}, progress).isError());
}

void PathRegionsTest::releasedFormulaIsLabelled() {
    const auto data = vectors({1}, {{0}, {1}});
    const auto record = run(inputsOf(tents(1), data, {0, 1}), {{"released-formula", true}});
    QVERIFY(std::abs(metric(record, "absolute_deviation_mean") - 2) < 1e-14);
    QVERIFY(record->metric("absolute_deviation_mean")->label.find("released") != std::string::npos);
    QCOMPARE(record->notes.size(), std::size_t{1});
}

void PathRegionsTest::budgetGivesAPartialRecord() {
    const auto data = vectors({1}, {{0}, {1}});
    const auto record = run(inputsOf(tents(6), data, {0, 1, 0}), {{"max-crossings", std::int64_t{70}}});
    QVERIFY(!record->provenance.complete);
    QVERIFY(record->provenance.note.find("70") != std::string::npos);
    QCOMPARE(metric(record, "crossings"), 70.0);
    QVERIFY(std::abs(metric(record, "absolute_deviation_mean") - 0.5) < 1e-12);  // of the first segment
    QVERIFY(std::isnan(column<double>(record, "segments", "absolute_deviation")[1]));
    // 63 crossings of the first segment and 7 of the second, which bends every 1/64.
    QCOMPARE(column<double>(record, "segments", "covered")[0], 1.0);
    QVERIFY(std::abs(column<double>(record, "segments", "covered")[1] - 7.0 / 64) < 1e-12);
    QVERIFY(std::isnan(column<double>(record, "crossings", "slope_cosine").back()));
    const auto first = run(inputsOf(tents(6), data, {0, 1}), {{"max-crossings", std::int64_t{5}}});
    QVERIFY(std::isnan(metric(first, "absolute_deviation_mean")));
}

void PathRegionsTest::normalisationComesFirst() {
    // (x - 0.5) / 0.5 takes 0.5 .. 1 to 0 .. 1.
    auto inputs = inputsOf(tents(2), vectors({1}, {{0.5f}, {1}}), {0, 1});
    inputs.normalisation = {{0.5}, {0.5}};
    const auto record = run(inputs);
    QCOMPARE(metric(record, "crossings"), 3.0);
    QCOMPARE(metric(record, "length"), 1.0);
    QCOMPARE(record->array("anchors")->values<float>()[0], 0.5f);  // as in the data
}

void PathRegionsTest::inexactModelIsRefused() {
    GraphBuilder builder({1});
    const int out = builder.smoothActivation("act", "gelu", GraphBuilder::kInput);
    const auto model = test::modelOf(std::move(builder).finish(out), {1}, 1, "smooth.pt");
    NoProgress progress;
    const auto result =
        runProbe(PathRegionsProbe(), inputsOf(model, vectors({1}, {{0}, {1}}), {0, 1}), {}, {}, progress);
    QVERIFY(result.isError());
    QVERIFY(result.error().message.find("act") != std::string::npos);
}

namespace {

// Asks for a stop at the given report of this kind; the longest pause between two reports is how long a stop
// may have to wait.
class StopAt final : public Progress {
  public:
    StopAt(std::stop_source source, int report, std::string_view what = {})
        : source_(std::move(source)), left_(report), what_(what) {}
    void report(std::int64_t, std::int64_t, std::string_view what) override {
        const auto now = std::chrono::steady_clock::now();
        if (last_) longest_ = std::max(longest_, std::chrono::duration<double>(now - *last_).count());
        last_ = now;
        if (what.find(what_) != std::string_view::npos && --left_ == 0) source_.request_stop();
    }
    double longestPause() const { return longest_; }
    double secondsSinceLast() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - *last_).count();
    }

  private:
    std::stop_source source_;
    int left_;
    std::string_view what_;
    std::optional<std::chrono::steady_clock::time_point> last_;
    double longest_ = 0;
};

}  // namespace

void PathRegionsTest::stopsAtOnce() {
    const auto model = test::randomResNet20(1, 1);
    const auto inputs = inputsOf(model, gaussians({3, 32, 32}, 3, 1, 1), {0, 1, 2});
    double pause = 1, stopped = 1;
    for (int attempt = 0; attempt < 3 && std::max(pause, stopped) > 0.1;
         ++attempt) {  // others may load the machine
        std::stop_source source;
        StopAt progress(source, 60);
        const auto result = runProbe(PathRegionsProbe(), inputs, {}, source.get_token(), progress);
        QVERIFY(result.isCancelled() || (result.isOk() && !result.value()->provenance.complete));
        stopped = std::min(stopped, progress.secondsSinceLast());
        pause = std::min(pause, progress.longestPause());
    }
    qInfo("stopped after %.0f ms; longest pause %.0f ms", stopped * 1e3, pause * 1e3);
    QVERIFY2(stopped < 0.1, QByteArray::number(stopped));
    QVERIFY2(pause < 0.1, QByteArray::number(pause));
}

void PathRegionsTest::stopKeepsTheStart() {
    std::stop_source source;
    StopAt progress(source, 1, "evaluating");
    const auto result = runProbe(PathRegionsProbe(), inputsOf(tents(12), vectors({1}, {{0}, {1}}), {0, 1}),
                                 {}, source.get_token(), progress);
    QVERIFY(result.isOk());
    QVERIFY(!result.value()->provenance.complete);
    QCOMPARE(result.value()->provenance.note, std::string("cancelled"));
    const double crossings = result.value()->metric("crossings")->value;
    QVERIFY2(crossings > 10 && crossings < 4095, QByteArray::number(crossings));
}

QTEST_GUILESS_MAIN(PathRegionsTest)
#include "path_regions_test.moc"
