// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>

#include "core/probes/record_plane.h"
#include "core/probes/regions_record.h"

namespace tessera {
namespace {

constexpr std::int64_t kMostOutputs = 1 << 20;

class RegionsReader {
  public:
    RegionsReader(RecordParts& parts, const SlicePlane& plane) : parts_(parts), plane_(plane) {}

    void readSites() { a.sites = parts_.layers("edges"); }

    void readFaces() {
        vertices_ = parts_.extent("vertices", 0);
        faces_ = std::max<std::int64_t>(parts_.extent("face_begin", 0) - 1, 0);
        parts_.check(vertices_ <= INT32_MAX && faces_ <= INT32_MAX,
                     "it has more regions than can be numbered");
        const auto points = parts_.values<double>("vertices", {-1, 2});
        a.vertices.resize(points.size() / 2);
        if (!points.empty())
            std::memcpy(static_cast<void*>(a.vertices.data()), points.data(), points.size_bytes());
        parts_.check(isNearWindow(points, plane_), "a vertex lies outside the window");
        parts_.take("face_begin", {-1}, a.faceBegin);
        parts_.take("face_vertices", {-1}, a.faceVertices);
        parts_.take("pattern_hash", {faces_}, a.patternHash);
        parts_.take("depth", {faces_}, a.depth);
        parts_.take("area", {faces_}, a.area);
        parts_.take("label", {faces_}, a.label);
        parts_.take("piece", {faces_}, a.piece);
        parts_.take("forms", {faces_, a.outputs, 3}, a.forms);
        using Indices = std::span<const std::int32_t>;
        parts_.check(areParts(a.faceBegin, static_cast<std::int64_t>(a.faceVertices.size()), 3),
                     "its faces have no good ends");
        parts_.check(allWithin(Indices(a.faceVertices), 0, vertices_),
                     "a face has a vertex that is not there");
        parts_.check(allWithin(Indices(a.label), 0, a.classCount()), "a face has a class that is not there");
        parts_.check(allWithin(Indices(a.piece), 0, a.pieces), "a face has a piece that is not there");
        const auto sites = static_cast<std::int64_t>(a.sites.size());
        parts_.check(allWithin(Indices(a.depth), 0, sites + 1), "a face has a layer that is not there");
    }

    void readEdges() {
        const auto edges = parts_.values<std::int32_t>("edges", {-1, 6});
        a.edges.resize(edges.size() / 6);
        if (!edges.empty()) std::memcpy(static_cast<void*>(a.edges.data()), edges.data(), edges.size_bytes());
        const auto sites = static_cast<std::int32_t>(a.sites.size());
        const auto fits = [&](const ArrangementEdge& edge) {
            return edge.v0 >= 0 && edge.v0 < vertices_ && edge.v1 >= 0 && edge.v1 < vertices_ &&
                   edge.left >= -1 && edge.left < faces_ && edge.right >= -1 && edge.right < faces_ &&
                   edge.site >= -1 && edge.site < sites && edge.unit >= -1;
        };
        parts_.check(std::all_of(a.edges.begin(), a.edges.end(), fits), "an edge names what is not there");
    }

    void readBoundary() {
        const auto count = parts_.extent("boundary_points", 0);
        const auto points = parts_.values<double>("boundary_points", {-1, 2, 2});
        const auto classes = parts_.values<std::int32_t>("boundary_classes", {count, 3});
        parts_.check(isNearWindow(points, plane_), "the decision boundary leaves the window");
        if (parts_.failed()) return;
        a.boundary.reserve(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            const auto* p = &points[4 * i];
            const auto* c = &classes[3 * i];
            if (c[0] < 0 || c[0] >= a.classCount() || c[1] < 0 || c[1] >= a.classCount() || c[2] < -1 ||
                c[2] >= faces_)
                return parts_.fail("the decision boundary names what is not there");
            a.boundary.push_back({{p[0], p[1]}, {p[2], p[3]}, c[0], c[1], c[2]});
        }
    }

    void readCells() {
        const auto count = parts_.extent("cells", 0);
        const auto cells = parts_.values<std::int32_t>("cells", {-1, 2});
        const auto begin = parts_.values<std::int32_t>("cell_begin", {count + 1});
        const auto points = parts_.values<double>("cell_points", {-1, 2});
        parts_.check(areParts(begin, static_cast<std::int64_t>(points.size() / 2), 0),
                     "its class cells have no good ends");
        parts_.check(isNearWindow(points, plane_), "a class cell leaves the window");
        if (parts_.failed()) return;
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            ClassCell cell{cells[2 * i], cells[2 * i + 1], {}};
            if (cell.face < 0 || cell.face >= faces_ || cell.label < 0 || cell.label >= a.classCount())
                return parts_.fail("a class cell names what is not there");
            for (auto p = static_cast<std::size_t>(begin[i]); p < static_cast<std::size_t>(begin[i + 1]); ++p)
                cell.polygon.push_back({points[2 * p], points[2 * p + 1]});
            a.cells.push_back(std::move(cell));
        }
    }

    void readNumbers() {
        a.window = plane_.window;
        a.outputs = static_cast<std::int32_t>(parts_.whole("outputs", 1, kMostOutputs));
        a.pieces = parts_.whole("pieces", 0, INT32_MAX);
        const auto origin = parts_.values<double>("form_origin", {2});
        if (origin.size() == 2) a.formOrigin = {origin[0], origin[1]};
        a.tolerance = parts_.metric("tolerance");
        a.checks.windowArea = parts_.metric("window_area");
        a.checks.areaSum = parts_.metric("area");
        a.checks.euler = parts_.whole("euler", INT32_MIN, INT32_MAX);
        a.checks.maxInterpolationError = parts_.metric("max_interpolation_error");
        a.checks.facesChecked = parts_.whole("faces_checked", 0, INT32_MAX);
        a.checks.patternMismatches = parts_.whole("pattern_mismatches", 0, INT32_MAX);
        a.checks.smallestOffMargin = parts_.metric("smallest_off_margin");
        a.checks.largestOnMargin = parts_.metric("largest_on_margin");
        a.complete = parts_.record().provenance.complete;
        (a.complete ? a.resolutionNote : a.stopReason) = parts_.record().provenance.note;
    }

    Arrangement a;

  private:
    RecordParts& parts_;
    const SlicePlane& plane_;
    std::int64_t vertices_ = 0, faces_ = 0;
};

}  // namespace

Result<SlicePlane> planeFromRecord(const ResultRecord& record, const std::string& what) {
    RecordParts parts(record, what);
    auto plane = readPlane(parts);
    if (parts.failed()) return parts.error();
    return plane;
}

Result<LinearRegions::Output> regionsFromRecord(const ResultRecord& record, const std::string& what) {
    RecordParts parts(record, what);
    parts.check(record.probe == kRegionsProbe, "it is of probe " + record.probe.substr(0, 40));
    LinearRegions::Output output;
    output.plane = readPlane(parts);
    output.provenance = record.provenance;
    for (const auto& note : record.notes)
        if (note.starts_with(kEngineNote)) output.engine = note.substr(kEngineNote.size());
    RegionsReader reader(parts, output.plane);
    for (const auto step :
         {&RegionsReader::readNumbers, &RegionsReader::readSites, &RegionsReader::readFaces,
          &RegionsReader::readEdges, &RegionsReader::readBoundary, &RegionsReader::readCells})
        if (!parts.failed()) (reader.*step)();
    if (parts.failed()) return parts.error();
    output.arrangement = std::make_shared<const Arrangement>(std::move(reader.a));
    return output;
}

}  // namespace tessera
