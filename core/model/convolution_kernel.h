// SPDX-License-Identifier: GPL-3.0-or-later
// Direct float64 convolution of one sample, compiled for several instruction sets and chosen at start-up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tessera {

struct ConvShape {
    std::int64_t outputs, outHeight, outWidth;
    std::int64_t rowStride;  // from an output to the one below, as positions in the input
    // Where the first output finds the factor of each weight of a filter; the output at position p finds it p
    // further on.
    std::vector<std::int64_t> offsets;
};

// How many doubles behind the last factor are read (and do not count); they must be there.
inline constexpr std::size_t kConvolutionSlack = 32;

// out: outputs x outHeight x outWidth. weights: outputs x offsets. `bias` may be null. Sums run in the order
// bias, then weights, for every output.
void convolveSample(const ConvShape& shape, const double* input, const double* weights, const double* bias,
                    double* out);

}  // namespace tessera
