// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/float64_kernels_torch.h"

#include <algorithm>
#include <cstring>

namespace tessera {

namespace {

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define TESSERA_CLONES __attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#else
#define TESSERA_CLONES
#endif

constexpr int kLanes = 8;     // outputs along a row at once
constexpr int kChannels = 4;  // output channels at once

struct ConvShape {
    std::int64_t channels, outputs, kernelHeight, kernelWidth, stride, outHeight, outWidth;
    std::int64_t rowStride, planeStride;  // of the padded input
};

// One sample, already padded: sums in the order channel, row, column for every output.
TESSERA_CLONES
void convolveSample(const ConvShape& s, const double* padded, const double* weights, const double* bias,
                    double* out) {
    const std::int64_t kernel = s.kernelHeight * s.kernelWidth, filter = s.channels * kernel;
    for (std::int64_t o = 0; o < s.outputs; o += kChannels) {
        const int block = static_cast<int>(std::min<std::int64_t>(kChannels, s.outputs - o));
        const double* w[kChannels];
        for (int b = 0; b < kChannels; ++b) w[b] = weights + (o + std::min(b, block - 1)) * filter;
        for (std::int64_t y = 0; y < s.outHeight; ++y)
            for (std::int64_t x = 0; x < s.outWidth; x += kLanes) {
                double sum[kChannels][kLanes];
                for (int b = 0; b < kChannels; ++b)
                    for (int i = 0; i < kLanes; ++i)
                        sum[b][i] = bias ? bias[o + std::min(b, block - 1)] : 0.0;
                for (std::int64_t c = 0; c < s.channels; ++c)
                    for (std::int64_t ky = 0; ky < s.kernelHeight; ++ky) {
                        const double* row =
                            padded + c * s.planeStride + (y * s.stride + ky) * s.rowStride + x * s.stride;
                        const std::int64_t at = c * kernel + ky * s.kernelWidth;
                        for (std::int64_t kx = 0; kx < s.kernelWidth; ++kx) {
                            double v[kLanes];
                            if (s.stride == 1) {
                                std::memcpy(v, row + kx, sizeof v);
                            } else {
                                for (int i = 0; i < kLanes; ++i) v[i] = row[kx + i * s.stride];
                            }
                            for (int b = 0; b < kChannels; ++b) {
                                const double weight = w[b][at + kx];
                                for (int i = 0; i < kLanes; ++i) sum[b][i] += weight * v[i];
                            }
                        }
                    }
                const auto width = static_cast<std::size_t>(std::min<std::int64_t>(kLanes, s.outWidth - x));
                for (int b = 0; b < block; ++b)
                    std::memcpy(out + ((o + b) * s.outHeight + y) * s.outWidth + x, sum[b],
                                width * sizeof(double));
            }
    }
}

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
    for (std::int64_t n = 0; n < x.size(0); ++n) {
        const double* sample = x.data_ptr<double>() + n * x.stride(0);
        for (std::int64_t c = 0; c < s.channels; ++c)
            for (std::int64_t y = 0; y < x.size(2); ++y)
                std::copy_n(sample + (c * x.size(2) + y) * x.size(3), x.size(3),
                            padded.data() + c * s.planeStride + (y + padY) * width + padX);
        convolveSample(s, padded.data(), w.data_ptr<double>(), b.defined() ? b.data_ptr<double>() : nullptr,
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
