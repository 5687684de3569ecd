// SPDX-License-Identifier: GPL-3.0-or-later
// A convex polygon of a plane whose corners carry values that are affine over it, and its part where one such
// value is not negative.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

namespace tessera {

// A corner is a row of `width` numbers: s, t and then values. A side is named by the corner it starts at.
struct RowPolygon {
    int width = 2;
    std::vector<double> rows;
    std::vector<std::int32_t> vertex;  // per corner: of the mesh; -1: made by a cut
    std::vector<std::int32_t> tie;     // per side: what the cut that made it is called; -1: none did
    std::vector<std::int32_t> touch;   // per side: as tie, of a cut that runs along a side that was there

    std::size_t size() const { return vertex.size(); }
    std::span<const double> row(std::size_t corner) const {
        return std::span(rows).subspan(corner * static_cast<std::size_t>(width),
                                       static_cast<std::size_t>(width));
    }
    Eigen::Vector2d at(std::size_t corner) const { return {row(corner)[0], row(corner)[1]}; }
    void clear(int newWidth);
    void add(std::span<const double> values, std::int32_t ofVertex, std::int32_t sideTie,
             std::int32_t sideTouch);
};

// The part where `d`, given at the corners and affine between, is not negative; what is within `noise` of
// zero is zero. False, and nothing of use in `out`, if it has no inside.
bool clipRows(const RowPolygon& in, std::span<const double> d, double noise, std::int32_t tie,
              RowPolygon& out);

}  // namespace tessera
