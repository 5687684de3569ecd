// SPDX-License-Identifier: GPL-3.0-or-later
// How much of what a site gets is rounding, from the values it gets in one chunk.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/geometry/piecewise_linear.h"

namespace tessera {

// Rounding of a unit's input, relative to the largest it gets in the chunk. Far below what the tolerance
// allows.
constexpr double kUnitNoise = 64 * std::numeric_limits<double>::epsilon();
// A unit that nowhere gets beyond this fraction of the layer's largest value is zero: sums that cancel.
constexpr double kVanishing = 256 * std::numeric_limits<double>::epsilon();
// Of two forms in a max window, which are often zero but for rounding: relative to the layer's largest value,
// because a ReLU hides how large the sum was that ended near zero.
constexpr double kTieNoise = 16 * std::numeric_limits<double>::epsilon();

// From the largest |value| of each input (noteMagnitudes) to what is rounding of it. Returns the largest of
// all.
inline double magnitudesToNoise(std::vector<double>& magnitudes) {
    double scale = 0;
    for (const double most : magnitudes) scale = std::max(scale, most);
    for (double& most : magnitudes) most = most <= kVanishing * scale ? most : kUnitNoise * most;
    return scale;
}

// Per window, from the noise of its members and the largest |value| of the layer.
inline std::vector<double> noiseOfWindows(const MaxWindows& windows, const std::vector<double>& noise,
                                          double scale) {
    std::vector<double> windowNoise(windows.windows(), kTieNoise * scale);
    for (std::int32_t w = 0; w < windows.windows(); ++w) {
        for (std::int32_t m = windows.begin[w]; m < windows.begin[w + 1]; ++m)
            windowNoise[w] = std::max(windowNoise[w], noise[windows.members[m]]);
    }
    return windowNoise;
}

}  // namespace tessera
