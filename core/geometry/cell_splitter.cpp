// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/cell_splitter.h"

#include <algorithm>

namespace tessera {

CellSplitter::CellSplitter(const Eigen::Vector3d& low, const Eigen::Vector3d& high) {
    // Address space for a middling complex, so that lists need not move as they grow; pages come when used.
    constexpr std::size_t kCells = std::size_t{1} << 16;
    vertices_.reserve(kCells);
    for (auto* list : {&edgeTwin_, &edgeVertex_, &faceTwin_, &faceSection_}) list->reserve(4 * kCells);
    edges_.reserve(4 * kCells);
    faces_.reserve(4 * kCells);
    cells_.reserve(kCells);
    cornerVertex_.reserve(32 * kCells);
    cornerEdge_.reserve(32 * kCells);
    cellFaces_.reserve(16 * kCells);
    sectionAt_.reserve(kCells);
    for (int i = 0; i < 8; ++i)
        vertices_.emplace_back(i & 1 ? high.x() : low.x(), i & 2 ? high.y() : low.y(),
                               i & 4 ? high.z() : low.z());
    // Outlines of the sides, each round its side, by corner number above.
    constexpr int kOutline[6][4] = {{0, 2, 6, 4}, {1, 3, 7, 5}, {0, 1, 5, 4},
                                    {2, 3, 7, 6}, {0, 1, 3, 2}, {4, 5, 7, 6}};
    const auto edgeBetween = [this](std::int32_t a, std::int32_t b) {
        for (std::size_t e = 0; e < edges_.size(); ++e)
            if ((edges_[e].v0 == a && edges_[e].v1 == b) || (edges_[e].v0 == b && edges_[e].v1 == a))
                return static_cast<std::int32_t>(e);
        edges_.push_back({a, b});
        return static_cast<std::int32_t>(edges_.size()) - 1;
    };
    for (int f = 0; f < 6; ++f) {
        faces_.push_back({f * 4, 4, 0, -1, -1, f});
        cellFaces_.push_back(f);
        for (int i = 0; i < 4; ++i) {
            cornerVertex_.push_back(kOutline[f][i]);
            cornerEdge_.push_back(edgeBetween(kOutline[f][i], kOutline[f][(i + 1) % 4]));
        }
    }
    cells_.push_back({0, 6, 0, 0});
    edgeTwin_.assign(edges_.size(), -1);
    edgeVertex_.assign(edges_.size(), -1);
    faceTwin_.assign(faces_.size(), -1);
    faceSection_.assign(faces_.size(), -1);
    sectionAt_.assign(vertices_.size(), {-1, -1});
}

void CellSplitter::split(std::span<const double> value, std::vector<std::uint8_t>& side, std::int32_t site,
                         std::int32_t unit, const std::vector<std::int32_t>* cells) {
    newVertices_.clear();
    cutCells_.clear();
    cutFaces_.clear();
    cutEdges_.clear();
    cutEdgeFace_.clear();
    parted_.clear();
    if (cells != nullptr)
        markFaces(*cells, side);
    else
        findSides(side);
    if (cutCells_.empty()) return;
    cutEdges(value, side);
    for (const std::int32_t face : cutFaces_) refineFace(face);
    if (cells != nullptr) refineOtherFaces();
    for (const std::int32_t face : cutFaces_) splitFace(face, side);
    const std::int64_t unresolvedBefore = unresolved_;
    for (const std::int32_t cell : cutCells_) {
        if (splitCell(cell, side, site, unit))
            parted_.push_back(cell);
        else
            ++unresolved_;
    }
    // Cells beside a face that was cut, and not cut themselves, have two faces in its place.
    if (cells != nullptr || unresolved_ > unresolvedBefore) {
        for (const std::int32_t face : cutFaces_) {
            if (faceTwin_[face] < 0) continue;
            adoptHalves(faces_[face].cell0);
            adoptHalves(faces_[face].cell1);
        }
    }
    finishCut();
}

void CellSplitter::findSides(const std::vector<std::uint8_t>& side) {
    faceSide_.resize(faces_.size());
    for (std::size_t f = 0; f < faces_.size(); ++f) {
        const Face& face = faces_[f];
        const std::int32_t* corner = &cornerVertex_[face.begin];
        std::uint8_t both = 0;
        for (std::int32_t i = 0; i < face.count; ++i) both |= side[corner[i]];
        faceSide_[f] = both;
        if (both == kBothSides) cutFaces_.push_back(static_cast<std::int32_t>(f));
    }
    cellSide_.resize(cells_.size());
    for (std::size_t c = 0; c < cells_.size(); ++c) {
        const Cell& cell = cells_[c];
        const std::int32_t* face = &cellFaces_[cell.begin];
        std::uint8_t both = 0;
        for (std::int32_t i = 0; i < cell.count; ++i) both |= faceSide_[face[i]];
        cellSide_[c] = both;
        if (both == kBothSides) cutCells_.push_back(static_cast<std::int32_t>(c));
    }
}

void CellSplitter::markFaces(const std::vector<std::int32_t>& cells, const std::vector<std::uint8_t>& side) {
    faceSide_.resize(faces_.size());
    cellSide_.assign(cells_.size(), kOnCut);
    stamp_.resize(std::max(stamp_.size(), faces_.size()), 0);
    ++stampNow_;
    for (const std::int32_t c : cells) {
        std::uint8_t ofCell = 0;
        for (const std::int32_t f : facesOf(cells_[c])) {
            std::uint8_t both = 0;
            for (const std::int32_t v : verticesOf(faces_[f])) both |= side[v];
            faceSide_[f] = both;
            ofCell |= both;
            if (both != kBothSides || stamp_[f] == stampNow_) continue;
            stamp_[f] = stampNow_;
            cutFaces_.push_back(f);
        }
        cellSide_[c] = ofCell;
        if (ofCell == kBothSides) cutCells_.push_back(c);
    }
}

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

// The edges of a cell that lie on the cut. Those of faces above it will do for edges that were there before:
// on their other side is a face below.
bool CellSplitter::collectSection(const Cell& cell, const std::vector<std::uint8_t>& side) {
    sectionEdges_.clear();
    for (const std::int32_t f : facesOf(cell)) {
        if (faceTwin_[f] >= 0) {
            sectionEdges_.push_back(faceSection_[f]);
            continue;
        }
        if (faceSide_[f] == kBothSides || faceSide_[f] == kOnCut) return false;
        if (faceSide_[f] != kAboveCut) continue;
        const auto vertices = verticesOf(faces_[f]);
        for (std::size_t i = 0; i < vertices.size(); ++i)
            if (side[vertices[i]] == kOnCut && side[vertices[(i + 1) % vertices.size()]] == kOnCut)
                sectionEdges_.push_back(edgesOf(faces_[f])[i]);
    }
    return sectionEdges_.size() >= 3;
}

// Orders the edges of the section into one loop; false if they are not one.
bool CellSplitter::closeSection() {
    bool isLoop = true;
    sectionVertices_.clear();
    for (const std::int32_t e : sectionEdges_) {
        for (const std::int32_t v : {edges_[e].v0, edges_[e].v1}) {
            auto& [first, second] = sectionAt_[v];
            if (first < 0) {
                first = e;
                sectionVertices_.push_back(v);
            } else if (second < 0 && first != e) {
                second = e;
            } else {
                isLoop = false;
            }
        }
    }
    loopVertices_.clear();
    loopEdges_.clear();
    const std::int32_t start = sectionVertices_.front();
    for (std::int32_t v = start, e = sectionAt_[start][0]; isLoop;) {
        loopVertices_.push_back(v);
        loopEdges_.push_back(e);
        v = edges_[e].v0 == v ? edges_[e].v1 : edges_[e].v0;
        if (v == start) break;
        const auto [first, second] = sectionAt_[v];
        e = first == e ? second : first;
        isLoop = e >= 0 && loopEdges_.size() < sectionEdges_.size();
    }
    for (const std::int32_t v : sectionVertices_) sectionAt_[v] = {-1, -1};
    return isLoop && loopEdges_.size() == sectionEdges_.size();
}

bool CellSplitter::splitCell(std::int32_t c, const std::vector<std::uint8_t>& side, std::int32_t site,
                             std::int32_t unit) {
    if (!collectSection(cells_[c], side) || !closeSection()) return false;
    const auto below = static_cast<std::int32_t>(cells_.size());
    const auto middle = static_cast<std::int32_t>(faces_.size());
    kept_.clear();
    given_.clear();
    const auto give = [&](std::int32_t f) {
        given_.push_back(f);
        (faces_[f].cell0 == c ? faces_[f].cell0 : faces_[f].cell1) = below;
    };
    for (const std::int32_t f : facesOf(cells_[c])) {
        if (faceTwin_[f] >= 0) {
            kept_.push_back(f);
            give(faceTwin_[f]);
        } else if (faceSide_[f] == kAboveCut) {
            kept_.push_back(f);
        } else {
            give(f);
        }
    }
    kept_.push_back(middle);
    given_.push_back(middle);
    faces_.push_back({static_cast<std::int32_t>(cornerVertex_.size()),
                      static_cast<std::int32_t>(loopEdges_.size()), c, below, site, unit});
    cornerVertex_.insert(cornerVertex_.end(), loopVertices_.begin(), loopVertices_.end());
    cornerEdge_.insert(cornerEdge_.end(), loopEdges_.begin(), loopEdges_.end());
    faceTwin_.push_back(-1);
    faceSection_.push_back(-1);

    wastedCellFaces_ += cells_[c].count;
    cells_[c].begin = static_cast<std::int32_t>(cellFaces_.size());
    cells_[c].count = static_cast<std::int32_t>(kept_.size());
    cellFaces_.insert(cellFaces_.end(), kept_.begin(), kept_.end());
    cells_.push_back({static_cast<std::int32_t>(cellFaces_.size()), static_cast<std::int32_t>(given_.size()),
                      cells_[c].hash, cells_[c].region});
    cellFaces_.insert(cellFaces_.end(), given_.begin(), given_.end());
    cellSide_[c] = kAboveCut;
    cellSide_.push_back(kBelowCut);
    return true;
}

void CellSplitter::adoptHalves(std::int32_t c) {
    if (c < 0) return;
    const auto faces = facesOf(cells_[c]);
    given_.clear();
    for (const std::int32_t f : faces)
        if (faceTwin_[f] >= 0 && (faces_[faceTwin_[f]].cell0 == c || faces_[faceTwin_[f]].cell1 == c) &&
            std::find(faces.begin(), faces.end(), faceTwin_[f]) == faces.end())
            given_.push_back(faceTwin_[f]);
    if (given_.empty()) return;
    kept_.assign(faces.begin(), faces.end());
    kept_.insert(kept_.end(), given_.begin(), given_.end());
    wastedCellFaces_ += cells_[c].count;
    cells_[c].begin = static_cast<std::int32_t>(cellFaces_.size());
    cells_[c].count = static_cast<std::int32_t>(kept_.size());
    cellFaces_.insert(cellFaces_.end(), kept_.begin(), kept_.end());
}

void CellSplitter::finishCut() {
    for (const std::int32_t e : cutEdges_) edgeTwin_[e] = edgeVertex_[e] = -1;
    for (const std::int32_t f : cutFaces_) faceTwin_[f] = faceSection_[f] = -1;
    compactIfWasteful();
}

void CellSplitter::compactIfWasteful() {
    if (wastedCorners_ > cornerVertex_.size() / 2 && wastedCorners_ > 4096) {
        std::vector<std::int32_t> vertices, edges;
        vertices.reserve(2 * (cornerVertex_.size() - wastedCorners_));
        edges.reserve(vertices.capacity());
        for (Face& face : faces_) {
            const auto begin = static_cast<std::int32_t>(vertices.size());
            vertices.insert(vertices.end(), &cornerVertex_[face.begin],
                            &cornerVertex_[face.begin] + face.count);
            edges.insert(edges.end(), &cornerEdge_[face.begin], &cornerEdge_[face.begin] + face.count);
            face.begin = begin;
        }
        cornerVertex_.swap(vertices);
        cornerEdge_.swap(edges);
        wastedCorners_ = 0;
    }
    if (wastedCellFaces_ > cellFaces_.size() / 2 && wastedCellFaces_ > 4096) {
        std::vector<std::int32_t> faces;
        faces.reserve(2 * (cellFaces_.size() - wastedCellFaces_));
        for (Cell& cell : cells_) {
            const auto begin = static_cast<std::int32_t>(faces.size());
            faces.insert(faces.end(), &cellFaces_[cell.begin], &cellFaces_[cell.begin] + cell.count);
            cell.begin = begin;
        }
        cellFaces_.swap(faces);
        wastedCellFaces_ = 0;
    }
}

void CellSplitter::verticesOf(const Cell& cell, std::vector<std::int32_t>& vertices) {
    vertices.clear();
    stamp_.resize(std::max({stamp_.size(), faces_.size(), vertices_.size()}), 0);
    ++stampNow_;
    for (const std::int32_t f : facesOf(cell)) {
        for (const std::int32_t v : verticesOf(faces_[f])) {
            if (stamp_[v] == stampNow_) continue;
            stamp_[v] = stampNow_;
            vertices.push_back(v);
        }
    }
}

std::size_t CellSplitter::bytes() const {
    const auto held = [](const auto& list) { return list.size() * sizeof(list[0]); };
    return held(vertices_) + held(edges_) + held(faces_) + held(cells_) + held(cornerVertex_) +
           held(cornerEdge_) + held(cellFaces_) + held(faceSide_) + held(cellSide_) + held(edgeTwin_) +
           held(edgeVertex_) + held(faceTwin_) + held(faceSection_) + held(sectionAt_) + held(stamp_);
}

}  // namespace tessera
