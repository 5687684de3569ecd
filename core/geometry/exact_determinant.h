// SPDX-License-Identifier: GPL-3.0-or-later
// Signs of small determinants of differences, without rounding: floating point where its error bound
// suffices, else exact sums of doubles (Shewchuk, Adaptive precision floating-point arithmetic, 1997).
#pragma once

#include <array>
#include <span>

namespace tessera {

// Entries plus[c] - minus[c] at the columns asked for.
struct DifferenceRow {
    const double* plus = nullptr;
    const double* minus = nullptr;
};

// -1, 0 or 1: the sign of the determinant of 1 to 4 rows, as many columns as rows. Exact as long as every
// value is zero or between 1e-60 and 1e60 in magnitude, so that no product overflows or loses bits.
int signOfDeterminant(std::span<const DifferenceRow> rows, std::span<const int> columns);

}  // namespace tessera
