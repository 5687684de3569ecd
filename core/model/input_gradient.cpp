// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/input_gradient_torch.h"

#include <torch/csrc/autograd/autograd.h>

#include <limits>

namespace tessera {

namespace {

// d sum(values) / d inputs; zero where the values do not depend on the inputs.
at::Tensor gradientOf(const at::Tensor& values, const at::Tensor& inputs, bool retainGraph,
                      bool createGraph) {
    if (!values.requires_grad()) return at::zeros_like(inputs);
    const auto gradients = torch::autograd::grad({values.sum()}, {inputs}, {}, retainGraph, createGraph,
                                                 /*allow_unused=*/true);
    return gradients[0].defined() ? gradients[0] : at::zeros_like(inputs);
}

}  // namespace

std::optional<LogitsAndJacobian> inputJacobian(const LayerGraph& graph, const at::Tensor& inputs,
                                               std::stop_token stop) {
    const at::AutoGradMode gradients(true);
    const auto x = inputs.detach().requires_grad_(true);
    const auto logits = graph.forward(x);
    const auto samples = logits.size(0), outputs = logits.size(1);
    const auto width = elementCount(graph.inputShape());
    auto jacobian = at::empty({samples, outputs, width}, inputs.options());
    for (std::int64_t k = 0; k < outputs; ++k) {
        if (stop.stop_requested()) return std::nullopt;
        const auto gradient = gradientOf(logits.select(1, k), x, k + 1 < outputs, false);
        const at::NoGradGuard noGradients;
        jacobian.select(1, k).copy_(gradient.reshape({samples, width}));
    }
    return LogitsAndJacobian{logits.detach(), std::move(jacobian)};
}

at::Tensor inputGradient(const LayerGraph& graph, const at::Tensor& inputs,
                         const std::function<at::Tensor(const at::Tensor&)>& scalars, bool createGraph) {
    const at::AutoGradMode gradients(true);
    const auto x = createGraph && inputs.requires_grad() ? inputs : inputs.detach().requires_grad_(true);
    return gradientOf(scalars(graph.forward(x)), x, createGraph, createGraph);
}

at::Tensor singularValues(const at::Tensor& jacobian) {
    const at::NoGradGuard noGradients;
    const auto transposed = jacobian.transpose(1, 2);
    const auto gram =
        jacobian.size(1) <= jacobian.size(2) ? at::bmm(jacobian, transposed) : at::bmm(transposed, jacobian);
    // LAPACK does not take what is not a number; such a sample has no spectrum.
    const auto finite = gram.isfinite().flatten(1).all(1);
    const auto usable = gram.masked_fill(finite.logical_not().view({-1, 1, 1}), 0);
    return at::linalg_eigvalsh(usable).clamp_min(0).sqrt().flip({1}).masked_fill(
        finite.logical_not().unsqueeze(1), std::numeric_limits<double>::quiet_NaN());
}

}  // namespace tessera
