// SPDX-License-Identifier: GPL-3.0-or-later
// The probe end to end on real models: heights against the network itself, its record, and what is refused.
#include "core/probes/logit_heights.h"

#include <QtTest>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "core/geometry/face_locator.h"
#include "core/geometry/height_surface.h"
#include "core/probes/logit_heights_record.h"
#include "tests/core/probes/digits.h"

using namespace tessera;

namespace {

ProbeInputs inputsOf(const char* model) {
    ProbeInputs inputs;
    inputs.model = loadModel(std::string(TESSERA_SAMPLES) + "/" + model).value();
    return inputs;
}

ProbeInputs digits(std::vector<std::int64_t> samples) {
    return test::digits("mnist_mlp.pt", std::move(samples));
}

Result<std::shared_ptr<const ResultRecord>> runWith(const ProbeInputs& inputs, const ParameterMap& given = {},
                                                    std::stop_token stop = {}) {
    NoProgress progress;
    return runProbe(LogitHeights(), inputs, given, std::move(stop), progress);
}

LogitHeightsResult resultOf(const ProbeInputs& inputs, const ParameterMap& given = {}) {
    return logitHeightsFromRecord(*runWith(inputs, given).value(), "it").value();
}

ParameterMap sampledAt(std::int64_t resolution) {
    return {{"method", std::string("sampled")}, {"resolution", resolution}};
}

// Of all classes, at random points of the window.
double largestError(const ProbeInputs& inputs, const LogitHeightsResult& result) {
    const auto mesh = result.mesh();
    const auto box = boundingBox(result.plane.window);
    std::mt19937 random(7);
    std::uniform_real_distribution<double> along(0, 1);
    const auto locator = result.exact ? std::make_unique<FaceLocator>(result.exact) : nullptr;
    double largest = 0;
    for (int i = 0; i < 200; ++i) {
        const Eigen::Vector2d share(along(random), along(random));
        const Eigen::Vector2d at = box.low + share.cwiseProduct(box.high - box.low);
        std::int64_t face = -1;
        if (locator) {
            face = locator->faceAt(at);
        } else {
            const auto& grid = *result.sampled;
            const Eigen::Vector2d cell = share.cwiseProduct(Eigen::Vector2d(grid.columns - 1, grid.rows - 1));
            const auto column = static_cast<std::int64_t>(cell.x()),
                       row = static_cast<std::int64_t>(cell.y());
            const bool isUpper = cell.y() - double(row) > cell.x() - double(column);
            face = 2 * (row * (grid.columns - 1) + column) + (isUpper ? 1 : 0);
        }
        if (face < 0) return std::numeric_limits<double>::infinity();
        const auto found = mesh.logitsAt(face, at);
        std::vector<double> outputs(static_cast<std::size_t>(result.outputs));
        const Eigen::VectorXd input = result.plane.inputFromSlice(at);
        if (!inputs.model->logits(input.data(), 1, outputs.data()).isOk())
            return std::numeric_limits<double>::infinity();
        const auto expected = classLogits(outputs);
        for (std::size_t k = 0; k < expected.size(); ++k)
            largest = std::max(largest, std::abs(found[k] - expected[k]));
    }
    return largest;
}

}  // namespace

class LogitHeightsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void exactHeightsAreTheNetworks() {
        const auto inputs = digits({2, 10, 8});
        const auto result = resultOf(inputs, {{"margin", 0.05}});
        QVERIFY(result.exact && !result.sampled && result.exact->complete);
        QVERIFY(largestError(inputs, result) < 1e-8);
        // Each sample lies in the plane, and its own logits are on the sheets there.
        const auto mesh = result.mesh();
        const FaceLocator locator(result.exact);
        QCOMPARE(result.samples.size(), std::size_t{3});
        for (const auto& sample : result.samples) {
            QVERIFY(sample.offPlane < 1e-9);
            QCOMPARE(sample.label, inputs.dataset->label(sample.sample));
            const auto there = mesh.logitsAt(locator.faceAt(sample.at), sample.at);
            for (std::size_t k = 0; k < there.size(); ++k)
                QVERIFY(std::abs(there[k] - sample.logits[k]) < 1e-8);
        }
        // The envelope's parts and its boundary are those of the plane's arrangement.
        const auto surface = winningSurface(mesh);
        const auto areas = surface.areaPerClass(mesh.classes), expected = result.exact->areaPerClass();
        for (std::size_t k = 0; k < areas.size(); ++k) QVERIFY(std::abs(areas[k] - expected[k]) < 1e-7);
        double length = 0;
        for (const auto& tie : surface.ties) length += (tie.b - tie.a).head<2>().norm();
        QVERIFY(std::abs(length - result.exact->boundaryLength()) < 1e-6);
    }

    void sampledComesNearTheExact() {
        const auto inputs = digits({2, 10, 8});
        const double coarse = largestError(inputs, resultOf(inputs, sampledAt(16)));
        const double fine = largestError(inputs, resultOf(inputs, sampledAt(128)));
        QVERIFY(coarse > 0);
        // Interpolation across bends: the error falls at least as the size of the cells does.
        QVERIFY2(fine < coarse / 4, qPrintable(QString("%1, %2").arg(coarse).arg(fine)));
    }

    void wholeSpaceOfTwoInputs() {
        const auto inputs = inputsOf("spiral_mlp.pt");
        const auto result = resultOf(inputs, {{"half-width", 2.0}});
        QVERIFY(result.samples.empty());
        QCOMPARE(boundingBox(result.plane.window).high, Eigen::Vector2d(2, 2));
        QVERIFY(largestError(inputs, result) < 1e-8);
    }

    void recordKeepsAll() {
        for (const auto& given : {ParameterMap{{"margin", 0.05}}, sampledAt(8)}) {
            const auto ran = runWith(digits({2, 10, 8}), given);
            QVERIFY(ran.isOk());
            const auto& record = *ran.value();
            const auto read = logitHeightsFromRecord(record, "it").value();
            const auto again = logitHeightsRecord(read, read.mesh(), record.provenance);
            QCOMPARE(again.arrays.size(), record.arrays.size());
            for (std::size_t i = 0; i < again.arrays.size(); ++i) {
                const auto &a = again.arrays[i], &b = record.arrays[i];
                QCOMPARE(a.name(), b.name());
                QVERIFY(a.shape() == b.shape() && a.dtype() == b.dtype());
                QVERIFY(std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.bytes())) == 0);
            }
            double share = 0;
            for (const double of :
                 std::get<std::vector<double>>(record.table("classes")->column("share")->values))
                share += of;
            QVERIFY(std::abs(share - 1) < 1e-9);
        }
    }

    // A record from a stranger names what is not there: a sentence, never a crash.
    void damagedRecordsAreRefused() {
        const auto exact = *runWith(digits({2, 10, 8}), {{"margin", 0.05}}).value();
        const auto sampled = *runWith(digits({2, 10, 8}), sampledAt(8)).value();
        const auto isRefused = [](const ResultRecord& record) {
            const auto read = logitHeightsFromRecord(record, "Result r1");
            return read.isError() && read.error().message.starts_with("Result r1 cannot be shown: ");
        };
        QVERIFY(!isRefused(exact) && !isRefused(sampled));
        for (const auto* whole : {&exact, &sampled})
            for (const auto& array : whole->arrays) {
                auto record = *whole;
                std::erase_if(record.arrays, [&](const Array& one) { return one.name() == array.name(); });
                QVERIFY2(isRefused(record), array.name().c_str());
            }
        const auto spoil = [&](ResultRecord record, const char* name, auto value) {
            using T = decltype(value);
            for (auto& array : record.arrays) {
                if (array.name() != name) continue;
                const auto values = array.values<T>();
                std::vector<T> broken(values.begin(), values.end());
                broken[broken.size() / 2] = value;
                array = Array::of<T>(name, array.shape(), std::move(broken));
            }
            return record;
        };
        QVERIFY(isRefused(spoil(exact, "face_vertices", std::int32_t{1 << 30})));
        QVERIFY(isRefused(spoil(exact, "forms", std::numeric_limits<double>::quiet_NaN())));
        QVERIFY(isRefused(spoil(exact, "sample_logits", std::numeric_limits<double>::infinity())));
        QVERIFY(isRefused(spoil(sampled, "logits", std::numeric_limits<float>::quiet_NaN())));
        QVERIFY(isRefused(spoil(sampled, "bounds", 1e9)));
        auto other = exact;
        other.probe = "volume";
        QVERIFY(isRefused(other));
    }

    void whereThePlaneLies() {
        QVERIFY(runWith(digits({1, 2})).isError());
        QVERIFY(runWith(digits({})).isError());
        QVERIFY(runWith(digits({1, 2, 3, 4})).isError());
        const auto same = runWith(digits({1, 2, 1}));
        QVERIFY(same.isError() && !same.error().message.empty());
    }

    void budgetStopAndPartialResults() {
        const auto few = runWith(digits({2, 10, 8}), {{"max-regions", std::int64_t{50}}});
        QVERIFY(few.isOk());
        QVERIFY(!few.value()->provenance.complete);
        QVERIFY(logitHeightsFromRecord(*few.value(), "it").isOk());
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(runWith(digits({2, 10, 8}), {}, stop.get_token()).isCancelled());
        auto inputs = digits({2, 10, 8});
        std::vector<std::shared_ptr<const ResultRecord>> partial;
        inputs.onPartial = [&](auto record) { partial.push_back(std::move(record)); };
        QVERIFY(runWith(inputs, sampledAt(32)).isOk());
        QCOMPARE(partial.size(), std::size_t{1});
        QVERIFY(!partial.front()->provenance.complete);
        QCOMPARE(logitHeightsFromRecord(*partial.front(), "it").value().sampled->columns, 9);
    }
};

QTEST_APPLESS_MAIN(LogitHeightsTest)
#include "logit_heights_test.moc"
