// SPDX-License-Identifier: GPL-3.0-or-later
// How clearly a run could tell vertices on a line from vertices off it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace tessera {

// A set of distances as fractions of the tolerance, in powers of two: bit b stands for 2^-(b+1) .. 2^-b, the
// last one for all below. A gap in it is where another tolerance would tell the two sides apart.
constexpr int kDistanceBits = 32;
inline std::uint32_t distanceBit(double fraction) {
    const int halvings = fraction > 0 ? -std::ilogb(fraction) - 1 : kDistanceBits - 1;
    return std::uint32_t{1} << std::clamp(halvings, 0, kDistanceBits - 1);
}

struct OnOffMargins {
    double smallestOff = std::numeric_limits<double>::infinity();
    double largestOn = 0;
    std::uint32_t on = 0;  // distances judged on a line
    void note(double distance, double tolerance) {
        if (distance > tolerance) {
            smallestOff = distance < smallestOff ? distance : smallestOff;
        } else {
            largestOn = distance > largestOn ? distance : largestOn;
            on |= distanceBit(distance / tolerance);
        }
    }
    void merge(const OnOffMargins& other) {
        smallestOff = smallestOff < other.smallestOff ? smallestOff : other.smallestOff;
        largestOn = largestOn > other.largestOn ? largestOn : other.largestOn;
        on |= other.on;
    }
};

}  // namespace tessera
