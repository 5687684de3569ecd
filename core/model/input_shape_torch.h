// SPDX-License-Identifier: GPL-3.0-or-later
// TorchScript files do not say what they take: the input shape is found from the first weights and by trying.
#pragma once

#include <torch/script.h>

#include <optional>
#include <string>
#include <vector>

#include "core/base/shape.h"

namespace tessera {

struct FoundShape {
    Shape shape;
    bool certain = false;  // only one of the candidates works
};

// Shapes worth trying, most likely first, from the weights in `module` (parameters, buffers, constants of the
// script).
std::vector<Shape> candidateInputShapes(const torch::jit::Module& module);
// Tries the candidates on a batch of two; nullopt when none runs.
std::optional<FoundShape> findInputShape(const torch::jit::Module& module, at::ScalarType dtype);

}  // namespace tessera
