// SPDX-License-Identifier: GPL-3.0-or-later
// How well what is known of a sample beforehand explains how its search ends: least squares on z-scored
// predictors, held-out R^2, and rank correlations (sheet of method 1, "Analyses").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/record.h"

namespace tessera {

// One search from one sample.
struct RegressionRow {
    std::size_t head = 0;
    double accuracy = 0, crossEntropy = 0;  // of the head
    double boundary = 0, support = 0;       // d_b and rho at the start; rows without either are left out
    double success = 0, distance = 0;       // outcomes: 1 for a flip; of the end from the start
};

// Predictor sets {accuracy}, {cross-entropy}, {d_b}, {d_b, rho}, {d_b, rho, d_b rho} for both outcomes, over
// all heads together and, where the set varies within a head, for each. A fifth of each head's rows, drawn
// with the seed, is held out. Distances are of all rows (v1) or of flips alone (v2).
Table regressionTable(const std::vector<RegressionRow>& rows, const std::vector<std::string>& heads,
                      bool distanceOfFlipsOnly, std::uint64_t seed);

}  // namespace tessera
