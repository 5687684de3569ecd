// SPDX-License-Identifier: GPL-3.0-or-later
// Step, radius and weights of the counterfactual search, chosen by trials on some references. Ranges that
// follow the geometry of the representation (scales of support and boundary) suit any encoder; fixed ones do
// for a control.
#pragma once

#include "core/probes/counterfactual_search.h"
#include "core/probes/counterfactual_settings.h"

namespace tessera {

struct TuningTrial {
    double step = 0, radius = 0, shiftWeight = 0, supportWeight = 0;
    double flips = 0;       // share
    double distance = 0;    // mean: of the grid over flips (NaN: none), else over all
    double supportEnd = 0;  // mean radius at the end, over those that have one; NaN: none, or the grid
    double loss = 0;  // of the priors: 5 (1 - flips) + (distance + supportEnd) / support scale; NaN: grid
};

struct TuningResult {
    std::vector<TuningTrial> trials;
    std::size_t best = 0;
    std::int64_t samples = 0;
    double supportScale = 0;   // median radius of references against the class they would be led to
    double boundaryScale = 0;  // their median boundary distance
};

// `search` as the parameters have it: the grid is around its step and radius.
Result<TuningResult> tuneOnReferences(const LogitField& field, const NeighbourPool& pool,
                                      const CounterfactualSettings& settings, std::uint64_t seed,
                                      WorkerTeam& team, std::stop_token stop, Progress& progress);

}  // namespace tessera
