// SPDX-License-Identifier: GPL-3.0-or-later
// From named tensors to a layer graph: a documented JSON description, or a family recognised by names and
// shapes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/model/layer_graph_torch.h"
#include "core/model/state_file.h"

namespace tessera {

struct BuiltArchitecture {
    LayerGraph graph;         // float64 parameters
    std::string description;  // "MLP 784-256-256-10, ReLU (inferred from names and shapes)"
    std::vector<std::string> notes;
};

// `architecture`: JSON file, may be empty: then NAME.json / NAME.arch.json beside the weights, else a
// recognised family (MLP, CIFAR ResNet-6n+2). Missing, unused and misshaped tensors are named in the error.
Result<BuiltArchitecture> buildArchitecture(const StateFile& state,
                                            const std::filesystem::path& stateFilePath,
                                            const std::filesystem::path& architecture,
                                            const std::optional<Shape>& inputShape);

}  // namespace tessera
