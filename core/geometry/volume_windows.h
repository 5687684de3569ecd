// SPDX-License-Identifier: GPL-3.0-or-later
// Cuts cells where the largest of a few affine forms changes: at a max window, or at the decision boundary. A
// cell is cut along the tie of two forms only if both are the largest at vertices of its own; parts on which
// the winner turns out the same belong to one region still.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "core/geometry/cut_sides.h"
#include "core/geometry/volume_columns.h"

namespace tessera {

class WindowCuts {
  public:
    WindowCuts(CellSplitter& cells, VolumeColumns& columns, OnOffMargins& margins, double tolerance)
        : cells_(cells), columns_(columns), margins_(margins), tolerance_(tolerance) {}

    // `members` are inputs held by the columns; differences up to `noise` are ties, which earlier ones win.
    // False: `isOver` said so, and some cells are left with several winners.
    bool cut(std::span<const std::int32_t> members, double noise, int site, std::int32_t window,
             const std::function<bool()>& isOver);
    // Per cell, the place of its winner in `members`.
    const std::vector<std::int32_t>& winner() const { return winner_; }
    std::int64_t unresolved() const { return unresolved_; }

  private:
    using Pair = std::pair<std::int32_t, std::int32_t>;
    void findVertexWinners(std::size_t from);
    // Its winner, or the pair of forms to cut it by.
    bool settle(std::int32_t cell, Pair& pair);
    bool parts(Pair pair) const;  // of the vertices of the cell at hand
    void settleByMiddle(std::int32_t cell);

    CellSplitter& cells_;
    VolumeColumns& columns_;
    OnOffMargins& margins_;
    double tolerance_;
    CutSides sides_;
    std::span<const std::int32_t> members_;
    double noise_ = 0;
    std::vector<std::int32_t> winner_, vertexWinner_;
    std::vector<double> most_, difference_;  // per vertex
    std::vector<std::int32_t> vertices_, candidates_, open_, listed_;
    std::vector<std::pair<Pair, std::int32_t>> wanted_;
    std::int64_t unresolved_ = 0;
};

}  // namespace tessera
