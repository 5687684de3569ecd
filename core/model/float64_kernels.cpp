// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/float64_kernels_torch.h"

#include <algorithm>
#include <cstring>

namespace tessera {

namespace {

constexpr int kLanes = 8;     // outputs along a row at once
constexpr int kChannels = 4;  // output channels at once

// Eight doubles at once; the compiler maps it to whatever registers the processor has.
using Lanes = double __attribute__((vector_size(kLanes * sizeof(double))));

struct ConvShape {
    std::int64_t channels, outputs, kernelHeight, kernelWidth, stride, outHeight, outWidth;
    std::int64_t rowStride, planeStride;  // of the padded input
};

// One sample, already padded: sums in the order channel, row, column for every output.
inline __attribute__((always_inline)) void convolveBody(const ConvShape& s, const double* padded,
                                                        const double* weights, const double* bias,
                                                        double* out) {
    const std::int64_t kernel = s.kernelHeight * s.kernelWidth, filter = s.channels * kernel;
    for (std::int64_t o = 0; o < s.outputs; o += kChannels) {
        const auto block = std::min<std::int64_t>(kChannels, s.outputs - o);
        const auto channel = [&](std::int64_t b) { return o + std::min(b, block - 1); };
        const double* const w0 = weights + channel(0) * filter;
        const double* const w1 = weights + channel(1) * filter;
        const double* const w2 = weights + channel(2) * filter;
        const double* const w3 = weights + channel(3) * filter;
        for (std::int64_t y = 0; y < s.outHeight; ++y)
            for (std::int64_t x = 0; x < s.outWidth; x += kLanes) {
                Lanes sum0 = {}, sum1 = {}, sum2 = {}, sum3 = {};
                if (bias)
                    sum0 += bias[channel(0)], sum1 += bias[channel(1)], sum2 += bias[channel(2)],
                        sum3 += bias[channel(3)];
                for (std::int64_t c = 0; c < s.channels; ++c)
                    for (std::int64_t ky = 0; ky < s.kernelHeight; ++ky) {
                        const double* row =
                            padded + c * s.planeStride + (y * s.stride + ky) * s.rowStride + x * s.stride;
                        const std::int64_t at = c * kernel + ky * s.kernelWidth;
                        for (std::int64_t kx = 0; kx < s.kernelWidth; ++kx) {
                            Lanes v;
                            if (s.stride == 1) {
                                std::memcpy(&v, row + kx, sizeof v);
                            } else {
                                for (int i = 0; i < kLanes; ++i) v[i] = row[kx + i * s.stride];
                            }
                            sum0 += w0[at + kx] * v;
                            sum1 += w1[at + kx] * v;
                            sum2 += w2[at + kx] * v;
                            sum3 += w3[at + kx] * v;
                        }
                    }
                const auto bytes =
                    static_cast<std::size_t>(std::min<std::int64_t>(kLanes, s.outWidth - x)) * sizeof(double);
                const std::int64_t step = s.outHeight * s.outWidth;
                double* const to = out + (o * s.outHeight + y) * s.outWidth + x;
                std::memcpy(to, &sum0, bytes);
                if (block > 1) std::memcpy(to + step, &sum1, bytes);
                if (block > 2) std::memcpy(to + 2 * step, &sum2, bytes);
                if (block > 3) std::memcpy(to + 3 * step, &sum3, bytes);
            }
    }
}

using Convolve = void (*)(const ConvShape&, const double*, const double*, const double*, double*);

void convolveAnywhere(const ConvShape& s, const double* padded, const double* weights, const double* bias,
                      double* out) {
    convolveBody(s, padded, weights, bias, out);
}

// The package is built for any x86-64; the processor at hand decides which of these runs.
#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx2,fma"))) void convolveAvx2(const ConvShape& s, const double* padded,
                                                      const double* weights, const double* bias,
                                                      double* out) {
    convolveBody(s, padded, weights, bias, out);
}
__attribute__((target("avx512f,fma"))) void convolveAvx512(const ConvShape& s, const double* padded,
                                                           const double* weights, const double* bias,
                                                           double* out) {
    convolveBody(s, padded, weights, bias, out);
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

bool wantsGradient(const at::Tensor& tensor) {
    return at::GradMode::is_enabled() && tensor.requires_grad();
}

bool isPlainFloat64(const at::Tensor& tensor) {
    return tensor.scalar_type() == at::kDouble && tensor.device().is_cpu() && !wantsGradient(tensor);
}

}  // namespace

std::optional<at::Tensor> directConv2d(const at::Tensor& input, const at::Tensor& weight,
                                       const at::Tensor& bias, const std::vector<std::int64_t>& stride,
                                       const std::vector<std::int64_t>& padding,
                                       const std::vector<std::int64_t>& dilation, std::int64_t groups) {
    const auto entry = [](const std::vector<std::int64_t>& values, std::size_t d, std::int64_t standard) {
        return values.empty() ? standard : values[values.size() == 1 ? 0 : d];
    };
    if (!isPlainFloat64(input) || !isPlainFloat64(weight) || input.dim() != 4 || groups != 1 ||
        entry(dilation, 0, 1) != 1 || entry(dilation, 1, 1) != 1 ||
        entry(stride, 0, 1) != entry(stride, 1, 1) || input.size(1) != weight.size(1) ||
        (bias.defined() && wantsGradient(bias)))
        return std::nullopt;
    const std::int64_t padY = entry(padding, 0, 0), padX = entry(padding, 1, 0);
    const std::int64_t height = input.size(2) + 2 * padY, width = input.size(3) + 2 * padX;
    ConvShape s{};
    s.channels = input.size(1);
    s.outputs = weight.size(0);
    s.kernelHeight = weight.size(2);
    s.kernelWidth = weight.size(3);
    s.stride = entry(stride, 0, 1);
    s.outHeight = (height - s.kernelHeight) / s.stride + 1;
    s.outWidth = (width - s.kernelWidth) / s.stride + 1;
    s.rowStride = width;
    s.planeStride = width * height;
    if (height < s.kernelHeight || width < s.kernelWidth || s.outWidth < kLanes / 2) return std::nullopt;

    const auto x = input.contiguous(), w = weight.contiguous();
    const auto b = bias.defined() ? bias.contiguous() : bias;
    at::Tensor result = at::empty({x.size(0), s.outputs, s.outHeight, s.outWidth}, at::kDouble);
    // The last lanes of a row read past its end: into the next row, or into the slack behind the last one.
    std::vector<double> padded(
        static_cast<std::size_t>(s.channels * s.planeStride + kLanes * s.stride + s.kernelWidth), 0.0);
    static const Convolve convolve = fittingConvolve();
    for (std::int64_t n = 0; n < x.size(0); ++n) {
        const double* sample = x.data_ptr<double>() + n * x.stride(0);
        for (std::int64_t c = 0; c < s.channels; ++c)
            for (std::int64_t y = 0; y < x.size(2); ++y)
                std::copy_n(sample + (c * x.size(2) + y) * x.size(3), x.size(3),
                            padded.data() + c * s.planeStride + (y + padY) * width + padX);
        convolve(s, padded.data(), w.data_ptr<double>(), b.defined() ? b.data_ptr<double>() : nullptr,
                 result.data_ptr<double>() + n * s.outputs * s.outHeight * s.outWidth);
    }
    return result;
}

std::optional<at::Tensor> windowMaxima(const at::Tensor& input, const MaxWindows& windows,
                                       const std::vector<std::int64_t>& sampleShape) {
    if (!isPlainFloat64(input)) return std::nullopt;
    const auto x = input.contiguous();
    std::vector<std::int64_t> sizes{x.size(0)};
    sizes.insert(sizes.end(), sampleShape.begin(), sampleShape.end());
    at::Tensor result = at::empty(sizes, at::kDouble);
    auto* out = result.data_ptr<double>();
    const std::int64_t width = x.size(0) == 0 ? 0 : x.numel() / x.size(0);
    for (std::int64_t n = 0; n < x.size(0); ++n) {
        const double* sample = x.data_ptr<double>() + n * width;
        for (std::int32_t window = 0; window < windows.windows(); ++window) {
            const auto* member = windows.members.data() + windows.begin[static_cast<std::size_t>(window)];
            const auto* last = windows.members.data() + windows.begin[static_cast<std::size_t>(window) + 1];
            double largest = sample[*member];
            while (++member < last) largest = std::max(largest, sample[*member]);
            *out++ = largest;
        }
    }
    return result;
}

}  // namespace tessera
