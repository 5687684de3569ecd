// SPDX-License-Identifier: GPL-3.0-or-later
// The part of a cut that edges and faces have.
#include <algorithm>

#include "core/geometry/cell_splitter.h"

namespace tessera {

void CellSplitter::cutEdges(std::span<const double> value, std::vector<std::uint8_t>& side) {
    for (const std::int32_t f : cutFaces_) {
        for (const std::int32_t e : edgesOf(faces_[f])) {
            const Edge edge = edges_[e];
            if (edgeTwin_[e] >= 0 || (side[edge.v0] | side[edge.v1]) != kBothSides) continue;
            const double t = value[edge.v0] / (value[edge.v0] - value[edge.v1]);
            const auto middle = static_cast<std::int32_t>(vertices_.size());
            // So that what both ends share (a side of the box) stays exact.
            vertices_.push_back(vertices_[edge.v0] + t * (vertices_[edge.v1] - vertices_[edge.v0]));
            newVertices_.push_back({edge.v0, edge.v1, t});
            side.push_back(kOnCut);
            edgeTwin_[e] = static_cast<std::int32_t>(edges_.size());
            edgeVertex_[e] = middle;
            cutEdges_.push_back(e);
            cutEdgeFace_.push_back(f);
            edges_.push_back({middle, edge.v1});
        }
    }
    // Only now: until here the sides of an edge's ends told whether it is cut.
    for (const std::int32_t e : cutEdges_) edges_[e].v1 = edgeVertex_[e];
    edgeTwin_.resize(edges_.size(), -1);
    edgeVertex_.resize(edges_.size(), -1);
    sectionAt_.resize(vertices_.size(), {-1, -1});
}

void CellSplitter::refineFace(std::int32_t f) {
    Face& face = faces_[f];
    outlineVertex_.clear();
    outlineEdge_.clear();
    for (std::int32_t i = 0; i < face.count; ++i) {
        const std::int32_t vertex = cornerVertex_[face.begin + i], edge = cornerEdge_[face.begin + i];
        const std::int32_t twin = edgeTwin_[edge];
        outlineVertex_.push_back(vertex);
        if (twin < 0) {
            outlineEdge_.push_back(edge);
            continue;
        }
        const bool forward = edges_[edge].v0 == vertex;
        outlineEdge_.push_back(forward ? edge : twin);
        outlineVertex_.push_back(edgeVertex_[edge]);
        outlineEdge_.push_back(forward ? twin : edge);
    }
    if (static_cast<std::int32_t>(outlineVertex_.size()) == face.count) return;
    wastedCorners_ += face.count;
    face.begin = static_cast<std::int32_t>(cornerVertex_.size());
    face.count = static_cast<std::int32_t>(outlineVertex_.size());
    cornerVertex_.insert(cornerVertex_.end(), outlineVertex_.begin(), outlineVertex_.end());
    cornerEdge_.insert(cornerEdge_.end(), outlineEdge_.begin(), outlineEdge_.end());
}

// Every face at a cut edge gets its new vertex. Round the edge they are found cell by cell: each cell has two
// of them.
void CellSplitter::refineOtherFaces() {
    others_.clear();
    for (std::size_t i = 0; i < cutEdges_.size(); ++i) {
        const std::int32_t start = cutEdgeFace_[i];
        if (!walkRound(cutEdges_[i], start, faces_[start].cell0))
            walkRound(cutEdges_[i], start, faces_[start].cell1);
    }
    for (const std::int32_t f : others_) refineFace(f);
}

// Collects the faces at an edge from `start` on through `cell`; true if that led back to `start`.
bool CellSplitter::walkRound(std::int32_t edge, std::int32_t start, std::int32_t cell) {
    for (std::int32_t from = start; cell >= 0;) {
        std::int32_t next = -1;
        for (const std::int32_t f : facesOf(cells_[cell])) {
            if (f == from) continue;
            const auto edges = edgesOf(faces_[f]);
            if (std::find(edges.begin(), edges.end(), edge) != edges.end()) next = f;
        }
        if (next < 0 || next == start) return next == start;
        if (stamp_[next] != stampNow_) {
            stamp_[next] = stampNow_;
            others_.push_back(next);
        }
        cell = faces_[next].cell0 == cell ? faces_[next].cell1 : faces_[next].cell0;
        from = next;
    }
    return false;
}

// Going round a convex outline, the side changes twice, and between the sides lies a vertex on the cut.
bool CellSplitter::findSection(const Face& face, const std::vector<std::uint8_t>& side,
                               Section& section) const {
    const std::int32_t* corner = &cornerVertex_[face.begin];
    std::int32_t start = 0;
    while (start < face.count && side[corner[start]] == kOnCut) ++start;
    if (start == face.count) return false;
    std::uint8_t last = side[corner[start]];
    int changes = 0;
    std::int32_t on = -1;
    for (std::int32_t step = 1; step <= face.count; ++step) {
        const std::int32_t i = (start + step) % face.count;
        const std::uint8_t here = side[corner[i]];
        if (here == kOnCut) {
            if (on < 0) on = i;
            continue;
        }
        if (here != last) {
            if (on < 0) return false;
            (last == kAboveCut ? section.leaving : section.entering) = on;
            ++changes;
        }
        last = here;
        on = -1;
    }
    return changes == 2;
}

void CellSplitter::splitFace(std::int32_t f, const std::vector<std::uint8_t>& side) {
    Section section;
    if (!findSection(faces_[f], side, section)) return;
    const Face face = faces_[f];
    const auto corner = [&face](std::int32_t i) { return face.begin + i % face.count; };
    const std::int32_t between = static_cast<std::int32_t>(edges_.size());
    edges_.push_back({cornerVertex_[corner(section.leaving)], cornerVertex_[corner(section.entering)]});
    edgeTwin_.push_back(-1);
    edgeVertex_.push_back(-1);
    // Above: from entering round to leaving, and back along the section. Below: the rest.
    const auto half = [&](std::int32_t from, std::int32_t to) {
        const std::int32_t begin = static_cast<std::int32_t>(cornerVertex_.size());
        const std::int32_t steps = (to - from + face.count) % face.count;
        for (std::int32_t i = 0; i <= steps; ++i) {
            const std::int32_t at = corner(from + i);
            cornerVertex_.push_back(cornerVertex_[at]);
            cornerEdge_.push_back(i < steps ? cornerEdge_[at] : between);
        }
        Face part = face;
        part.begin = begin;
        part.count = steps + 1;
        return part;
    };
    faces_[f] = half(section.entering, section.leaving);
    const auto twin = static_cast<std::int32_t>(faces_.size());
    faces_.push_back(half(section.leaving, section.entering));
    wastedCorners_ += face.count;
    faceTwin_[f] = twin;
    faceSection_[f] = between;
    faceTwin_.push_back(-1);
    faceSection_.push_back(-1);
}

}  // namespace tessera
