// SPDX-License-Identifier: GPL-3.0-or-later
// The architecture description (resources/manual/architecture-json.md): layers by name, weights matched by
// name.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/model/architecture_families_torch.h"

namespace tessera {

// Throws Misfit with a clause that names the layer or field.
BuiltArchitecture buildFromDescription(TensorTable& tensors, const nlohmann::json& description,
                                       const std::optional<Shape>& inputShape);

}  // namespace tessera
