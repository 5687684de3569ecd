// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/record_columns.h"
#include "core/probes/record_plane.h"
#include "core/probes/volume_record.h"

namespace tessera {
namespace {

using Indices = std::span<const std::int32_t>;
constexpr std::int64_t kMostOutputs = 1 << 20;

// With one entry at least, so that there is a number of parts.
bool areSomeParts(Indices begin, std::size_t total, std::int32_t least) {
    return !begin.empty() && areParts(begin, static_cast<std::int64_t>(total), least);
}

class VolumeReader {
  public:
    explicit VolumeReader(RecordParts& parts) : parts_(parts) {}

    void readVolume() {
        auto& volume = result.volume;
        const auto* origin = parts_.record().array("volume_origin");
        volume.inputShape = origin == nullptr ? Shape{-1} : origin->shape();
        volume.origin = parts_.input("volume_origin", volume.inputShape);
        volume.u = parts_.input("volume_u", volume.inputShape);
        volume.v = parts_.input("volume_v", volume.inputShape);
        volume.w = parts_.input("volume_w", volume.inputShape);
        const auto box = parts_.values<double>("volume_box", {2, 3});
        if (parts_.failed()) return;
        volume.low = Eigen::Map<const Eigen::Vector3d>(box.data());
        volume.high = Eigen::Map<const Eigen::Vector3d>(box.data() + 3);
        if (const auto valid = validateVolume(volume); !valid.isOk())
            parts_.failAs("its volume is not one", valid.error());
        result.outputs = static_cast<std::int32_t>(parts_.whole("outputs", 1, kMostOutputs));
    }

    void readSamples() {
        if (parts_.record().table("samples") == nullptr) return;
        const auto wholes = [&](const char* name) { return columnOf<std::int64_t>(name); };
        const auto reals = [&](const char* name) { return columnOf<double>(name); };
        const auto sample = wholes("sample"), label = wholes("label"), prediction = wholes("prediction");
        const auto s = reals("s"), t = reals("t"), r = reals("r"), off = reals("off_volume");
        if (parts_.failed()) return;
        for (std::size_t i = 0; i < sample.size(); ++i) {
            VolumeSample of{
                sample[i], std::int32_t(label[i]), std::int32_t(prediction[i]), {s[i], t[i], r[i]}, off[i]};
            parts_.check(label[i] >= -1 && label[i] < INT32_MAX && prediction[i] >= 0 &&
                             prediction[i] < result.classCount() && isNear(std::span(of.at.data(), 3)),
                         "a sample lies where it cannot");
            result.samples.push_back(of);
        }
    }

    void readPaths() {
        const auto* searches = parts_.record().table("searches");
        const auto* points = parts_.record().table("paths");
        if (searches == nullptr && points == nullptr) return;
        if (searches == nullptr || points == nullptr) return parts_.fail("half of its paths are missing");
        const auto wholes = [&](const Table& table, const char* name) {
            return fullColumn<std::int64_t>(table, name);
        };
        const auto reals = [&](const Table& table, const char* name) {
            return fullColumn<double>(table, name);
        };
        const auto sample = wholes(*searches, "sample"), predicted = wholes(*searches, "predicted"),
                   target = wholes(*searches, "target"), landing = wholes(*searches, "landing_class"),
                   flipped = wholes(*searches, "flipped"), steps = wholes(*searches, "steps"),
                   kept = wholes(*searches, "points");
        const auto distance = reals(*searches, "distance"), radius = reals(*searches, "radius");
        const auto of = wholes(*points, "path"), step = wholes(*points, "step"),
                   prediction = wholes(*points, "prediction");
        const auto s = reals(*points, "s"), t = reals(*points, "t"), r = reals(*points, "r"),
                   off = reals(*points, "off_volume"), margin = reals(*points, "margin");
        if (parts_.failed()) return;
        const auto isClass = [&](std::int64_t label) { return label >= 0 && label < result.classCount(); };
        std::size_t at = 0;
        for (std::size_t i = 0; i < sample.size(); ++i) {
            parts_.check(sample[i] >= -1 && isClass(predicted[i]) && isClass(target[i]) &&
                             isClass(landing[i]) && steps[i] >= 0 && steps[i] <= INT32_MAX &&
                             std::isfinite(distance[i]) && radius[i] > 0 && std::isfinite(radius[i]) &&
                             kept[i] > 0 && kept[i] <= static_cast<std::int64_t>(of.size() - at),
                         "a search is not one");
            if (parts_.failed()) return;
            VolumePath path;
            path.sample = sample[i];
            path.predicted = std::int32_t(predicted[i]), path.target = std::int32_t(target[i]);
            path.landing = std::int32_t(landing[i]);
            path.flipped = flipped[i] != 0, path.steps = std::int32_t(steps[i]);
            path.distance = distance[i], path.radius = radius[i];
            for (const auto end = at + static_cast<std::size_t>(kept[i]); at < end; ++at) {
                parts_.check(of[at] == static_cast<std::int64_t>(i) && isClass(prediction[at]) &&
                                 step[at] >= 0 && step[at] <= INT32_MAX &&
                                 (path.step.empty() || step[at] > path.step.back()) && std::isfinite(s[at]) &&
                                 std::isfinite(t[at]) && std::isfinite(r[at]),
                             "a point of a path lies where it cannot");
                if (parts_.failed()) return;
                path.step.push_back(std::int32_t(step[at]));
                path.points.push_back({s[at], t[at], r[at]});
                path.offVolume.push_back(off[at]);
                path.margin.push_back(margin[at]);
                path.prediction.push_back(std::int32_t(prediction[at]));
            }
            result.paths.push_back(std::move(path));
        }
        parts_.check(at == of.size(), "a point is of no path");
    }

    void readCells() {
        if (parts_.record().array("vertices") == nullptr) return;
        auto map = std::make_shared<CellComplex>();
        map->low = result.volume.low;
        map->high = result.volume.high;
        map->outputs = result.outputs;
        readPoints("vertices", map->vertices);
        parts_.take("face_begin", {-1}, map->faceBegin);
        parts_.take("face_vertices", {-1}, map->faceVertices);
        const std::int64_t faces = std::max<std::int64_t>(parts_.extent("face_begin", 0) - 1, 0);
        const std::int64_t cells = std::max<std::int64_t>(parts_.extent("cell_begin", 0) - 1, 0);
        const std::int64_t regions = parts_.extent("region_hash", 0);
        const auto sides = parts_.values<std::int32_t>("face_cells", {faces, 2});
        map->faceCells.resize(sides.size() / 2);
        if (!sides.empty())
            std::memcpy(static_cast<void*>(map->faceCells.data()), sides.data(), sides.size_bytes());
        parts_.take("face_layer", {faces}, map->faceSite);
        parts_.take("cell_begin", {-1}, map->cellBegin);
        parts_.take("cell_faces", {-1}, map->cellFaces);
        parts_.take("cell_region", {cells}, map->cellRegion);
        if (parts_.record().array("cell_label") != nullptr)
            parts_.take("cell_label", {cells}, map->cellLabel);
        parts_.take("cell_volume", {cells}, map->cellVolume);
        parts_.take("region_hash", {regions}, map->patternHash);
        parts_.take("region_volume", {regions}, map->regionVolume);
        if (parts_.record().array("region_slope") != nullptr)
            parts_.take("region_slope", {regions}, map->slopeNorm);
        map->sites = parts_.layers("faces");
        if (parts_.failed()) return;
        parts_.check(areSomeParts(map->faceBegin, map->faceVertices.size(), 3),
                     "its faces have no good ends");
        parts_.check(areSomeParts(map->cellBegin, map->cellFaces.size(), 4), "its cells have no good ends");
        parts_.check(
            allWithin<std::int32_t>(map->faceVertices, 0, static_cast<std::int64_t>(map->vertices.size())),
            "a face has a vertex that is not there");
        parts_.check(allWithin(sides, -1, cells), "a face has a cell that is not there");
        parts_.check(
            allWithin<std::int32_t>(map->faceSite, -1, static_cast<std::int64_t>(map->sites.size()) + 1),
            "a face has a layer that is not there");
        parts_.check(allWithin<std::int32_t>(map->cellFaces, 0, faces),
                     "a cell has a face that is not there");
        parts_.check(allWithin<std::int32_t>(map->cellRegion, 0, regions),
                     "a cell has a region that is not there");
        parts_.check(allWithin<std::int32_t>(map->cellLabel, 0, map->classCount()),
                     "a cell has a class that is not there");
        readNumbers(*map);
        result.cells = std::move(map);
    }

    void readSampled() {
        if (parts_.record().array("sampled_vertices") == nullptr) return;
        auto surface = std::make_shared<SurfaceMesh>();
        readPoints("sampled_vertices", surface->vertices);
        parts_.take("sampled_face_begin", {-1}, surface->faceBegin);
        parts_.take("sampled_face_vertices", {-1}, surface->faceVertices);
        const std::int64_t faces = std::max<std::int64_t>(parts_.extent("sampled_face_begin", 0) - 1, 0);
        parts_.take("sampled_class_a", {faces}, surface->classA);
        parts_.take("sampled_class_b", {faces}, surface->classB);
        if (parts_.failed()) return;
        parts_.check(areSomeParts(surface->faceBegin, surface->faceVertices.size(), 3),
                     "its sampled boundary has no good ends");
        parts_.check(allWithin<std::int32_t>(surface->faceVertices, 0,
                                             static_cast<std::int64_t>(surface->vertices.size())),
                     "its sampled boundary has a vertex that is not there");
        parts_.check(allWithin<std::int32_t>(surface->classA, 0, result.classCount()) &&
                         allWithin<std::int32_t>(surface->classB, 0, result.classCount()),
                     "its sampled boundary has a class that is not there");
        SampledBoundary sampled;
        sampled.surface = std::move(surface);
        sampled.cells = parts_.whole("sampled_cells", 1, INT32_MAX);
        sampled.evaluations = parts_.whole("sampled_evaluations", 0, INT64_C(1) << 52);
        sampled.complete = parts_.record().metric("sampled_partial") == nullptr;
        result.sampled = std::move(sampled);
    }

    VolumeResult result;

  private:
    template <typename T>
    std::vector<T> columnOf(const char* name) {
        const auto* column = parts_.column("samples", name);
        if (column == nullptr) return {};
        const auto* values = std::get_if<std::vector<T>>(&column->values);
        const auto* first = parts_.column("samples", "sample");
        if (values == nullptr || first == nullptr || values->size() != first->size())
            return parts_.fail("its table of samples is damaged"), std::vector<T>{};
        return *values;
    }

    template <typename T>
    std::vector<T> fullColumn(const Table& table, const char* name) {
        const auto* values = columnValues<T>(table, name);
        if (values == nullptr || values->size() != table.rows())
            return parts_.fail("its table of " + table.name + " is damaged"), std::vector<T>{};
        return *values;
    }

    // Finite, and no farther from the box than its own size. Written so that NaN fails.
    bool isNear(std::span<const double> points) const {
        const auto& volume = result.volume;
        const Eigen::Vector3d margin = Eigen::Vector3d::Constant((volume.high - volume.low).maxCoeff());
        const Eigen::Vector3d low = volume.low - margin, high = volume.high + margin;
        for (std::size_t i = 0; i < points.size(); ++i)
            if (!(points[i] >= low[i % 3] && points[i] <= high[i % 3])) return false;
        return true;
    }

    void readPoints(const char* name, std::vector<Eigen::Vector3d>& points) {
        const auto values = parts_.values<double>(name, {-1, 3});
        parts_.check(isNear(values), "a vertex lies outside the box");
        parts_.check(values.size() / 3 <= INT32_MAX, "it has more vertices than can be numbered");
        if (parts_.failed()) return;
        points.resize(values.size() / 3);
        if (!values.empty())
            std::memcpy(static_cast<void*>(points.data()), values.data(), values.size_bytes());
    }

    void readNumbers(CellComplex& map) {
        map.edges = parts_.whole("edges", 0, INT32_MAX);
        map.tolerance = parts_.metric("tolerance");
        map.refinedSites =
            static_cast<int>(parts_.whole("refined_layers", 0, static_cast<std::int64_t>(map.sites.size())));
        auto& checks = map.checks;
        checks.boxVolume = parts_.metric("box_volume");
        checks.volumeSum = parts_.metric("volume");
        checks.euler = parts_.whole("euler", INT32_MIN, INT32_MAX);
        checks.maxInterpolationError = parts_.metric("max_interpolation_error");
        checks.cellsChecked = parts_.whole("cells_checked", 0, INT32_MAX);
        checks.patternMismatches = parts_.whole("pattern_mismatches", 0, INT32_MAX);
        checks.unresolved = parts_.whole("unresolved", 0, INT32_MAX);
        checks.smallestOffMargin = parts_.metric("smallest_off_margin");
        checks.largestOnMargin = parts_.metric("largest_on_margin");
        map.complete = parts_.record().provenance.complete;
        if (!map.complete) map.stopReason = parts_.record().provenance.note;
    }

    RecordParts& parts_;
};

}  // namespace

Result<VolumeResult> volumeFromRecord(const ResultRecord& record, const std::string& what) {
    RecordParts parts(record, what);
    parts.check(record.probe == kVolumeProbe, "it is of probe " + record.probe.substr(0, 40));
    VolumeReader reader(parts);
    for (const auto step : {&VolumeReader::readVolume, &VolumeReader::readSamples, &VolumeReader::readPaths,
                            &VolumeReader::readCells, &VolumeReader::readSampled})
        if (!parts.failed()) (reader.*step)();
    if (parts.failed()) return parts.error();
    return std::move(reader.result);
}

}  // namespace tessera
