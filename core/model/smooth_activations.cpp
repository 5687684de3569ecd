// SPDX-License-Identifier: GPL-3.0-or-later
// Smooth activations of GraphBuilder, by name: understood, but only sampled.
#include <ATen/ATen.h>

#include <map>
#include <stdexcept>

#include "core/model/layer_graph_torch.h"

namespace tessera {

int GraphBuilder::smoothActivation(const std::string& name, const std::string& op, int in) {
    using Function = at::Tensor (*)(const at::Tensor&);
    static const std::map<std::string, Function> kFunctions = {
        {"gelu", [](const at::Tensor& x) { return at::gelu(x); }},
        {"silu", [](const at::Tensor& x) { return at::silu(x); }},
        {"sigmoid", [](const at::Tensor& x) { return at::sigmoid(x); }},
        {"tanh", [](const at::Tensor& x) { return at::tanh(x); }},
        {"elu", [](const at::Tensor& x) { return at::elu(x); }},
        {"selu", [](const at::Tensor& x) { return at::selu(x); }},
        {"celu", [](const at::Tensor& x) { return at::celu(x); }},
        {"softplus", [](const at::Tensor& x) { return at::softplus(x); }},
        {"mish", [](const at::Tensor& x) { return at::mish(x); }},
        {"hardswish", [](const at::Tensor& x) { return at::hardswish(x); }},
        {"softmax", [](const at::Tensor& x) { return at::softmax(x, -1); }},
        {"log_softmax", [](const at::Tensor& x) { return at::log_softmax(x, -1); }},
    };
    const auto found = kFunctions.find(op);
    if (found == kFunctions.end())
        throw std::runtime_error("the activation " + op + " of layer " + name + " is not known");
    const Function function = found->second;
    return smooth(
        name, op, {in}, {}, [function](const auto& x, const auto&) { return function(x[0]); },
        op + " is smooth, not piecewise linear");
}

}  // namespace tessera
