// SPDX-License-Identifier: GPL-3.0-or-later
// The logits of all classes over a window of a plane: polygons on each of which every logit is affine, with
// the values at shared vertices. Exact from the faces of an arrangement, or interpolated between the points
// of a grid.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "core/geometry/arrangement.h"

namespace tessera {

// Points with both ends on the box `low`..`high`, row after row, the first at the smallest t.
struct LogitGrid {
    int columns = 0, rows = 0;  // at least 2 each
    Eigen::Vector2d low = Eigen::Vector2d::Zero(), high = Eigen::Vector2d::Zero();
    std::int32_t outputs = 0;
    std::vector<float> logits;  // rows x columns x outputs
    Eigen::Vector2d position(int column, int row) const;
};

struct LogitMesh {
    std::int32_t classes = 0;
    std::vector<Eigen::Vector2d> vertices;
    std::vector<double> logits;  // vertices x classes; a single logit z is the two logits 0 and z
    std::vector<std::int32_t> faceBegin{0}, faceVertices;  // convex, counter-clockwise
    std::vector<std::uint64_t> patternHash;                // per face; empty: sampled

    std::int64_t faceCount() const { return static_cast<std::int64_t>(faceBegin.size()) - 1; }
    std::span<const std::int32_t> corners(std::int64_t face) const;
    std::span<const double> logitsOf(std::int32_t vertex) const;
    std::vector<double> logitsAt(std::int64_t face, const Eigen::Vector2d& pointInSlice) const;
    // Differences of logits below this are rounding.
    double noise() const;
};

LogitMesh logitMesh(const Arrangement& arrangement);
// Two triangles a cell of the grid, cut off where the window ends.
LogitMesh logitMesh(const LogitGrid& grid, const Polygon& window);

// Of one class's logit over all faces; `mean` weighs by area.
struct LogitRange {
    double low = 0, high = 0, mean = 0;
};
std::vector<LogitRange> logitRanges(const LogitMesh& mesh);  // per class; empty for a mesh without faces

}  // namespace tessera
