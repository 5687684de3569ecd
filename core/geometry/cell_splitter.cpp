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
