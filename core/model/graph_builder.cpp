// SPDX-License-Identifier: GPL-3.0-or-later
#include <ATen/ops/abs.h>
#include <ATen/ops/add.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/prelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <stdexcept>

#include "core/model/float64_kernels_torch.h"
#include "core/model/layer_graph_torch.h"

namespace tessera {

namespace {

using Tensors = std::vector<at::Tensor>;
constexpr std::int64_t kExampleBatch = 2;

LayerNode affine(const std::string& name, const std::string& op, std::vector<int> inputs) {
    LayerNode node;
    node.name = name;
    node.op = op;
    node.inputs = std::move(inputs);
    return node;
}

void addParam(LayerNode& node, const char* role, const at::Tensor& value) {
    node.params.push_back({role, value});
}

// Trailing extent of one channel for functions with per-channel slopes: channels are the first sample
// dimension.
std::int64_t unitsPerChannel(const Shape& shape) {
    return shape.empty() ? 1 : std::max<std::int64_t>(1, elementCount(shape) / shape.front());
}

}  // namespace

GraphBuilder::GraphBuilder(Shape inputShape) {
    LayerNode input;
    input.name = "input";
    input.op = "input";
    input.kind = NodeClass::Input;
    input.outputShape = std::move(inputShape);
    examples_.push_back(at::zeros(batchShape(input.outputShape, kExampleBatch), at::kDouble));
    graph_.nodes_.push_back(std::move(input));
}

int GraphBuilder::custom(LayerNode node) {
    node.id = static_cast<int>(graph_.nodes_.size());
    for (auto& param : node.params) {
        if (!param.value.defined()) continue;
        param.value = param.value.detach();
        // Weights are cast up before the first product, never after.
        if (at::isFloatingType(param.value.scalar_type()))
            param.value = param.value.to(at::kCPU, at::kDouble);
        param.value = param.value.contiguous();
    }
    Tensors inputs;
    for (const int in : node.inputs) inputs.push_back(examples_.at(static_cast<std::size_t>(in)));
    at::NoGradGuard noGrad;
    at::Tensor example = node.run(inputs);
    if (example.dim() < 1 || example.size(0) != kExampleBatch)
        throw std::runtime_error("layer " + node.name + " (" + node.op +
                                 ") does not keep one result per sample");
    node.outputShape.assign(example.sizes().begin() + 1, example.sizes().end());
    if (node.kind == NodeClass::PiecewiseLinear)
        node.function.unitsPerChannel = unitsPerChannel(node.outputShape);
    examples_.push_back(std::move(example));
    graph_.nodes_.push_back(std::move(node));
    return graph_.nodes_.back().id;
}

int GraphBuilder::linear(const std::string& name, int in, at::Tensor weight, at::Tensor bias) {
    auto node = affine(name, "linear", {in});
    addParam(node, "weight", weight);
    addParam(node, "bias", bias);
    node.evaluate = [](const Tensors& x, const Tensors& p) { return at::linear(x[0], p[0], p[1]); };
    return custom(std::move(node));
}

int GraphBuilder::conv(const std::string& name, int in, at::Tensor weight, at::Tensor bias,
                       std::vector<std::int64_t> stride, std::vector<std::int64_t> padding,
                       std::vector<std::int64_t> dilation, std::int64_t groups) {
    const auto dimensions = weight.dim() - 2;
    if (dimensions != 1 && dimensions != 2)
        throw std::runtime_error("layer " + name + " is a convolution over " + std::to_string(dimensions) +
                                 " dimensions; 1 and 2 are known");
    auto node = affine(name, dimensions == 1 ? "conv1d" : "conv2d", {in});
    addParam(node, "weight", weight);
    addParam(node, "bias", bias);
    node.evaluate = [=](const Tensors& x, const Tensors& p) {
        if (dimensions == 1) return at::conv1d(x[0], p[0], p[1], stride, padding, dilation, groups);
        auto direct = directConv2d(x[0], p[0], p[1], stride, padding, dilation, groups);
        return direct ? *direct : at::conv2d(x[0], p[0], p[1], stride, padding, dilation, groups);
    };
    return custom(std::move(node));
}

int GraphBuilder::batchNorm(const std::string& name, int in, at::Tensor weight, at::Tensor bias,
                            at::Tensor mean, at::Tensor variance, double epsilon) {
    auto node = affine(name, "batch_norm", {in});
    addParam(node, "weight", weight);
    addParam(node, "bias", bias);
    addParam(node, "running_mean", mean);
    addParam(node, "running_var", variance);
    node.evaluate = [epsilon](const Tensors& x, const Tensors& p) {
        return at::batch_norm(x[0], p[0], p[1], p[2], p[3], false, 0.0, epsilon, false);
    };
    return custom(std::move(node));
}

int GraphBuilder::activation(const std::string& name, const std::string& op, int in, PiecewiseLinear function,
                             std::vector<NamedTensor> params, LayerEvaluate evaluate) {
    auto node = affine(name, op, {in});
    node.kind = NodeClass::PiecewiseLinear;
    node.function = std::move(function);
    node.params = std::move(params);
    node.evaluate = std::move(evaluate);
    return custom(std::move(node));
}

int GraphBuilder::relu(const std::string& name, int in) {
    return activation(name, "relu", in, PiecewiseLinear::relu(), {},
                      [](const Tensors& x, const Tensors&) { return at::relu(x[0]); });
}

int GraphBuilder::leakyRelu(const std::string& name, int in, double negativeSlope) {
    return activation(name, "leaky_relu", in, PiecewiseLinear::leakyRelu(negativeSlope), {},
                      [=](const Tensors& x, const Tensors&) { return at::leaky_relu(x[0], negativeSlope); });
}

int GraphBuilder::prelu(const std::string& name, int in, at::Tensor weight) {
    const at::Tensor flat = weight.detach().to(at::kCPU, at::kDouble).contiguous();
    PiecewiseLinear function;
    function.knots = {0.0};
    function.channels = flat.numel();
    const auto* values = flat.data_ptr<double>();
    function.slopes.assign(values, values + flat.numel());
    function.slopes.resize(static_cast<std::size_t>(2 * flat.numel()), 1.0);
    function.intercepts.assign(static_cast<std::size_t>(2 * flat.numel()), 0.0);
    return activation(name, "prelu", in, std::move(function), {{"weight", weight}},
                      [](const Tensors& x, const Tensors& p) { return at::prelu(x[0], p[0]); });
}

int GraphBuilder::hardtanh(const std::string& name, int in, double low, double high) {
    if (!(low < high)) throw std::runtime_error("layer " + name + " clamps to an empty range");
    return activation(name, low == 0 && high == 6 ? "relu6" : "hardtanh", in,
                      PiecewiseLinear::clamp(low, high), {},
                      [=](const Tensors& x, const Tensors&) { return at::hardtanh(x[0], low, high); });
}

int GraphBuilder::absolute(const std::string& name, int in) {
    return activation(name, "abs", in, PiecewiseLinear::absolute(), {},
                      [](const Tensors& x, const Tensors&) { return at::abs(x[0]); });
}

int GraphBuilder::add(const std::string& name, int a, int b, double scaleOfB) {
    auto node = affine(name, scaleOfB == -1.0 ? "subtract" : "add", {a, b});
    node.evaluate = [scaleOfB](const Tensors& x, const Tensors&) { return at::add(x[0], x[1], scaleOfB); };
    return custom(std::move(node));
}

int GraphBuilder::concat(const std::string& name, std::vector<int> in, std::int64_t dimension) {
    auto node = affine(name, "cat", std::move(in));
    node.evaluate = [dimension](const Tensors& x, const Tensors&) { return at::cat(x, dimension + 1); };
    return custom(std::move(node));
}

int GraphBuilder::reshape(const std::string& name, const std::string& op, int in, Shape sampleShape) {
    auto node = affine(name, op, {in});
    node.evaluate = [sampleShape](const Tensors& x, const Tensors&) {
        return x[0].reshape(batchShape(sampleShape, x[0].size(0)));
    };
    return custom(std::move(node));
}

int GraphBuilder::scaleShift(const std::string& name, const std::string& op, int in, at::Tensor scale,
                             at::Tensor shift) {
    auto node = affine(name, op, {in});
    addParam(node, "scale", scale);
    addParam(node, "shift", shift);
    node.paramsTrained = false;
    node.evaluate = [](const Tensors& x, const Tensors& p) {
        at::Tensor y = p[0].defined() ? x[0] * p[0] : x[0];
        return p[1].defined() ? y + p[1] : y;
    };
    return custom(std::move(node));
}

int GraphBuilder::identity(const std::string& name, const std::string& op, int in) {
    auto node = affine(name, op, {in});
    node.evaluate = [](const Tensors& x, const Tensors&) { return x[0]; };
    return custom(std::move(node));
}

int GraphBuilder::smooth(const std::string& name, const std::string& op, std::vector<int> in,
                         std::vector<NamedTensor> params, LayerEvaluate evaluate, std::string why) {
    auto node = affine(name, op, std::move(in));
    node.kind = NodeClass::Smooth;
    node.params = std::move(params);
    node.evaluate = std::move(evaluate);
    node.why = std::move(why);
    return custom(std::move(node));
}

LayerGraph GraphBuilder::finish(int output) && {
    if (shapeOf(output).size() != 1)
        output = reshape("logits", "flatten", output, {elementCount(shapeOf(output))});
    // Keep only what the output depends on, and renumber.
    std::vector<char> needed(graph_.nodes_.size(), 0);
    needed[0] = 1;
    needed[static_cast<std::size_t>(output)] = 1;
    for (int id = output; id > 0; --id)
        if (needed[static_cast<std::size_t>(id)])
            for (const int in : node(id).inputs) needed[static_cast<std::size_t>(in)] = 1;
    std::vector<int> renumbered(graph_.nodes_.size(), -1);
    std::vector<LayerNode> kept;
    for (auto& candidate : graph_.nodes_) {
        if (!needed[static_cast<std::size_t>(candidate.id)]) continue;
        renumbered[static_cast<std::size_t>(candidate.id)] = static_cast<int>(kept.size());
        candidate.id = static_cast<int>(kept.size());
        for (int& in : candidate.inputs) in = renumbered[static_cast<std::size_t>(in)];
        kept.push_back(std::move(candidate));
    }
    graph_.nodes_ = std::move(kept);
    graph_.output_ = renumbered[static_cast<std::size_t>(output)];
    examples_.clear();
    return std::move(graph_);
}

}  // namespace tessera
