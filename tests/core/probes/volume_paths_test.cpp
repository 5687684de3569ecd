// SPDX-License-Identifier: GPL-3.0-or-later
// Searches seen in a volume: straight lines of known length on linear heads, the same search within a space
// of three inputs, and what the model itself says of their ends.
#include "core/probes/volume_paths.h"

#include <QtTest>
#include <cmath>

#include "core/probes/volume_probe.h"
#include "tests/core/probes/digits.h"
#include "tests/core/probes/memory_dataset.h"
#include "tests/core/probes/random_heads.h"
#include "tests/core/probes/small_models_torch.h"

using namespace tessera;

namespace {

ParameterMap complete(const ParameterMap& given) {
    return completeParameters(VolumeProbe().description().parameters, given).value();
}

// Two classes that part where x0 = 0, in five dimensions; four points before it, one of them in the middle.
const std::vector<float> kPoints{-1, 0, 0, 0, 0, -1, 2, 0, 0, 0, -1, 0, 2, 0, 0, -2, 0, 0, 0, 0};

ProbeInputs halfSpaces(double slope) {
    ProbeInputs inputs;
    auto weight = torch::zeros({2, 5}, at::kDouble);
    weight[1][0] = slope;
    inputs.model = test::linearModel(weight, torch::zeros({2}, at::kDouble));
    inputs.dataset = std::make_shared<test::MemoryDataset>(Shape{5}, kPoints, std::vector<std::int32_t>{});
    inputs.samples = {0, 1, 2, 3};
    return inputs;
}

ProbeInputs digits() {
    return test::digits("mnist_mlp.pt", {2, 10, 8, 4});
}

FoundPaths pathsOf(const ProbeInputs& inputs, const ParameterMap& given) {
    const auto parameters = complete(given);
    const auto place = placeVolume(inputs, parameters, {}).value();
    return volumePaths(inputs, parameters, place, {}).value();
}

}  // namespace

class VolumePathsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // logits(origin + U a) and U^T g, whatever the axes.
    void fieldOnAVolume() {
        const LinearField field(test::randomHead(4, 9, 1));
        SliceVolume volume;
        volume.inputShape = {9};
        const Rows rows = test::randomRows(4, 9, 5);
        volume.origin = rows.row(0).transpose();
        volume.u = rows.row(1).transpose(), volume.v = rows.row(2).transpose();
        volume.w = rows.row(3).transpose();
        const VolumeField within(field, volume);
        QCOMPARE(within.width(), std::int64_t{3});
        const Rows points = test::randomRows(7, 3, 9);
        Rows logits, gradients;
        const auto choose = [](const Rows&, Rows& coefficients) {
            coefficients.setZero();
            coefficients.col(1).setConstant(2), coefficients.col(3).setConstant(-1);
        };
        QVERIFY(within.gradients(points, choose, logits, gradients).isOk());
        const auto& head = *field.linearHead();
        const Eigen::RowVectorXd slope = 2 * head.weight.row(1) - head.weight.row(3);
        for (Eigen::Index i = 0; i < points.rows(); ++i) {
            const Eigen::VectorXd input = volume.inputFromVolume(points.row(i).transpose());
            const Eigen::VectorXd expected = head.weight * input + head.bias;
            QVERIFY((logits.row(i).transpose() - expected).norm() < 1e-12);
            const Eigen::RowVector3d within3(slope.dot(volume.u), slope.dot(volume.v), slope.dot(volume.w));
            QVERIFY((gradients.row(i) - within3).norm() < 1e-12);
        }
    }

    // On a linear head the path is straight across the boundary, and as long as the distance asks for.
    void straightAcrossAPlane() {
        for (const double slope : {0.01, 1.0, 100.0})
            for (const std::string space : {"volume", "input"}) {
                const auto found = pathsOf(halfSpaces(slope), {{"paths", space}, {"margin", 2.0}});
                QCOMPARE(found.paths.size(), std::size_t{4});
                for (std::size_t i = 0; i < 4; ++i) {
                    const auto& path = found.paths[i];
                    const double distance = -kPoints[5 * i];
                    QVERIFY(path.flipped && path.predicted == 0 && path.landing == 1);
                    // The radius is twice the farthest distance, 2, and a step a fiftieth of it.
                    QVERIFY(std::abs(path.radius - 4) < 1e-9 || space == "volume");
                    QVERIFY(path.distance >= distance - 1e-9);
                    QVERIFY(path.distance <= distance + path.radius / 50 * 2 + 1e-9);
                    QCOMPARE(path.points.size(), path.step.size());
                    QVERIFY((path.points.back() - path.points.front()).norm() <= path.distance + 1e-9);
                    QCOMPARE(path.prediction.front(), 0);
                    QCOMPARE(path.prediction.back(), 1);
                    QVERIFY(path.margin.front() < 0 && path.margin.back() >= 0);
                    for (const double off : path.offVolume) QVERIFY(off < 1e-9);
                }
            }
    }

    // x4 counts as well, and no sample has any of it: half of each step leads out of the volume.
    void projectedOntoTheVolume() {
        auto inputs = halfSpaces(1);
        auto weight = torch::zeros({2, 5}, at::kDouble);
        weight[1][0] = 1, weight[1][4] = 1;
        inputs.model = test::linearModel(weight, torch::zeros({2}, at::kDouble));
        const auto found = pathsOf(inputs, {{"paths", std::string("input")}});
        for (const auto& path : found.paths) {
            QVERIFY(path.flipped);
            const double seen = (path.points.back() - path.points.front()).norm();
            QVERIFY(std::abs(seen - path.distance / std::sqrt(2.0)) < 1e-9);
            QVERIFY(std::abs(path.offVolume.back() - path.distance / std::sqrt(2.0)) < 1e-9);
        }
        // Within the volume there is only one way.
        const auto within = pathsOf(inputs, {{"paths", std::string("volume")}});
        QVERIFY(within.paths[0].distance > found.paths[0].distance);
        QVERIFY(within.paths[0].offVolume.back() == 0);
    }

    // The volume of a network of three inputs is its space: both searches are one.
    void bothAreOneInThreeInputs() {
        ProbeInputs inputs;
        inputs.model = test::randomMlp({3, 16, 16, 3}, 4);
        const ParameterMap far{{"half-width", 50.0}, {"path-radius", 20.0}};
        auto one = far, other = far;
        one["paths"] = std::string("volume"), other["paths"] = std::string("input");
        const auto within = pathsOf(inputs, one), whole = pathsOf(inputs, other);
        QCOMPARE(within.paths.size(), std::size_t{1});
        const auto &a = within.paths[0], &b = whole.paths[0];
        QCOMPARE(a.sample, std::int64_t{-1});
        QCOMPARE(a.points.size(), b.points.size());
        for (std::size_t i = 0; i < a.points.size(); ++i) QVERIFY((a.points[i] - b.points[i]).norm() < 1e-9);
        QCOMPARE(a.landing, b.landing);
        QVERIFY(within.notes.back().find("middle of the box") != std::string::npos);
    }

    // What is said of a point of a path is what the model says there.
    void theModelAgrees() {
        const auto inputs = digits();
        const auto parameters = complete({{"paths", std::string("volume")}});
        const auto place = placeVolume(inputs, parameters, {}).value();
        const auto found = volumePaths(inputs, parameters, place, {}).value();
        int flips = 0;
        for (const auto& path : found.paths) {
            flips += path.flipped;
            QCOMPARE(path.step.front(), 0);
            QCOMPARE(path.step.back(), path.steps);
            QVERIFY(path.distance <= path.radius * (1 + 1e-9));
            for (std::size_t i = 0; i < path.points.size(); i += 7) {
                const Eigen::VectorXd input = place.volume.inputFromVolume(path.points[i]);
                std::vector<double> logits(10);
                QVERIFY(inputs.model->logits(input.data(), 1, logits.data()).isOk());
                QCOMPARE(predictedClass(logits.data(), 10), path.prediction[i]);
                QVERIFY(std::abs(logits[std::size_t(path.target)] - logits[std::size_t(path.predicted)] -
                                 path.margin[i]) < 1e-6);
            }
        }
        QVERIFY(flips > 0);
    }

    void thirdDirections() {
        auto inputs = halfSpaces(1);
        inputs.samples = {0, 1, 2};  // a plane on which x0 is the same: both lead along x0
        for (const std::string third : {"path", "attribution"}) {
            const auto place = placeVolume(inputs, complete({{"third-direction", third}}), {});
            QVERIFY(place.isOk());
            QVERIFY(std::abs(std::abs(place.value().volume.w[0]) - 1) < 1e-9);
            QVERIFY(place.value().sentence.find("first") != std::string::npos);
        }
        // In the plane, and nowhere.
        inputs.samples = {0, 1, 3};
        auto refused = placeVolume(inputs, complete({{"third-direction", std::string("attribution")}}), {});
        QVERIFY(refused.isError());
        QVERIFY2(refused.error().message.find("choose principal or random") != std::string::npos,
                 refused.error().message.c_str());
        refused = placeVolume(halfSpaces(0), complete({{"third-direction", std::string("path")}}), {});
        QVERIFY(refused.isOk());  // four samples need none
        auto flat = halfSpaces(0);
        flat.samples = {0, 1, 2};
        for (const std::string third : {"path", "attribution"}) {
            const auto none = placeVolume(flat, complete({{"third-direction", third}}), {});
            QVERIFY(none.isError());
            QVERIFY2(none.error().message.find("choose principal or random") != std::string::npos,
                     none.error().message.c_str());
        }
    }

    // The search that lays the volume is the one that is drawn in it: it ends in the volume.
    void endsInTheVolumeLaidAlongIt() {
        for (const std::string target : {"runner-up", "untargeted", "least-likely"}) {
            auto inputs = digits();
            inputs.samples = {2, 10, 8};
            const auto parameters = complete({{"third-direction", std::string("path")},
                                              {"paths", std::string("input")},
                                              {"path-target", target}});
            const auto place = placeVolume(inputs, parameters, {}).value();
            const auto found = volumePaths(inputs, parameters, place, {}).value();
            QCOMPARE(found.paths.size(), std::size_t{3});
            const auto& first = found.paths.front();
            QVERIFY(first.distance > 0.1);
            QVERIFY2(first.offVolume.back() < 1e-9, target.c_str());
            QVERIFY(std::abs((first.points.back() - first.points.front()).norm() - first.distance) < 1e-9);
            const bool saysSo = place.sentence.find("without a flip") != std::string::npos;
            QCOMPARE(saysSo, !first.flipped);
        }
    }

    // The whole run says what it does, and a search that is stuck tells of the way out.
    void runTellsOfItsSearches() {
        struct Steps final : Progress {
            std::vector<std::string> titles;
            int last = 0, all = 0;
            void report(std::int64_t, std::int64_t, std::string_view) override {}
            void beginStep(int step, int steps, std::string_view title) override {
                titles.emplace_back(title);
                last = step, all = steps;
            }
        } steps;
        auto inputs = digits();
        ParameterMap given{{"paths", std::string("volume")},
                           {"path-target", std::string("least-likely")},
                           {"method", std::string("sampled")},
                           {"resolution", std::int64_t{8}}};
        const auto record = runProbe(VolumeProbe(), inputs, given, {}, steps).value();
        QCOMPARE(steps.titles, (std::vector<std::string>{"Searching for counterfactuals", "Sampling"}));
        QVERIFY(steps.last == 2 && steps.all == 2);
        QVERIFY(record->metric("flips")->value < record->metric("searches")->value);
        const auto tells = [](const ResultRecord& of) {
            return std::any_of(of.notes.begin(), of.notes.end(), [](const std::string& note) {
                return note.find("path-target untargeted") != std::string::npos;
            });
        };
        QVERIFY(tells(*record));
        given["path-target"] = std::string("untargeted");
        const auto other = runProbe(VolumeProbe(), inputs, given, {}, steps).value();
        QCOMPARE(other->metric("flips")->value, 4.0);
        QVERIFY(!tells(*other));
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(VolumeProbe().run(inputs, complete(given), stop.get_token(), steps).isCancelled());
    }

    void flatLogitsHaveNoPaths() {
        const auto found = pathsOf(halfSpaces(0), {{"paths", std::string("input")}});
        QVERIFY(found.paths.empty());
        QVERIFY(found.notes.front().find("path-radius") != std::string::npos);
        const auto none = pathsOf(halfSpaces(1), {});
        QVERIFY(none.paths.empty() && none.notes.empty());
    }

    void recordsKeepPaths() {
        auto inputs = halfSpaces(1);
        NoProgress progress;
        const auto record =
            runProbe(VolumeProbe(), inputs,
                     {{"paths", std::string("input")}, {"resolution", std::int64_t{8}}}, {}, progress)
                .value();
        QCOMPARE(record->metric("flips")->value, 4.0);
        const auto read = volumeFromRecord(*record, "it").value();
        const auto found = pathsOf(inputs, {{"paths", std::string("input")}});
        QCOMPARE(read.paths.size(), found.paths.size());
        for (std::size_t i = 0; i < read.paths.size(); ++i) {
            const auto &a = read.paths[i], &b = found.paths[i];
            QVERIFY(a.sample == b.sample && a.predicted == b.predicted && a.target == b.target);
            QVERIFY(a.landing == b.landing && a.flipped == b.flipped && a.steps == b.steps);
            QVERIFY(a.distance == b.distance && a.radius == b.radius && a.step == b.step);
            QVERIFY(a.points == b.points && a.offVolume == b.offVolume && a.margin == b.margin);
            QVERIFY(a.prediction == b.prediction);
        }
        const auto broken = [&](const char* table, const char* column, auto value) {
            auto copy = *record;
            for (auto& one : copy.tables)
                for (auto& of : one.columns)
                    if (one.name == table && of.name == column)
                        std::get<std::vector<decltype(value)>>(of.values).back() = value;
            return volumeFromRecord(copy, "Result r1");
        };
        const std::int64_t wild = 1'000'000;
        const double nan = std::nan("");
        QVERIFY(broken("searches", "landing_class", wild).isError());
        QVERIFY(broken("searches", "points", wild).isError());
        QVERIFY(broken("searches", "points", std::int64_t{1}).isError());
        QVERIFY(broken("searches", "radius", nan).isError());
        QVERIFY(broken("paths", "path", wild).isError());
        QVERIFY(broken("paths", "prediction", std::int64_t{-1}).isError());
        QVERIFY(broken("paths", "step", std::int64_t{0}).isError());
        QVERIFY(broken("paths", "t", nan).isError());
        auto half = *record;
        std::erase_if(half.tables, [](const Table& one) { return one.name == "paths"; });
        QVERIFY(volumeFromRecord(half, "it").isError());
    }
};

QTEST_APPLESS_MAIN(VolumePathsTest)
#include "volume_paths_test.moc"
