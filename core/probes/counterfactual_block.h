// SPDX-License-Identifier: GPL-3.0-or-later
// One block of a counterfactual search, on one thread: where it starts, what it must fill in.
#pragma once

#include "core/probes/counterfactual_search.h"

namespace tessera {

struct SearchBlock {
    const LogitField& field;
    const SearchOptions& options;
    const NeighbourPool* pool;
    ConstRows starts;                   // of the block
    std::span<const double> stepScale;  // empty: 1
    std::span<FlipRow> rows;            // predicted, target and marginStart are filled in
    const Rows& startLogits;
    double* ends;                 // of the block, like `starts`
    std::span<SearchPath> paths;  // of its first rows; of the others none is kept
    std::stop_token stop;

    bool keepsPath(std::size_t row) const { return row < paths.size(); }
    Eigen::Map<Rows> endRows() const { return {ends, starts.rows(), starts.cols()}; }
    double step(std::size_t row) const { return options.step * (stepScale.empty() ? 1 : stepScale[row]); }
    // Ends the row's search if its rule holds, or its logits are numbers no more.
    bool settle(std::size_t row, const double* logits, std::int32_t stepsTaken) const;
};

// Coefficients of the weights' rows; a linear head with plain steps, no support term and no valid range.
void searchInSpan(const SearchBlock& block, const HeadGeometry& head);
// Whole points.
Result<Done> searchPoints(const SearchBlock& block);

}  // namespace tessera
