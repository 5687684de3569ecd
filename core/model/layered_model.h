// SPDX-License-Identifier: GPL-3.0-or-later
// A model made from matrices at hand, not from a file of its own: affine layers with ReLU between them.
#pragma once

#include <span>

#include "core/model/model.h"
#include "core/numerics/rows.h"

namespace tessera {

struct AffineLayer {
    Rows weight;  // outputs x inputs, as in PyTorch
    Eigen::VectorXd bias;
};

// `info` says where it comes from (path, format, sha256, notes); shapes and layers are filled in. One
// sentence if the layers do not fit each other or hold values that are not finite.
Result<std::shared_ptr<const Model>> modelOfLayers(std::span<const AffineLayer> layers, ModelInfo info);

}  // namespace tessera
