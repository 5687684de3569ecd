// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/float64_kernels_torch.h"

#include <algorithm>

#include "core/model/convolution_kernel.h"
#include "core/model/layer_graph_torch.h"

namespace tessera {

namespace {

constexpr std::int64_t kNarrowest = 4;  // narrower outputs leave too many lanes empty

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
        entry(stride, 0, 1) != entry(stride, 1, 1) || input.size(1) != weight.size(1) ||
        (bias.defined() && wantsGradient(bias)))
        return std::nullopt;
    const std::int64_t padY = entry(padding, 0, 0), padX = entry(padding, 1, 0);
    const std::int64_t stepY = entry(dilation, 0, 1), stepX = entry(dilation, 1, 1);
    const std::int64_t height = input.size(2) + 2 * padY, width = input.size(3) + 2 * padX;
    const std::int64_t reachY = (weight.size(2) - 1) * stepY, reachX = (weight.size(3) - 1) * stepX;
    if (height <= reachY || width <= reachX) return std::nullopt;
    ConvShape s{};
    const std::int64_t phases = entry(stride, 0, 1);
    s.outputs = weight.size(0);
    s.outHeight = (height - reachY - 1) / phases + 1;
    s.outWidth = (width - reachX - 1) / phases + 1;
    if (s.outWidth < kNarrowest) return std::nullopt;
    // A strided convolution jumps over its input; split by the remainder of row and column, it does not.
    const std::int64_t phaseHeight = (height + phases - 1) / phases;
    s.rowStride = (width + phases - 1) / phases;
    const std::int64_t channels = input.size(1), plane = phaseHeight * s.rowStride;
    const auto placeOf = [&](std::int64_t c, std::int64_t y, std::int64_t x) {
        return ((c * phases + y % phases) * phases + x % phases) * plane + y / phases * s.rowStride +
               x / phases;
    };
    for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t ky = 0; ky < weight.size(2); ++ky)
            for (std::int64_t kx = 0; kx < weight.size(3); ++kx)
                s.offsets.push_back(placeOf(c, ky * stepY, kx * stepX));

    std::vector<std::int64_t> column;
    for (std::int64_t i = 0; i < input.size(3); ++i) column.push_back(placeOf(0, 0, padX + i));

    const auto x = input.contiguous(), w = weight.contiguous();
    const auto b = bias.defined() ? bias.contiguous() : bias;
    at::Tensor result = at::empty({x.size(0), s.outputs, s.outHeight, s.outWidth}, at::kDouble);
    std::vector<double> split(
        static_cast<std::size_t>(channels * phases * phases * plane) + kConvolutionSlack, 0.0);
    for (std::int64_t n = 0; n < x.size(0); ++n) {
        const double* row = x.data_ptr<double>() + n * x.stride(0);
        for (std::int64_t c = 0; c < channels; ++c)
            for (std::int64_t y = 0; y < x.size(2); ++y, row += x.size(3)) {
                if (phases == 1) {
                    std::copy_n(row, x.size(3), split.data() + placeOf(c, y + padY, padX));
                    continue;
                }
                double* const to = split.data() + placeOf(c, y + padY, 0);
                for (std::int64_t i = 0; i < x.size(3); ++i) to[column[static_cast<std::size_t>(i)]] = row[i];
            }
        convolveSample(s, split.data(), w.data_ptr<double>(), b.defined() ? b.data_ptr<double>() : nullptr,
                       result.data_ptr<double>() + n * s.outputs * s.outHeight * s.outWidth);
    }
    return result;
}

std::optional<at::Tensor> windowMaxima(const at::Tensor& input, const WindowRows& windows,
                                       const std::vector<std::int64_t>& sampleShape) {
    if (!isPlainFloat64(input)) return std::nullopt;
    const auto x = input.contiguous();
    at::Tensor result = at::empty(batchShape(sampleShape, x.size(0)), at::kDouble);
    auto* out = result.data_ptr<double>();
    const std::int64_t width = x.size(0) == 0 ? 0 : x.numel() / x.size(0);
    for (std::int64_t n = 0; n < x.size(0); ++n)
        windows.maxima(x.data_ptr<double>() + n * width, out + n * windows.windows());
    return result;
}

}  // namespace tessera
