// SPDX-License-Identifier: GPL-3.0-or-later
// The three sample networks as TorchScript modules, written as a Python user would write them: named
// submodules, plain calls.
#pragma once

#include <torch/script.h>

#include <string>
#include <vector>

// Layers with He-initialised weights drawn from torch's generator.
torch::jit::Module multilayerPerceptron(const std::vector<std::int64_t>& widths);
// conv1 - bn1 - relu - pool - residual block - fc, for 1 x 28 x 28.
torch::jit::Module smallResidualNetwork(std::int64_t channels, std::int64_t classes);
