// SPDX-License-Identifier: GPL-3.0-or-later
// On which side of a unit's plane each vertex of a complex lies. A vertex is on it if its distance, by the
// steepest edge that leads to it, is within the tolerance, or if its value is rounding.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/geometry/cell_splitter.h"
#include "core/geometry/line_margins.h"

namespace tessera {

class CutSides {
  public:
    // `largest` bounds |value|, `noise` is what is rounding of it, `tolerance` a length.
    void find(std::span<const double> value, double largest, double noise, double tolerance,
              const CellSplitter& cells, OnOffMargins& margins);
    bool anyAbove() const { return anyAbove_; }
    bool anyBelow() const { return anyBelow_; }
    bool anyOn() const { return anyOn_; }
    std::vector<std::uint8_t>& sides() { return sides_; }

  private:
    void settleDoubtful(std::span<const double> value, double tolerance, const CellSplitter& cells,
                        OnOffMargins& margins);
    std::vector<std::uint8_t> sides_;
    std::vector<std::int32_t> doubtful_;
    std::vector<double> slope_;
    std::vector<std::int32_t> slot_;  // per vertex: its place in doubtful_; -1
    bool anyAbove_ = false, anyBelow_ = false, anyOn_ = false;
};

}  // namespace tessera
