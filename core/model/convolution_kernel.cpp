// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/convolution_kernel.h"

#include <cstring>
#include <vector>

#include "core/geometry/instruction_sets.h"

namespace tessera {

namespace {

constexpr std::int64_t kChannels = 4;   // output channels at once
constexpr std::int64_t kMostPacks = 3;  // of outputs side by side
static_assert(kMostPacks * kLanes <= static_cast<std::int64_t>(kConvolutionSlack));

// Packs x Channels sums in registers, so that every value and every weight read serves several of them.
template <int Packs, int Channels>
TESSERA_INLINE void sumsAt(const ConvShape& s, const double* input, const double* weights, const double* bias,
                           double* sums, std::int64_t sumStride) {
    const std::size_t filter = s.offsets.size();
    const std::int64_t* const offsets = s.offsets.data();
    Lanes sum[Channels][Packs];
#pragma GCC unroll 4
    for (int b = 0; b < Channels; ++b)
#pragma GCC unroll 3
        for (int p = 0; p < Packs; ++p) sum[b][p] = Lanes{} + (bias ? bias[b] : 0.0);
    for (std::size_t f = 0; f < filter; ++f) {
        const double* const from = input + offsets[f];
        Lanes v[Packs];
#pragma GCC unroll 3
        for (int p = 0; p < Packs; ++p) std::memcpy(&v[p], from + p * kLanes, sizeof(Lanes));
#pragma GCC unroll 4
        for (int b = 0; b < Channels; ++b)
#pragma GCC unroll 3
            for (int p = 0; p < Packs; ++p) sum[b][p] += weights[b * filter + f] * v[p];
    }
#pragma GCC unroll 4
    for (int b = 0; b < Channels; ++b)
#pragma GCC unroll 3
        for (int p = 0; p < Packs; ++p)
            std::memcpy(sums + b * sumStride + p * kLanes, &sum[b][p], sizeof(Lanes));
}

// The outputs of a channel are one run of positions, with the few that lie across the end of a row left out
// afterwards.
template <int Packs, int Channels>
TESSERA_INLINE void channelsAt(const ConvShape& s, const double* input, const double* weights,
                               const double* bias, double* sums, std::int64_t sumStride, double* out) {
    const std::int64_t positions = (s.outHeight - 1) * s.rowStride + s.outWidth;
    std::int64_t at = 0;
    for (; at + (Packs - 1) * kLanes < positions; at += Packs * kLanes)
        sumsAt<Packs, Channels>(s, input + at, weights, bias, sums + at, sumStride);
    for (; at < positions; at += kLanes)
        sumsAt<1, Channels>(s, input + at, weights, bias, sums + at, sumStride);
    for (int b = 0; b < Channels; ++b)
        for (std::int64_t y = 0; y < s.outHeight; ++y, out += s.outWidth)
            std::memcpy(out, sums + b * sumStride + y * s.rowStride,
                        static_cast<std::size_t>(s.outWidth) * sizeof(double));
}

template <int Packs>
TESSERA_INLINE void convolve(const ConvShape& s, const double* input, const double* weights,
                             const double* bias, double* out) {
    const auto filter = static_cast<std::int64_t>(s.offsets.size());
    const std::int64_t plane = s.outHeight * s.outWidth;
    const std::int64_t sumStride = s.outHeight * s.rowStride + kMostPacks * kLanes;
    thread_local std::vector<double> sums;
    sums.resize(static_cast<std::size_t>(kChannels * sumStride));
    std::int64_t o = 0;
    for (; o + kChannels <= s.outputs; o += kChannels)
        channelsAt<Packs, kChannels>(s, input, weights + o * filter, bias ? bias + o : nullptr, sums.data(),
                                     sumStride, out + o * plane);
    if (o + 2 <= s.outputs) {
        channelsAt<Packs, 2>(s, input, weights + o * filter, bias ? bias + o : nullptr, sums.data(),
                             sumStride, out + o * plane);
        o += 2;
    }
    if (o < s.outputs)
        channelsAt<Packs, 1>(s, input, weights + o * filter, bias ? bias + o : nullptr, sums.data(),
                             sumStride, out + o * plane);
}

using Convolve = void (*)(const ConvShape&, const double*, const double*, const double*, double*);
void convolveAnywhere(const ConvShape& s, const double* input, const double* weights, const double* bias,
                      double* out) {
    convolve<1>(s, input, weights, bias, out);
}
#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx2,fma"))) void convolveAvx2(const ConvShape& s, const double* input,
                                                      const double* weights, const double* bias,
                                                      double* out) {
    convolve<1>(s, input, weights, bias, out);
}
__attribute__((target("avx512f,fma"))) void convolveAvx512(const ConvShape& s, const double* input,
                                                           const double* weights, const double* bias,
                                                           double* out) {
    convolve<kMostPacks>(s, input, weights, bias, out);  // twice the registers, twice as long
}
Convolve fittingConvolve() {
    if (__builtin_cpu_supports("avx512f")) return convolveAvx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return convolveAvx2;
    return convolveAnywhere;
}
#else
Convolve fittingConvolve() {
    return convolveAnywhere;
}
#endif

}  // namespace

void convolveSample(const ConvShape& s, const double* input, const double* weights, const double* bias,
                    double* out) {
    static const Convolve fitting = fittingConvolve();
    fitting(s, input, weights, bias, out);
}

}  // namespace tessera
