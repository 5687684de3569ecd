// SPDX-License-Identifier: GPL-3.0-or-later
// Gradients of the logits in the input, by LibTorch's backward passes over the layer graph. Samples are
// independent (the graph has no batch statistics), so one backward pass of a sum over samples gives every
// sample's own gradient. Kinks follow LibTorch: relu and abs have slope 0 at 0, a tied maximum picks one
// member. Everything runs where the graph's parameters are and in their type; no chunking here.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <optional>
#include <stop_token>

#include "core/model/layer_graph_torch.h"

namespace tessera {

struct LogitsAndJacobian {
    at::Tensor logits;    // (n, K)
    at::Tensor jacobian;  // (n, K, D): d logit k / d input d
};

// One forward and K backward passes for the whole batch (n, *inputShape). nullopt: stopped between two of
// them. Memory: the (n, K, D) result and the activations of one forward pass.
std::optional<LogitsAndJacobian> inputJacobian(const LayerGraph& graph, const at::Tensor& inputs,
                                               std::stop_token stop = {});

// The gradient (n, *inputShape) of one number per sample: `scalars` maps logits (n, K) to (n). With
// `createGraph` the result can be differentiated again, if `inputs` require a gradient.
at::Tensor inputGradient(const LayerGraph& graph, const at::Tensor& inputs,
                         const std::function<at::Tensor(const at::Tensor& logits)>& scalars,
                         bool createGraph = false);

// Singular values (n, min(K, D)) of each J, largest first, from the eigenvalues of the smaller of J J^T and
// J^T J: the largest to rounding, those below 1e-8 of it not at all.
at::Tensor singularValues(const at::Tensor& jacobian);

}  // namespace tessera
