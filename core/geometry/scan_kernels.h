// SPDX-License-Identifier: GPL-3.0-or-later
// Passes over the values of a site at one vertex, compiled for several instruction sets.
#pragma once

#include <cstdint>

namespace tessera {

// most[i] = max(most[i], |values[i]|). Returns zero if all are finite, else NaN.
double noteMagnitudes(const double* values, std::int64_t count, double* most);

// Bit i says whether values[i] is above (below) the knot; `count` at most 64.
struct SideBits {
    std::uint64_t above = 0, below = 0;
};
SideBits sideBits(const double* values, int count, double knot);

}  // namespace tessera
