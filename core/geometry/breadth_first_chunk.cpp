// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/breadth_first_chunk.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr std::int64_t kBlockFaces = 256;
constexpr std::int64_t kFewestRows = 32;  // a chunk smaller than this would waste every layer's set-up

std::uint64_t sideKey(std::int32_t low, std::int32_t high) {
    return static_cast<std::uint64_t>(low) << 32 | static_cast<std::uint32_t>(high);
}

}  // namespace

void SideVertices::clear() {
    first_.clear();
    entries_.clear();
}

std::int32_t SideVertices::find(std::int32_t low, std::int32_t high, std::uint64_t line, double t,
                                double tolerance) const {
    const auto found = first_.find(sideKey(low, high));
    if (found == first_.end()) return -1;
    for (std::int32_t index = found->second; index >= 0; index = entries_[index].next) {
        const Entry& entry = entries_[index];
        if (entry.line == line || std::abs(entry.t - t) <= tolerance) return index;
    }
    return -1;
}

std::int32_t SideVertices::add(std::int32_t low, std::int32_t high, const Entry& entry) {
    const auto index = static_cast<std::int32_t>(entries_.size());
    const auto [slot, fresh] = first_.try_emplace(sideKey(low, high), index);
    entries_.push_back(entry);
    entries_.back().next = fresh ? -1 : slot->second;
    slot->second = index;
    return index;
}

SiteStep::SiteStep(BreadthRun& run, FaceChunk chunk)
    : run_(run), chunk_(std::move(chunk)), site_(chunk_.live->site()), step_(run.steps++) {
    const Site& site = run_.network.sites()[site_];
    scan_ = std::make_unique<SiteScan>(site, site_, chunk_.live->values(), chunk_.live->rows(), run_.team);
    const std::int64_t bytes =
        std::max<std::int64_t>({1, run_.bytesPerRow[site_], run_.bytesPerRow[site_ + 1]});
    capacityRows_ = std::max(kFewestRows, run_.maxChunkBytes / bytes);
    capacityFaces_ = run_.maxFaces > 0 ? std::min(run_.maxFaces, capacityRows_) : capacityRows_;
    points_.reserve(chunk_.rowVertex.size() * 2);
    for (const std::int32_t vertex : chunk_.rowVertex) {
        Point point;
        point.vertex = vertex;
        point.position = vertex >= 0 ? run_.positions[vertex] : Eigen::Vector2d(0, 0);
        points_.push_back(point);
    }
}

// Splits the next faces, each by itself, so that any number of threads gives the same.
bool SiteStep::splitBlock() {
    blockBegin_ = blockEnd_;
    blockEnd_ = std::min(chunk_.faces(), blockBegin_ + kBlockFaces);
    block_.resize(std::min(kBlockFaces, chunk_.faces()));
    std::atomic<bool> finished = true;
    forBlocks(run_.team, blockEnd_ - blockBegin_, 16, [&](std::int64_t i) {
        thread_local SiteScan::Scratch scratch;
        thread_local std::vector<Eigen::Vector2d> corners;
        const std::int64_t face = blockBegin_ + i;
        const std::int32_t begin = chunk_.faceBegin[face], count = chunk_.faceBegin[face + 1] - begin;
        const auto rows = std::span(chunk_.cornerRow).subspan(begin, count);
        corners.clear();
        for (const std::int32_t row : rows) corners.push_back(points_[row].position);
        FaceSplitter& splitter = block_[i];
        splitter.begin(corners, std::span(chunk_.sideSite).subspan(begin, count),
                       std::span(chunk_.sideUnit).subspan(begin, count), site_, chunk_.hash[face],
                       run_.tolerance);
        for (std::int32_t corner = 0; corner < count; ++corner)
            splitter.vertices[corner].point = rows[corner];
        scan_->prepare(rows, splitter, scratch);
        if (!splitter.run(capacityFaces_, run_.control)) finished = false;
    });
    return finished && !run_.control.shouldStop();
}

std::optional<FaceChunk> SiteStep::next() {
    FaceChunk out;
    const std::size_t pointsBefore = points_.size();
    while (!exhausted()) {
        if (cursor_ == blockEnd_ && !splitBlock()) return std::nullopt;
        FaceSplitter& face = block_[cursor_ - blockBegin_];
        take(face, out);
        if (face.done()) {
            run_.margins.merge(face.margins);
            face.margins = {};
            ++cursor_;
        } else {
            face.clearEmitted();
            if (!face.run(capacityFaces_, run_.control)) return std::nullopt;
        }
        const auto added = static_cast<std::int64_t>(points_.size() - pointsBefore);
        if (out.faces() >= capacityFaces_ || (out.faces() > 0 && added >= capacityRows_)) break;
    }
    if (out.faces() == 0) return std::nullopt;
    ++groups_;
    materialise(out);
    return out;
}

void SiteStep::take(FaceSplitter& face, FaceChunk& out) {
    for (std::int64_t f = 0; f < face.emitted(); ++f) {
        for (std::int32_t i = face.faceBegin[f]; i < face.faceBegin[f + 1]; ++i) {
            const std::int32_t point = pointOf(face, face.faceVertex[i]);
            if (points_[point].vertex < 0) {
                points_[point].vertex = static_cast<std::int32_t>(run_.positions.size());
                run_.positions.push_back(points_[point].position);
            }
            out.cornerRow.push_back(point);  // becomes a row in materialise
            out.sideSite.push_back(face.segments[face.faceSegment[i]].site);
            out.sideUnit.push_back(face.segments[face.faceSegment[i]].unit);
        }
        out.faceBegin.push_back(static_cast<std::int32_t>(out.cornerRow.size()));
        out.hash.push_back(face.faceHash[f]);
    }
}

std::int32_t SiteStep::pointOf(FaceSplitter& face, std::int32_t local) {
    FaceSplitter::Vertex& vertex = face.vertices[local];
    if (vertex.point >= 0) return vertex.point;
    if (vertex.entrySide >= 0) return vertex.point = pointOnSide(face, vertex);
    Point point;
    point.parent0 = pointOf(face, vertex.parent0);
    point.parent1 = pointOf(face, vertex.parent1);
    point.t = vertex.t;
    point.position = points_[point.parent0].position +
                     point.t * (points_[point.parent1].position - points_[point.parent0].position);
    points_.push_back(point);
    return vertex.point = static_cast<std::int32_t>(points_.size()) - 1;
}

std::int32_t SiteStep::pointOnSide(FaceSplitter& face, FaceSplitter::Vertex& vertex) {
    Point point;
    point.parent0 = face.vertices[vertex.parent0].point;
    point.parent1 = face.vertices[vertex.parent1].point;
    point.t = vertex.t;
    if (points_[point.parent0].vertex > points_[point.parent1].vertex) {
        std::swap(point.parent0, point.parent1);
        point.t = 1 - point.t;
    }
    const Point &low = points_[point.parent0], &high = points_[point.parent1];
    const double length = (high.position - low.position).norm();
    const double nearby = length > 0 ? 4 * run_.tolerance / length : 1;
    std::int32_t index = run_.sideVertices.find(low.vertex, high.vertex, vertex.line, point.t, nearby);
    if (index >= 0 && run_.sideVertices[index].step == step_) return run_.sideVertices[index].point;
    if (index < 0) {
        point.position = low.position + point.t * (high.position - low.position);
        point.vertex = static_cast<std::int32_t>(run_.positions.size());
        run_.positions.push_back(point.position);
        index = run_.sideVertices.add(low.vertex, high.vertex,
                                      {point.t, vertex.line, point.vertex, -1, step_, -1});
    } else {
        point.vertex = run_.sideVertices[index].vertex;
        point.t = run_.sideVertices[index].t;
        point.position = run_.positions[point.vertex];
    }
    points_.push_back(point);
    run_.sideVertices[index].step = step_;
    run_.sideVertices[index].point = static_cast<std::int32_t>(points_.size()) - 1;
    return run_.sideVertices[index].point;
}

// Turns the points that the group's faces use into rows of a live set.
void SiteStep::materialise(FaceChunk& out) {
    const std::int64_t rows = chunk_.live->rows();
    std::vector<RowBlend> blends;
    if (wasWhole()) {  // everything fits: the chunk's own values grow, point i is row i
        for (std::size_t p = rows; p < points_.size(); ++p) {
            blends.push_back({points_[p].parent0, points_[p].parent1, points_[p].t});
        }
        for (const Point& point : points_) out.rowVertex.push_back(point.vertex);
        out.live = std::move(chunk_.live);
        if (!blends.empty()) out.live->append(blends);
        return;
    }
    std::vector<std::uint8_t> needed(points_.size(), 0);  // 1: a corner, 2: only blends refer to it
    for (const std::int32_t point : out.cornerRow) needed[point] = 1;
    for (std::size_t p = points_.size(); p-- > static_cast<std::size_t>(rows);) {
        if (needed[p] == 0) continue;
        for (const std::int32_t parent : {points_[p].parent0, points_[p].parent1}) {
            if (needed[parent] == 0) needed[parent] = 2;
        }
    }
    std::vector<std::int32_t> rowOf(points_.size(), -1), gathered, corners;
    std::int32_t row = 0;
    for (std::size_t p = 0; p < points_.size(); ++p) {
        if (needed[p] == 0) continue;
        if (p < static_cast<std::size_t>(rows))
            gathered.push_back(static_cast<std::int32_t>(p));
        else
            blends.push_back({rowOf[points_[p].parent0], rowOf[points_[p].parent1], points_[p].t});
        rowOf[p] = row++;
        if (needed[p] == 1) corners.push_back(rowOf[p]);
        out.rowVertex.push_back(needed[p] == 1 ? points_[p].vertex : -1);
    }
    out.live = chunk_.live->gather(gathered);
    if (!blends.empty()) out.live->append(blends);
    for (std::int32_t& corner : out.cornerRow) corner = rowOf[corner];
    if (row - static_cast<std::int32_t>(corners.size()) <= row / 16) return;
    // Too many helpers to carry on: keep the corners only.
    std::vector<std::int32_t> renumbered(row, -1), vertices;
    for (std::size_t i = 0; i < corners.size(); ++i) {
        renumbered[corners[i]] = static_cast<std::int32_t>(i);
        vertices.push_back(out.rowVertex[corners[i]]);
    }
    out.live = out.live->gather(corners);
    out.rowVertex = std::move(vertices);
    for (std::int32_t& corner : out.cornerRow) corner = renumbered[corner];
}

}  // namespace tessera
