// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/cell_section.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

namespace tessera {
namespace {

constexpr double kOnPlane = 1e-12;  // of the box's size
constexpr unsigned char kBelow = 1, kAbove = 2, kBoth = kBelow | kAbove;

class Section {
  public:
    Section(const CellComplex& cells, const VolumePlane& plane) : cells_(cells), plane_(plane) {}

    CellSection run() {
        findSides();
        std::vector<std::pair<std::int32_t, std::int32_t>> corners;  // cell, vertex of the section
        for (std::int64_t f = 0; f < cells_.faceCount(); ++f) {
            const bool isCut = sideOfFace_[static_cast<std::size_t>(f)] == kBoth;
            if (!isCut && sideOfFace_[static_cast<std::size_t>(f)] == 0) addWhole(f);
            for (const std::int32_t cell : cells_.faceCells[static_cast<std::size_t>(f)])
                if (cell >= 0 && sideOfCell_[static_cast<std::size_t>(cell)] == kBoth)
                    addCorners(f, cell, corners);
        }
        std::sort(corners.begin(), corners.end());
        corners.erase(std::unique(corners.begin(), corners.end()), corners.end());
        for (std::size_t begin = 0; begin < corners.size();) {
            auto end = begin;
            while (end < corners.size() && corners[end].first == corners[begin].first) ++end;
            addPolygon({corners.data() + begin, end - begin});
            begin = end;
        }
        return std::move(section_);
    }

  private:
    void findSides() {
        const double on = kOnPlane * (cells_.high - cells_.low).maxCoeff();
        const auto count = cells_.vertices.size();
        distance_.resize(count);
        side_.resize(count);
        for (std::size_t v = 0; v < count; ++v) {
            distance_[v] = plane_.distance(cells_.vertices[v]);
            side_[v] = distance_[v] > on ? kAbove : distance_[v] < -on ? kBelow : 0;
        }
        sideOfFace_.assign(static_cast<std::size_t>(cells_.faceCount()), 0);
        sideOfCell_.assign(static_cast<std::size_t>(cells_.cellCount()), 0);
        for (std::size_t f = 0; f < sideOfFace_.size(); ++f) {
            for (const std::int32_t v : cells_.verticesOfFace(static_cast<std::int64_t>(f)))
                sideOfFace_[f] |= side_[static_cast<std::size_t>(v)];
            for (const std::int32_t cell : cells_.faceCells[f])
                if (cell >= 0) sideOfCell_[static_cast<std::size_t>(cell)] |= sideOfFace_[f];
        }
    }

    std::int32_t addVertex(std::uint64_t key, const Eigen::Vector3d& point) {
        const auto [found, isNew] =
            vertexOf_.try_emplace(key, static_cast<std::int32_t>(section_.vertices.size()));
        if (isNew) section_.vertices.push_back(point);
        return found->second;
    }
    std::int32_t vertexAt(std::int32_t v) {
        const auto key = static_cast<std::uint64_t>(v);
        return addVertex(key << 32 | key, cells_.vertices[static_cast<std::size_t>(v)]);
    }
    std::int32_t vertexBetween(std::int32_t a, std::int32_t b) {
        if (a > b) std::swap(a, b);  // both faces at an edge get the same point
        const auto from = static_cast<std::size_t>(a), to = static_cast<std::size_t>(b);
        const double along = distance_[from] / (distance_[from] - distance_[to]);
        return addVertex(static_cast<std::uint64_t>(a) << 32 | static_cast<std::uint64_t>(b),
                         cells_.vertices[from] + along * (cells_.vertices[to] - cells_.vertices[from]));
    }

    void addCorners(std::int64_t face, std::int32_t cell,
                    std::vector<std::pair<std::int32_t, std::int32_t>>& corners) {
        const auto vertices = cells_.verticesOfFace(face);
        std::int32_t before = vertices.back();
        for (const std::int32_t v : vertices) {
            const auto here = side_[static_cast<std::size_t>(v)],
                       there = side_[static_cast<std::size_t>(before)];
            if (here == 0)
                corners.emplace_back(cell, vertexAt(v));
            else if ((here | there) == kBoth)
                corners.emplace_back(cell, vertexBetween(before, v));
            before = v;
        }
    }

    // A convex polygon's corners in the order of their angle about its middle.
    void addPolygon(std::span<const std::pair<std::int32_t, std::int32_t>> corners) {
        if (corners.size() < 3) return;
        Eigen::Vector3d middle = Eigen::Vector3d::Zero();
        for (const auto& [cell, vertex] : corners)
            middle += section_.vertices[static_cast<std::size_t>(vertex)];
        middle /= static_cast<double>(corners.size());
        byAngle_.clear();
        for (const auto& [cell, vertex] : corners) {
            const Eigen::Vector3d offset = section_.vertices[static_cast<std::size_t>(vertex)] - middle;
            byAngle_.emplace_back(std::atan2(second_.dot(offset), first_.dot(offset)), vertex);
        }
        std::sort(byAngle_.begin(), byAngle_.end());
        for (const auto& [angle, vertex] : byAngle_) section_.faceVertices.push_back(vertex);
        finishPolygon(corners.front().first);
    }

    // A face that lies in the plane; both cells beside it touch the plane only there.
    void addWhole(std::int64_t face) {
        const auto [one, other] = cells_.faceCells[static_cast<std::size_t>(face)];
        for (const std::int32_t v : cells_.verticesOfFace(face)) section_.faceVertices.push_back(vertexAt(v));
        finishPolygon(one >= 0 ? one : other);
    }

    void finishPolygon(std::int32_t cell) {
        section_.faceBegin.push_back(static_cast<std::int32_t>(section_.faceVertices.size()));
        section_.cell.push_back(cell);
    }

    const CellComplex& cells_;
    const VolumePlane& plane_;
    const Eigen::Vector3d first_ = plane_.directions()[0], second_ = plane_.directions()[1];
    std::vector<double> distance_;                               // per vertex
    std::vector<unsigned char> side_, sideOfFace_, sideOfCell_;  // 0: on the plane
    std::unordered_map<std::uint64_t, std::int32_t> vertexOf_;
    std::vector<std::pair<double, std::int32_t>> byAngle_;
    CellSection section_;
};

}  // namespace

CellSection sectionOfCells(const CellComplex& cells, const VolumePlane& plane) {
    return Section(cells, plane).run();
}

}  // namespace tessera
