// SPDX-License-Identifier: GPL-3.0-or-later
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <cmath>

#include "core/model/input_shape_torch.h"
#include "core/model/torchscript_torch.h"

namespace tessera {

namespace {

// Square picture sizes in the order people use them, then every other size up to 64.
std::vector<std::int64_t> pictureSizes(std::int64_t channels) {
    std::vector<std::int64_t> sizes =
        channels == 1 ? std::vector<std::int64_t>{28, 32} : std::vector<std::int64_t>{32, 28};
    for (const std::int64_t s :
         {224, 64, 96, 16, 8, 48, 128, 256, 299, 227, 12, 14, 20, 24, 36, 40, 56, 84, 112})
        sizes.push_back(s);
    for (std::int64_t s = 1; s <= 64; ++s)
        if (std::find(sizes.begin(), sizes.end(), s) == sizes.end()) sizes.push_back(s);
    return sizes;
}

void addCandidates(const at::Tensor& weight, std::vector<Shape>& shapes) {
    const auto push = [&](Shape shape) {
        if (std::find(shapes.begin(), shapes.end(), shape) == shapes.end())
            shapes.push_back(std::move(shape));
    };
    if (weight.dim() == 2) {
        const auto features = weight.size(1);
        push({features});
        for (const std::int64_t channels : {1, 3}) {
            const auto side = static_cast<std::int64_t>(
                std::lround(std::sqrt(static_cast<double>(features) / static_cast<double>(channels))));
            if (side > 1 && side * side * channels == features) push({channels, side, side});
        }
        push({weight.size(0)});  // stored transposed
    } else if (weight.dim() == 4) {
        for (const auto side : pictureSizes(weight.size(1))) push({weight.size(1), side, side});
        if (weight.size(1) == 1)
            for (const std::int64_t side : {32, 28, 224})
                push({weight.size(0), side, side});  // depthwise first layer
    } else if (weight.dim() == 3) {
        for (const std::int64_t length : {128, 100, 256, 512, 1024, 64, 32, 187, 178, 140, 16000})
            push({weight.size(1), length});
        for (std::int64_t length = 1; length <= 256; ++length) push({weight.size(1), length});
    }
}

void addGraphConstants(const torch::jit::Block& block, std::vector<at::Tensor>& weights) {
    for (const auto* node : block.nodes()) {
        if (node->kind() == c10::prim::Constant &&
            node->output()->type()->kind() == c10::TypeKind::TensorType) {
            const auto value = torch::jit::toIValue(node->output());
            if (value && value->isTensor()) weights.push_back(value->toTensor());
        }
        for (const auto* inner : node->blocks()) addGraphConstants(*inner, weights);
    }
}

bool runsOn(const torch::jit::Module& module, const Shape& shape, at::ScalarType dtype) {
    try {
        const c10::InferenceMode inference;
        const auto output = runModule(module, at::zeros(batchShape(shape, 2), dtype));
        return output.dim() >= 1 && output.size(0) == 2;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace

std::vector<Shape> candidateInputShapes(const torch::jit::Module& module) {
    std::vector<at::Tensor> weights;
    for (const auto& parameter : module.named_parameters()) weights.push_back(parameter.value);
    for (const auto& buffer : module.named_buffers()) weights.push_back(buffer.value);
    const auto method = module.find_method("forward");
    if (method) addGraphConstants(*torch::jit::toGraphFunction(method->function()).graph()->block(), weights);
    std::vector<Shape> shapes;
    int looked = 0;
    for (const auto& weight : weights)
        if (weight.defined() && weight.dim() >= 2 && weight.dim() <= 4 && looked++ < 3)
            addCandidates(weight, shapes);
    return shapes;
}

std::optional<FoundShape> findInputShape(const torch::jit::Module& module, at::ScalarType dtype) {
    const auto shapes = candidateInputShapes(module);
    std::optional<FoundShape> found;
    int triedAfter = 0;
    for (const auto& shape : shapes) {
        if (found && ++triedAfter > 4) return found;
        if (!runsOn(module, shape, dtype)) continue;
        if (found) {
            found->certain = false;
            return found;
        }
        found = FoundShape{shape, true};
    }
    return found;
}

}  // namespace tessera
