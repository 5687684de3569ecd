// SPDX-License-Identifier: GPL-3.0-or-later
// Float64 convolution and max-pooling for exact work. LibTorch's fast convolutions are float32 only: in
// float64 it unfolds each sample and multiplies small matrices, several times slower than the direct sums
// here.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "core/model/pooling_kernel.h"

namespace tessera {

// nullopt where the direct kernel does not apply (float32, another device, groups, narrow outputs,
// a gradient is wanted): use at::conv2d then. input N x C x H x W, weight O x C x kh x kw, bias O or
// undefined; zero padding.
std::optional<at::Tensor> directConv2d(const at::Tensor& input, const at::Tensor& weight,
                                       const at::Tensor& bias, const std::vector<std::int64_t>& stride,
                                       const std::vector<std::int64_t>& padding,
                                       const std::vector<std::int64_t>& dilation, std::int64_t groups);

// Maxima over window lists, in float64 on the CPU without gradient; nullopt otherwise.
std::optional<at::Tensor> windowMaxima(const at::Tensor& input, const WindowRows& windows,
                                       const std::vector<std::int64_t>& sampleShape);

}  // namespace tessera
