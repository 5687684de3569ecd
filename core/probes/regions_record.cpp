// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/regions_record.h"

#include <cstring>

#include "core/probes/record_plane.h"

namespace tessera {
namespace {

template <typename T>
std::int64_t sizeOf(const std::vector<T>& values) {
    return static_cast<std::int64_t>(values.size());
}

double number(std::int64_t value) {
    return static_cast<double>(value);
}

// What few there are is put in order here; segments and cells hold gaps that an array must not.
void addBoundary(const Arrangement& a, std::vector<Array>& arrays) {
    std::vector<double> points;
    std::vector<std::int32_t> classes, cellBegin{0}, cells;
    for (const auto& segment : a.boundary) {
        points.insert(points.end(), {segment.a.x(), segment.a.y(), segment.b.x(), segment.b.y()});
        classes.insert(classes.end(), {segment.classA, segment.classB, segment.face});
    }
    arrays.push_back(Array::of("boundary_points", {sizeOf(a.boundary), 2, 2}, std::move(points)));
    arrays.push_back(Array::of("boundary_classes", {sizeOf(a.boundary), 3}, std::move(classes)));
    std::vector<double> corners;
    for (const auto& cell : a.cells) {
        cells.insert(cells.end(), {cell.face, cell.label});
        for (const auto& corner : cell.polygon) corners.insert(corners.end(), {corner.x(), corner.y()});
        cellBegin.push_back(static_cast<std::int32_t>(corners.size() / 2));
    }
    const auto begins = sizeOf(cellBegin), corner = sizeOf(corners) / 2;
    arrays.push_back(Array::of("cells", {sizeOf(a.cells), 2}, std::move(cells)));
    arrays.push_back(Array::of("cell_begin", {begins}, std::move(cellBegin)));
    arrays.push_back(Array::of("cell_points", {corner, 2}, std::move(corners)));
}

void addFaces(const std::shared_ptr<const Arrangement>& shared, std::vector<Array>& arrays) {
    const auto& a = *shared;
    const auto add = [&](const char* name, Shape shape, const auto& values) {
        using T = typename std::decay_t<decltype(values)>::value_type;
        arrays.push_back(Array::view<T>(name, std::move(shape), values, shared));
    };
    static_assert(sizeof(Eigen::Vector2d) == 2 * sizeof(double));
    static_assert(sizeof(ArrangementEdge) == 6 * sizeof(std::int32_t));
    arrays.push_back(Array::view<double>(
        "vertices", {sizeOf(a.vertices), 2},
        {reinterpret_cast<const double*>(a.vertices.data()), 2 * a.vertices.size()}, shared));
    arrays.push_back(Array::view<std::int32_t>(
        "edges", {sizeOf(a.edges), 6},
        {reinterpret_cast<const std::int32_t*>(a.edges.data()), 6 * a.edges.size()}, shared));
    add("face_begin", {sizeOf(a.faceBegin)}, a.faceBegin);
    add("face_vertices", {sizeOf(a.faceVertices)}, a.faceVertices);
    add("pattern_hash", {sizeOf(a.patternHash)}, a.patternHash);
    add("depth", {sizeOf(a.depth)}, a.depth);
    add("area", {sizeOf(a.area)}, a.area);
    add("label", {sizeOf(a.label)}, a.label);
    add("piece", {sizeOf(a.piece)}, a.piece);
    add("forms", {a.faceCount(), a.outputs, 3}, a.forms);
}

std::vector<Metric> summaryOf(const Arrangement& a) {
    const auto& checks = a.checks;
    return {
        {"regions", "Regions", "", number(a.faceCount()), "Faces of constant activation pattern."},
        {"pieces", "Pieces", "", number(a.pieces),
         "Faces after merging neighbours with the same affine map."},
        {"vertices", "Vertices", "", number(sizeOf(a.vertices)), "Corners of the faces."},
        {"edges", "Edges", "", number(sizeOf(a.edges)), "Sides of the faces, each counted once."},
        {"boundary_segments", "Boundary segments", "", number(sizeOf(a.boundary)),
         "Straight pieces of the decision boundary."},
        {"boundary_length", "Boundary length", "slice units", a.boundaryLength(),
         "Length of the decision boundary in the window."},
        {"area", "Area", "slice units²", checks.areaSum, "Of all faces; that of the window if complete."},
        {"window_area", "Window area", "slice units²", checks.windowArea, "Of the window."},
        {"euler", "V - E + F", "", number(checks.euler), "1 for a complete subdivision of a convex window."},
        {"max_interpolation_error", "Largest interpolation error", "logits", checks.maxInterpolationError,
         "Between a face's affine map and the network, at the centroids of the faces checked."},
        {"faces_checked", "Faces checked", "", number(checks.facesChecked),
         "At how many faces that was measured."},
        {"pattern_mismatches", "Pattern mismatches", "", number(checks.patternMismatches),
         "Faces checked whose centroid has another activation pattern than the face."},
        {"smallest_off_margin", "Smallest distance off a line", "slice units", checks.smallestOffMargin,
         "Of a vertex from a line that was judged not to pass through it."},
        {"largest_on_margin", "Largest distance on a line", "slice units", checks.largestOnMargin,
         "Of a vertex from a line that was judged to pass through it."},
        {"tolerance", "Tolerance", "slice units", a.tolerance,
         "Distance below which a vertex lies on a line."},
        {"outputs", "Logits", "", number(a.outputs), "Of the network; 1 is a two-class model."},
    };
}

std::vector<Table> tablesOf(const Arrangement& a) {
    std::vector<std::string> names;
    std::vector<std::int64_t> regionsAfter, edges, labels;
    for (const auto& site : a.sites) {
        names.push_back(site.name);
        regionsAfter.push_back(site.regionsAfter);
        edges.push_back(site.edges);
    }
    auto areas = a.areaPerClass();
    for (std::int64_t k = 0; k < sizeOf(areas); ++k) labels.push_back(k);
    return {
        {"layers",
         "Layers",
         {{"layer", "Layer", "", "Where the cuts are made.", std::move(names)},
          {"regions_after", "Regions after", "", "Faces once this layer's cuts are made.",
           std::move(regionsAfter)},
          {"edges", "Edges", "", "Sides of the final faces that lie on this layer's cuts.",
           std::move(edges)}}},
        {"classes",
         "Classes",
         {{"class", "Class", "", "Predicted class.", std::move(labels)},
          {"area", "Area", "slice units²", "Of the window, over which it is predicted.", std::move(areas)}}},
    };
}

}  // namespace

ParameterMap regionsParameters(const LinearRegions::Options& options) {
    return {{"max-regions", options.maxRegions},        {"max-seconds", options.maxSeconds},
            {"max-memory", options.maxMegabytes},       {"tolerance", options.relativeTolerance},
            {"threads", std::int64_t{options.threads}}, {"engine", options.engine}};
}

Result<LinearRegions::Options> regionsOptions(const ParameterMap& parameters) {
    auto completed = completeParameters(LinearRegions::Options::parameters(), parameters);
    if (!completed.isOk()) return std::move(completed).propagate<LinearRegions::Options>();
    const auto& values = completed.value();
    LinearRegions::Options options;
    options.maxRegions = parameterValue<std::int64_t>(values, "max-regions");
    options.maxSeconds = parameterValue<double>(values, "max-seconds");
    options.maxMegabytes = parameterValue<std::int64_t>(values, "max-memory");
    options.relativeTolerance = parameterValue<double>(values, "tolerance");
    options.threads = static_cast<int>(parameterValue<std::int64_t>(values, "threads"));
    options.engine = parameterValue<std::string>(values, "engine");
    return options;
}

ResultRecord regionsRecord(const LinearRegions::Output& output, const LinearRegions::Options& options) {
    const auto& arrangement = *output.arrangement;
    ResultRecord record;
    record.probe = kRegionsProbe;
    record.parameters = regionsParameters(options);
    record.summary = summaryOf(arrangement);
    record.tables = tablesOf(arrangement);
    addPlane(output.plane, record.arrays);
    record.arrays.push_back(
        Array::of<double>("form_origin", {2}, {arrangement.formOrigin.x(), arrangement.formOrigin.y()}));
    addFaces(output.arrangement, record.arrays);
    addBoundary(arrangement, record.arrays);
    record.notes.push_back(kEngineNote + output.engine);
    record.provenance = output.provenance;
    return record;
}

}  // namespace tessera
