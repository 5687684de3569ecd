// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/scan_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/geometry/instruction_sets.h"

namespace tessera {
namespace {

using Masks = std::int64_t __attribute__((vector_size(kLanes * sizeof(double))));

}  // namespace

TESSERA_CLONES
double noteMagnitudes(const double* values, std::int64_t count, double* most) {
    Lanes poison = {};  // a sum of zeros, NaN if any value is not finite
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        Lanes value, largest;
        std::memcpy(&value, values + i, sizeof value);
        std::memcpy(&largest, most + i, sizeof largest);
        poison += value * 0.0;
        const Lanes size = value < -value ? -value : value;
        largest = size > largest ? size : largest;
        std::memcpy(most + i, &largest, sizeof largest);
    }
    double sum = 0;
    for (int lane = 0; lane < kLanes; ++lane) sum += poison[lane];
    for (; i < count; ++i) {
        sum += values[i] * 0.0;
        most[i] = std::max(most[i], std::abs(values[i]));
    }
    return sum;
}

TESSERA_CLONES
SideBits sideBits(const double* values, int count, double knot) {
    SideBits bits;
    Masks above = {}, below = {};
    Masks bit;
    for (int lane = 0; lane < kLanes; ++lane) bit[lane] = std::int64_t{1} << lane;
    int i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        Lanes value;
        std::memcpy(&value, values + i, sizeof value);
        above |= (value > knot) & bit;
        below |= (value < knot) & bit;
        bit <<= kLanes;
    }
    for (int lane = 0; lane < kLanes; ++lane) {
        bits.above |= static_cast<std::uint64_t>(above[lane]);
        bits.below |= static_cast<std::uint64_t>(below[lane]);
    }
    for (; i < count; ++i) {
        bits.above |= static_cast<std::uint64_t>(values[i] > knot) << i;
        bits.below |= static_cast<std::uint64_t>(values[i] < knot) << i;
    }
    return bits;
}

}  // namespace tessera
