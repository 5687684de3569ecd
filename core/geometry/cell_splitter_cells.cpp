// SPDX-License-Identifier: GPL-3.0-or-later
// The part of a cut that cells have: the section through each, and its two halves.
#include "core/geometry/cell_splitter.h"

namespace tessera {

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

}  // namespace tessera
