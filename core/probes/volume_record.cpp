// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/volume_record.h"

#include <map>
#include <utility>

#include "core/base/record_columns.h"
#include "core/probes/record_plane.h"

namespace tessera {
namespace {

using Reals = std::vector<double>;
using Wholes = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

class VolumeRecord {
  public:
    explicit VolumeRecord(const VolumeResult& result) : result_(result) {}

    ResultRecord record() {
        addVolume();
        addSamples();
        addPaths();
        addMetric("outputs", "Logits", "", result_.outputs,
                  "Logits of the network; 1 tells two classes apart.");
        if (result_.cells) addCells(*result_.cells);
        if (result_.sampled) addSampled(*result_.sampled);
        return std::move(record_);
    }

  private:
    void addMetric(const char* name, const char* label, const char* unit, double value,
                   const char* sentence) {
        record_.summary.push_back({name, label, unit, value, sentence});
    }
    template <typename T>
    void addView(const char* name, Shape shape, const std::vector<T>& values,
                 std::shared_ptr<const void> owner) {
        record_.arrays.push_back(
            Array::view<T>(name, std::move(shape), std::span<const T>(values), std::move(owner)));
    }
    void addPoints(const char* name, const std::vector<Eigen::Vector3d>& points,
                   std::shared_ptr<const void> owner) {
        static_assert(sizeof(Eigen::Vector3d) == 3 * sizeof(double));
        record_.arrays.push_back(Array::view<double>(
            name, {static_cast<std::int64_t>(points.size()), 3},
            std::span<const double>(points.empty() ? nullptr : points.front().data(), 3 * points.size()),
            std::move(owner)));
    }

    void addVolume() {
        const auto& volume = result_.volume;
        addInput("volume_origin", volume.inputShape, volume.origin, record_.arrays);
        addInput("volume_u", volume.inputShape, volume.u, record_.arrays);
        addInput("volume_v", volume.inputShape, volume.v, record_.arrays);
        addInput("volume_w", volume.inputShape, volume.w, record_.arrays);
        record_.arrays.push_back(Array::of<double>("volume_box", {2, 3},
                                                   {volume.low.x(), volume.low.y(), volume.low.z(),
                                                    volume.high.x(), volume.high.y(), volume.high.z()}));
    }

    void addSamples() {
        if (result_.samples.empty()) return;
        Wholes sample, label, prediction;
        Reals s, t, r, off;
        for (const auto& of : result_.samples) {
            sample.push_back(of.sample), label.push_back(of.label), prediction.push_back(of.prediction);
            s.push_back(of.at.x()), t.push_back(of.at.y()), r.push_back(of.at.z()),
                off.push_back(of.offVolume);
        }
        record_.tables.push_back({"samples",
                                  "Samples",
                                  {{"sample", "Sample", "", "Index in the data.", sample},
                                   {"label", "Label", "", "Its class in the data; -1: none.", label},
                                   {"prediction", "Prediction", "", "Its class by the model.", prediction},
                                   {"s", "s", "input units", "Where it lies along the first axis.", s},
                                   {"t", "t", "input units", "Where it lies along the second axis.", t},
                                   {"r", "r", "input units", "Where it lies along the third axis.", r},
                                   {"off_volume", "Off the volume", "input units",
                                    "Distance of the sample from the volume.", off}},
                                  "sample"});
    }

    void addPaths() {
        const auto& paths = result_.paths;
        if (paths.empty()) return;
        Table searches{"searches", "Counterfactual searches", {}, "sample"};
        RecordColumns<VolumePath> columns(searches, paths);
        columns.add("sample", "Sample", "", "Index in the data; -1: the middle of the box.",
                    [](const auto& path) { return path.sample; });
        columns.add("predicted", "Predicted", "", "Class of the largest logit at the start.",
                    [](const auto& path) { return path.predicted; });
        columns.add("target", "Target", "", "Class that the search raises; the runner-up if untargeted.",
                    [](const auto& path) { return path.target; });
        columns.add("landing_class", "Landing class", "", "Predicted at the end.",
                    [](const auto& path) { return path.landing; });
        columns.add("flipped", "Flipped", "", "1 for a flip, else 0.",
                    [](const auto& path) { return path.flipped ? 1 : 0; });
        columns.add("steps", "Steps", "", "Taken until the flip, or all of them.",
                    [](const auto& path) { return path.steps; });
        columns.add("distance", "Distance", "input units", "From the start to the end.",
                    [](const auto& path) { return path.distance; });
        columns.add("radius", "Trust radius", "input units", "That the search is kept within.",
                    [](const auto& path) { return path.radius; });
        columns.add("points", "Points kept", "", "Of the path, in the table of paths.",
                    [](const auto& path) { return path.step.size(); });
        record_.tables.push_back(std::move(searches));
        Wholes of, step, prediction;
        Reals s, t, r, off, margin;
        for (std::size_t i = 0; i < paths.size(); ++i)
            for (std::size_t p = 0; p < paths[i].step.size(); ++p) {
                const auto& path = paths[i];
                of.push_back(static_cast<std::int64_t>(i)), step.push_back(path.step[p]);
                s.push_back(path.points[p].x()), t.push_back(path.points[p].y());
                r.push_back(path.points[p].z()), off.push_back(path.offVolume[p]);
                margin.push_back(path.margin[p]), prediction.push_back(path.prediction[p]);
            }
        record_.tables.push_back(
            {"paths",
             "Counterfactual paths",
             {{"path", "Path", "", "Row in the table of searches.", std::move(of)},
              {"step", "Step", "", "Of the search.", std::move(step)},
              {"s", "s", "input units", "Where it lies along the first axis.", std::move(s)},
              {"t", "t", "input units", "Where it lies along the second axis.", std::move(t)},
              {"r", "r", "input units", "Where it lies along the third axis.", std::move(r)},
              {"off_volume", "Off the volume", "input units", "Distance of the point from the volume.",
               std::move(off)},
              {"margin", "Margin", "logits", "Target minus predicted logit.", std::move(margin)},
              {"prediction", "Prediction", "", "Class by the model at the point.", std::move(prediction)}}});
        double flips = 0;
        for (const auto& path : paths) flips += path.flipped;
        addMetric("flips", "Flips", "", flips, "Searches that reached another class.");
        addMetric("searches", "Searches", "", double(paths.size()),
                  "For a counterfactual, one from each sample.");
    }

    void addCells(const CellComplex& map) {
        const auto owner = result_.cells;
        const auto faces = map.faceCount(), cells = map.cellCount(), regions = map.regionCount();
        addPoints("vertices", map.vertices, owner);
        addView("face_begin", {faces + 1}, map.faceBegin, owner);
        addView("face_vertices", {static_cast<std::int64_t>(map.faceVertices.size())}, map.faceVertices,
                owner);
        static_assert(sizeof(map.faceCells[0]) == 2 * sizeof(std::int32_t));
        record_.arrays.push_back(Array::view<std::int32_t>(
            "face_cells", {faces, 2},
            std::span<const std::int32_t>(map.faceCells.empty() ? nullptr : map.faceCells.front().data(),
                                          2 * map.faceCells.size()),
            owner));
        addView("face_layer", {faces}, map.faceSite, owner);
        addView("cell_begin", {cells + 1}, map.cellBegin, owner);
        addView("cell_faces", {static_cast<std::int64_t>(map.cellFaces.size())}, map.cellFaces, owner);
        addView("cell_region", {cells}, map.cellRegion, owner);
        if (!map.cellLabel.empty()) addView("cell_label", {cells}, map.cellLabel, owner);
        addView("cell_volume", {cells}, map.cellVolume, owner);
        addView("region_hash", {regions}, map.patternHash, owner);
        addView("region_volume", {regions}, map.regionVolume, owner);
        if (!map.slopeNorm.empty()) addView("region_slope", {regions}, map.slopeNorm, owner);
        addCellMetrics(map);
        addLayers(map);
        if (map.cellLabel.empty()) return;
        addClasses(map);
        addPairs(map.boundary());
    }

    void addCellMetrics(const CellComplex& map) {
        const auto& checks = map.checks;
        addMetric("regions", "Linear regions", "", double(map.regionCount()),
                  "Convex cells of constant activation pattern.");
        addMetric("cells", "Cells", "", double(map.cellCount()),
                  "Regions, cut further where the predicted class changes.");
        addMetric("vertices", "Vertices", "", double(map.vertices.size()), "Corners of the cells.");
        addMetric("edges", "Edges", "", double(map.edges), "Edges of the cells.");
        addMetric("faces", "Faces", "", double(map.faceCount()), "Polygons between cells, and on the box.");
        addMetric("volume", "Volume", "cubed input units", checks.volumeSum, "Sum of the cells' volumes.");
        addMetric("box_volume", "Volume of the box", "cubed input units", checks.boxVolume,
                  "Equals the sum of the cells' volumes.");
        addMetric("euler", "Euler characteristic", "", double(checks.euler),
                  "Vertices - edges + faces - cells; 1 for a box cut into cells.");
        addMetric("max_interpolation_error", "Interpolation error", "logits", checks.maxInterpolationError,
                  "Largest difference between the network inside a cell and the mean over its corners.");
        addMetric("cells_checked", "Cells checked", "", double(checks.cellsChecked),
                  "In how many cells that was looked at.");
        addMetric("pattern_mismatches", "Pattern mismatches", "", double(checks.patternMismatches),
                  "Of the checked cells, those where the network's pattern is another.");
        addMetric("unresolved", "Unresolved cells", "", double(checks.unresolved),
                  "Cells as small as rounding, which a cut left whole.");
        addMetric("smallest_off_margin", "Smallest margin off a plane", "input units",
                  checks.smallestOffMargin,
                  "Of the vertices judged not to lie on a unit's plane, the nearest; 0: none came near.");
        addMetric("largest_on_margin", "Largest margin on a plane", "input units", checks.largestOnMargin,
                  "Of the vertices judged to lie on a unit's plane, the farthest from it.");
        addMetric("tolerance", "Tolerance", "input units", map.tolerance,
                  "Distance below which a vertex lies on a plane.");
        addMetric("refined_layers", "Layers cut", "", map.refinedSites,
                  "Layers that bend whose units are all cut.");
    }

    void addLayers(const CellComplex& map) {
        Texts name;
        Wholes after, faces;
        for (const auto& site : map.sites) {
            name.push_back(site.name), after.push_back(site.regionsAfter), faces.push_back(site.edges);
        }
        record_.tables.push_back(
            {"layers",
             "Layers",
             {{"layer", "Layer", "", "Layers that bend, in order.", name},
              {"regions_after", "Regions after", "", "Once this layer's units are cut.", after},
              {"faces", "Faces", "", "Polygons of the result on this layer's cuts.", faces}}});
    }

    void addClasses(const CellComplex& map) {
        Wholes label;
        Reals share;
        auto volume = map.volumePerClass();
        for (std::size_t k = 0; k < volume.size(); ++k) {
            label.push_back(static_cast<std::int64_t>(k)), share.push_back(volume[k] / map.checks.boxVolume);
        }
        record_.tables.push_back(
            {"classes",
             "Classes",
             {{"class", "Class", "", "Predicted class.", label},
              {"volume", "Volume", "cubed input units", "In which it is predicted.", std::move(volume)},
              {"share", "Share", "", "Of the box.", share}}});
    }

    // Once: of the exact boundary if there is one.
    void addPairs(const SurfaceMesh& surface) {
        std::map<std::pair<std::int32_t, std::int32_t>, std::pair<double, std::int64_t>> found;
        double all = 0;
        for (std::int64_t f = 0; f < surface.faceCount(); ++f) {
            auto& [area, count] = found[{surface.classA[f], surface.classB[f]}];
            const double one = surface.faceArea(f);
            area += one, all += one, ++count;
        }
        Wholes a, b, faces;
        Reals areas;
        for (const auto& [pair, of] : found) {
            a.push_back(pair.first), b.push_back(pair.second), areas.push_back(of.first),
                faces.push_back(of.second);
        }
        record_.tables.push_back(
            {"boundary",
             "Decision boundary",
             {{"class_a", "Class", "", "On one side.", a},
              {"class_b", "Other class", "", "On the other side.", b},
              {"area", "Area", "squared input units", "Of the surface between them.", areas},
              {"faces", "Polygons", "", "That it is made of.", faces}}});
        addMetric("boundary_area", "Area of the boundary", "squared input units", all,
                  "Of the decision boundary in the box.");
    }

    void addSampled(const SampledBoundary& sampled) {
        const auto& surface = *sampled.surface;
        const auto owner = sampled.surface;
        addPoints("sampled_vertices", surface.vertices, owner);
        addView("sampled_face_begin", {surface.faceCount() + 1}, surface.faceBegin, owner);
        addView("sampled_face_vertices", {static_cast<std::int64_t>(surface.faceVertices.size())},
                surface.faceVertices, owner);
        addView("sampled_class_a", {surface.faceCount()}, surface.classA, owner);
        addView("sampled_class_b", {surface.faceCount()}, surface.classB, owner);
        addMetric("sampled_cells", "Sampling grid", "", double(sampled.cells),
                  "Grid cells along the longest side of the box.");
        addMetric("sampled_evaluations", "Points evaluated", "", double(sampled.evaluations),
                  "Grid points at which the network was run; the rest lie far from the boundary.");
        addMetric("sampled_area", "Area of the sampled boundary", "squared input units", surface.area(),
                  "Of the boundary of the sampled logits.");
        if (!result_.cells || result_.cells->cellLabel.empty()) addPairs(surface);
        if (!sampled.complete)
            addMetric("sampled_partial", "Sampling stopped early", "", 1,
                      "The grid is coarser than asked for.");
    }

    const VolumeResult& result_;
    ResultRecord record_;
};

}  // namespace

SurfaceMesh VolumeResult::boundary() const {
    if (cells && !cells->cellLabel.empty()) return cells->boundary();
    return sampled ? *sampled->surface : SurfaceMesh{};
}

ResultRecord volumeRecord(const VolumeResult& result) {
    return VolumeRecord(result).record();
}

}  // namespace tessera
