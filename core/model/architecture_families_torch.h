// SPDX-License-Identifier: GPL-3.0-or-later
// Families recognised by the names and shapes of their tensors. What the file cannot say (activations,
// shortcuts) is assumed and said in the notes.
#pragma once

#include <optional>
#include <string>

#include "core/model/architecture_parts_torch.h"
#include "core/model/architecture_torch.h"

namespace tessera {

struct FamilyOptions {
    std::string activation;  // "": assume relu and say so
    std::optional<Shape> inputShape;
};

// Throws Misfit when the tensors are of the family but do not fit; nothing when they are not of the family.
std::optional<BuiltArchitecture> buildMlp(TensorTable& tensors, const FamilyOptions& options);
// ResNets with a 3x3 first convolution and basic blocks: CIFAR ResNet-6n+2, and ResNet-18/34 in their CIFAR
// form.
std::optional<BuiltArchitecture> buildCifarResNet(TensorTable& tensors, const FamilyOptions& options);

}  // namespace tessera
