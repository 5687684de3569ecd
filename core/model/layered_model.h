// SPDX-License-Identifier: GPL-3.0-or-later
// A model made from matrices at hand, not from a file of its own: affine layers with ReLU between them. And
// the end of a model as such matrices.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

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

// Whether all that follows `layer` (LayerInfo::name) is affine layers with ReLU between them, the first of
// them affine. Only looks at the graph: cheap enough for a window.
bool isLayeredAfter(const Model& model, const std::string& layer);
// Those layers; they take the flattened values of `layer`. Nothing if it is anything else.
std::optional<std::vector<AffineLayer>> layersAfter(const Model& model, const std::string& layer);

}  // namespace tessera
