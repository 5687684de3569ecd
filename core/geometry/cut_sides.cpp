// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/cut_sides.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

// Farther from zero than this fraction of the largest value a vertex is on neither side by rounding, unless
// the unit is a hundred thousand times steeper there than on the whole.
constexpr double kDoubtful = 1e-5;

}  // namespace

void CutSides::find(std::span<const double> value, double largest, double noise, double tolerance,
                    const CellSplitter& cells, OnOffMargins& margins) {
    sides_.resize(value.size());
    doubtful_.clear();
    const double clear = std::max(noise, kDoubtful * largest);
    std::uint8_t any = 0, near = 0;
    for (std::size_t v = 0; v < value.size(); ++v) {
        const double d = value[v];
        sides_[v] = static_cast<std::uint8_t>((d > noise ? kAboveCut : 0) | (d < -noise ? kBelowCut : 0));
        any |= sides_[v];
        near |= static_cast<std::uint8_t>(sides_[v] != kOnCut && std::abs(d) <= clear);
    }
    if (near != 0) {
        for (std::size_t v = 0; v < value.size(); ++v)
            if (sides_[v] != kOnCut && std::abs(value[v]) <= clear)
                doubtful_.push_back(static_cast<std::int32_t>(v));
        settleDoubtful(value, tolerance, cells, margins);
        any = 0;
        for (const std::uint8_t side : sides_) any |= side;
    }
    anyOn_ = std::find(sides_.begin(), sides_.end(), kOnCut) != sides_.end();
    anyAbove_ = (any & kAboveCut) != 0;
    anyBelow_ = (any & kBelowCut) != 0;
}

void CutSides::settleDoubtful(std::span<const double> value, double tolerance, const CellSplitter& cells,
                              OnOffMargins& margins) {
    slot_.resize(value.size(), -1);
    slope_.assign(doubtful_.size(), 0);
    for (std::size_t i = 0; i < doubtful_.size(); ++i) slot_[doubtful_[i]] = static_cast<std::int32_t>(i);
    for (const auto& [v0, v1] : cells.edges()) {
        const std::int32_t a = slot_[v0], b = slot_[v1];
        if (a < 0 && b < 0) continue;
        const double length = (cells.vertices()[v0] - cells.vertices()[v1]).norm();
        const double slope = std::abs(value[v0] - value[v1]) / length;
        if (a >= 0) slope_[a] = std::max(slope_[a], slope);
        if (b >= 0) slope_[b] = std::max(slope_[b], slope);
    }
    for (std::size_t i = 0; i < doubtful_.size(); ++i) {
        const std::int32_t v = doubtful_[i];
        slot_[v] = -1;
        const double size = std::abs(value[v]);
        if (slope_[i] > 0) margins.note(size / slope_[i], tolerance);
        if (size <= tolerance * slope_[i]) sides_[v] = kOnCut;
    }
}

}  // namespace tessera
