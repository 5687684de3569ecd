// SPDX-License-Identifier: GPL-3.0-or-later
// The probe end to end on real models, its record, and the graph network against the chain kernels.
#include "core/probes/volume_probe.h"

#include <QtTest>
#include <cstring>
#include <map>
#include <set>

#include "core/geometry/volume_cells.h"
#include "core/model/layer_graph_torch.h"
#include "core/model/volume_network_torch.h"
#include "core/probes/linear_regions.h"
#include "core/probes/volume_place.h"
#include "core/probes/volume_record.h"
#include "tests/core/probes/digits.h"

using namespace tessera;

namespace {

using test::digits;

Result<std::shared_ptr<const ResultRecord>> runWith(const ProbeInputs& inputs, const ParameterMap& given = {},
                                                    std::stop_token stop = {}) {
    NoProgress progress;
    return runProbe(VolumeProbe(), inputs, given, std::move(stop), progress);
}

const ParameterMap kSmall{{"method", std::string("exact")}, {"margin", 0.02}};

}  // namespace

class VolumeProbeTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // Every side of the box is a slice: the plane engine finds the same regions and class areas there.
    void boxSidesAreSlices() {
        const auto inputs = digits("mnist_mlp.pt", {2, 10, 8, 4});
        const auto ran = runWith(inputs, kSmall);
        QVERIFY(ran.isOk());
        const auto read = volumeFromRecord(*ran.value(), "it");
        QVERIFY(read.isOk());
        const auto& result = read.value();
        const auto& map = *result.cells;
        QVERIFY(map.complete);
        QCOMPARE(map.checks.euler, std::int64_t{1});
        QCOMPARE(map.checks.patternMismatches, std::int64_t{0});
        QVERIFY(std::abs(map.checks.volumeSum / map.checks.boxVolume - 1) < 1e-12);
        QVERIFY(map.checks.maxInterpolationError < 1e-9);
        QVERIFY(map.regionCount() > 1000);
        for (const auto& sample : result.samples) {
            QVERIFY(sample.offVolume < 1e-9);
            QCOMPARE(sample.label, inputs.dataset->label(sample.sample));
        }
        for (const int axis : {0, 1, 2}) {
            const double at = axis == 1 ? map.high[axis] : map.low[axis];
            NoProgress progress;
            const auto slice =
                LinearRegions::run(*inputs.model, result.volume.cut(axis, at), {}, {}, progress);
            QVERIFY(slice.isOk());
            const auto& flat = *slice.value().arrangement;
            std::map<std::uint64_t, double> expected, found;
            for (std::int64_t f = 0; f < flat.faceCount(); ++f) expected[flat.patternHash[f]] += flat.area[f];
            std::vector<double> ofClass(static_cast<std::size_t>(map.classCount()), 0);
            SurfaceMesh side;
            side.vertices = map.vertices;
            for (std::int64_t f = 0; f < map.faceCount(); ++f) {
                if (map.faceSite[f] != -1) continue;
                bool isHere = true;
                for (const std::int32_t v : map.verticesOfFace(f))
                    isHere = isHere && map.vertices[v][axis] == at;
                if (!isHere) continue;
                for (const std::int32_t v : map.verticesOfFace(f)) side.faceVertices.push_back(v);
                side.faceBegin.push_back(static_cast<std::int32_t>(side.faceVertices.size()));
                const double area = side.faceArea(side.faceCount() - 1);
                const std::int32_t cell = std::max(map.faceCells[f][0], map.faceCells[f][1]);
                found[map.patternHash[map.cellRegion[cell]]] += area;
                ofClass[map.cellLabel[cell]] += area;
            }
            QCOMPARE(found.size(), expected.size());
            for (const auto& [hash, area] : expected) QVERIFY(std::abs(found[hash] - area) < 1e-7);
            const auto areas = flat.areaPerClass();
            for (std::size_t k = 0; k < areas.size(); ++k) QVERIFY(std::abs(areas[k] - ofClass[k]) < 1e-7);
        }
    }

    // The bundled network with convolutions, max-pooling and a residual sum, in a small box.
    void convolutionsAndPooling() {
        const auto inputs = digits("mnist_cnn.pt", {2, 10, 8, 4});
        const auto parameters = completeParameters(VolumeProbe().description().parameters, {}).value();
        auto place = placeVolume(inputs, parameters, {}).value();
        auto& volume = place.volume;
        const Eigen::Vector3d middle = volume.pointInVolume(place.inputs.row(0).transpose());
        volume.low = middle - Eigen::Vector3d::Constant(0.05);
        volume.high = middle + Eigen::Vector3d::Constant(0.05);
        const auto network = networkOnVolume(inputs.model->sharedGraph(), volume);
        QVERIFY(std::any_of(network->sites().begin(), network->sites().end(),
                            [](const Site& site) { return site.kind == SiteKind::Max; }));
        NoProgress progress;
        const auto cells = cellsOfVolume(*network, volume.low, volume.high, {}, {}, progress);
        QVERIFY(cells.isOk());
        const auto& map = cells.value();
        QVERIFY(map.complete);
        QCOMPARE(map.checks.euler, std::int64_t{1});
        QCOMPARE(map.checks.patternMismatches, std::int64_t{0});
        QCOMPARE(map.checks.unresolved, std::int64_t{0});
        QVERIFY(std::abs(map.checks.volumeSum / map.checks.boxVolume - 1) < 1e-12);
        QVERIFY(map.checks.maxInterpolationError < 1e-9);
        QVERIFY(map.regionCount() > 20);
        const auto slice = LinearRegions::run(*inputs.model, volume.cut(2, volume.low.z()), {}, {}, progress);
        QVERIFY(slice.isOk());
        std::set<std::uint64_t> expected, found;
        for (const auto hash : slice.value().arrangement->patternHash) expected.insert(hash);
        for (std::int64_t f = 0; f < map.faceCount(); ++f) {
            bool isHere = map.faceSite[f] == -1;
            for (const std::int32_t v : map.verticesOfFace(f))
                isHere = isHere && map.vertices[v].z() == volume.low.z();
            if (isHere)
                found.insert(
                    map.patternHash[map.cellRegion[std::max(map.faceCells[f][0], map.faceCells[f][1])]]);
        }
        QVERIFY(found == expected);
    }

    void recordKeepsAll() {
        const auto ran = runWith(digits("mnist_mlp.pt", {2, 10, 8}), kSmall);
        QVERIFY(ran.isOk());
        const auto& record = *ran.value();
        QVERIFY(record.notes.front().find("principal component") != std::string::npos);
        const auto read = volumeFromRecord(record, "it").value();
        const auto again = volumeRecord(read);
        QCOMPARE(again.arrays.size(), record.arrays.size());
        for (std::size_t i = 0; i < again.arrays.size(); ++i) {
            const auto &a = again.arrays[i], &b = record.arrays[i];
            QCOMPARE(a.name(), b.name());
            QVERIFY(a.shape() == b.shape() && a.dtype() == b.dtype());
            QVERIFY(std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.bytes())) == 0);
        }
        for (const auto& metric : again.summary) QCOMPARE(metric.value, record.metric(metric.name)->value);
        QCOMPARE(read.boundary().area(), record.metric("boundary_area")->value);
    }

    // A record from a stranger names what is not there: a sentence, never a crash.
    void damagedRecordsAreRefused() {
        const auto ran = runWith(digits("mnist_mlp.pt", {2, 10, 8, 4}), kSmall);
        QVERIFY(ran.isOk());
        for (const char* name : {"face_vertices", "cell_faces", "face_cells", "cell_region", "cell_label",
                                 "face_layer", "cell_begin", "face_begin"}) {
            auto record = *ran.value();
            for (auto& array : record.arrays) {
                if (array.name() != name) continue;
                const auto values = array.values<std::int32_t>();
                std::vector<std::int32_t> broken(values.begin(), values.end());
                broken[broken.size() / 2] = 1 << 30;
                array = Array::of<std::int32_t>(name, array.shape(), std::move(broken));
            }
            const auto read = volumeFromRecord(record, "Result r1");
            QVERIFY2(read.isError(), name);
            QVERIFY(read.error().message.starts_with("Result r1 cannot be shown: "));
        }
        auto record = *ran.value();
        std::erase_if(record.arrays, [](const Array& array) { return array.name() == "cell_faces"; });
        QVERIFY(volumeFromRecord(record, "it").error().message.find("cell_faces is missing") !=
                std::string::npos);
    }

    void whereAVolumeLies() {
        const auto few = runWith(digits("mnist_mlp.pt", {1, 2}));
        QVERIFY(few.isError());
        QVERIFY(few.error().message.find("at least 3 samples, 2 chosen") != std::string::npos);
        const auto none = runWith(digits("mnist_mlp.pt", {}));
        QVERIFY(none.isError());
        QVERIFY(none.error().message.find("at least 3 samples, none chosen") != std::string::npos);
        const auto many = runWith(digits("mnist_mlp.pt", {1, 2, 3, 4, 5}));
        QVERIFY(many.isError());
        QVERIFY(many.error().message.find("at most 4 samples, 5 chosen") != std::string::npos);
        const auto same = runWith(digits("mnist_mlp.pt", {1, 2, 3, 1}));
        QVERIFY(same.isError());
        const auto random = digits("mnist_mlp.pt", {2, 10, 8});
        auto parameters = completeParameters(VolumeProbe().description().parameters,
                                             {{"third-direction", std::string("random")}})
                              .value();
        const auto one = placeVolume(random, parameters, {}).value();
        auto other = random;
        other.seed = 1;
        QVERIFY((one.volume.w - placeVolume(random, parameters, {}).value().volume.w).norm() == 0);
        QVERIFY((one.volume.w - placeVolume(other, parameters, {}).value().volume.w).norm() > 0.5);
    }

    void budgetAndStop() {
        const auto inputs = digits("mnist_mlp.pt", {2, 10, 8, 4});
        auto parameters = kSmall;
        parameters["max-cells"] = std::int64_t{50};
        const auto ran = runWith(inputs, parameters);
        QVERIFY(ran.isOk());
        QVERIFY(!ran.value()->provenance.complete);
        QCOMPARE(ran.value()->provenance.note, std::string("budget of 50 cells reached"));
        const auto read = volumeFromRecord(*ran.value(), "it");
        QVERIFY(read.isOk());
        QVERIFY(!read.value().cells->complete && read.value().cells->cellLabel.empty());
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(runWith(inputs, kSmall, stop.get_token()).isCancelled());
    }
};

QTEST_APPLESS_MAIN(VolumeProbeTest)
#include "volume_probe_test.moc"
