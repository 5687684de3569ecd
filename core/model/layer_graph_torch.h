// SPDX-License-Identifier: GPL-3.0-or-later
// The layer graph: a trained network as a small directed acyclic graph of named operations with their
// tensors. The heart of core: executor, exact engines, and every later method (site swapping,
// re-initialisation, hyperplane statistics) read it.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/shape.h"
#include "core/geometry/piecewise_linear.h"
#include "core/model/model.h"

namespace tessera {

// Sizes of a tensor of `batch` samples.
std::vector<std::int64_t> batchShape(const Shape& sample, std::int64_t batch);

// What an operation means for exactness.
enum class NodeClass {
    Input,
    Affine,  // jointly affine in all its inputs (linear, conv, batch norm, average pool, add, cat, reshape,
             // ...)
    PiecewiseLinear,  // elementwise with knots (relu, leaky_relu, prelu, hardtanh, abs)
    Max,              // maxima over windows of its single input
    Smooth,  // understood but not piecewise linear (gelu, softmax, layer_norm, products of two live values)
    Opaque,  // run as it is, not understood
};

struct NamedTensor {
    std::string role;  // "weight", "bias", "running_mean", ...
    at::Tensor value;
};

// (input values, parameter values) -> output, batch first.
using LayerEvaluate =
    std::function<at::Tensor(const std::vector<at::Tensor>&, const std::vector<at::Tensor>&)>;

struct LayerNode {
    int id = 0;
    std::string name;
    std::string op;
    NodeClass kind = NodeClass::Affine;
    std::vector<int> inputs;  // node ids, all smaller than id
    Shape outputShape;        // one sample
    std::vector<NamedTensor> params;
    bool paramsTrained = true;                  // false: constants such as masks, not counted as parameters
    PiecewiseLinear function;                   // kind == PiecewiseLinear
    std::shared_ptr<const MaxWindows> windows;  // kind == Max
    std::string why;                            // kind == Smooth or Opaque: one sentence
    // (inputs, parameter values in `params` order) -> output, batch first. Pure; any dtype and device. Must
    // work for any batch size.
    LayerEvaluate evaluate;

    at::Tensor run(const std::vector<at::Tensor>& inputValues) const;
};

class LayerGraph {
  public:
    const std::vector<LayerNode>& nodes() const { return nodes_; }  // topological order; node 0 is the input
    const LayerNode& node(int id) const { return nodes_[static_cast<std::size_t>(id)]; }
    int output() const { return output_; }
    const Shape& inputShape() const { return nodes_.front().outputShape; }
    bool isExact() const;  // every node that the output depends on

    // batch x inputShape -> batch x outputs. Frees each value after its last use.
    at::Tensor forward(const at::Tensor& batch) const;
    // The value of one node for a batch.
    at::Tensor forwardTo(const at::Tensor& batch, int node) const;
    // The same graph with all floating parameters converted.
    LayerGraph to(at::ScalarType dtype, const std::string& device = "cpu") const;
    std::vector<LayerInfo> describe() const;

  private:
    friend class GraphBuilder;
    std::vector<LayerNode> nodes_;
    int output_ = 0;
};

// Builds a graph node by node; the TorchScript importer and the architecture descriptions both use it. Every
// function returns the new node's id and works out its output shape by running it once; inconsistent shapes
// throw (c10::Error or std::runtime_error), to be turned into an Error by the loader.
class GraphBuilder {
  public:
    explicit GraphBuilder(Shape inputShape);
    static constexpr int kInput = 0;

    int linear(const std::string& name, int in, at::Tensor weight, at::Tensor bias);  // bias may be undefined
    // 1-D or 2-D by the weight's dimension; one or `dimensions` entries each; zero padding.
    int conv(const std::string& name, int in, at::Tensor weight, at::Tensor bias,
             std::vector<std::int64_t> stride, std::vector<std::int64_t> padding,
             std::vector<std::int64_t> dilation, std::int64_t groups);
    // Evaluation mode; weight and bias may be undefined.
    int batchNorm(const std::string& name, int in, at::Tensor weight, at::Tensor bias, at::Tensor mean,
                  at::Tensor variance, double epsilon);
    int relu(const std::string& name, int in);
    int leakyRelu(const std::string& name, int in, double negativeSlope);
    int prelu(const std::string& name, int in, at::Tensor weight);
    int hardtanh(const std::string& name, int in, double low, double high);
    int absolute(const std::string& name, int in);
    // Any elementwise piecewise-linear function; `evaluate` must agree with `function`.
    int activation(const std::string& name, const std::string& op, int in, PiecewiseLinear function,
                   std::vector<NamedTensor> params, LayerEvaluate evaluate);
    int maxPool(const std::string& name, int in, std::vector<std::int64_t> kernel,
                std::vector<std::int64_t> stride, std::vector<std::int64_t> padding,
                std::vector<std::int64_t> dilation, bool ceilMode);
    int averagePool(const std::string& name, int in, std::vector<std::int64_t> kernel,
                    std::vector<std::int64_t> stride, std::vector<std::int64_t> padding, bool ceilMode,
                    bool countIncludePad);
    int adaptiveAveragePool(const std::string& name, int in, std::vector<std::int64_t> outputSize);
    int adaptiveMaxPool(const std::string& name, int in, std::vector<std::int64_t> outputSize);
    int add(const std::string& name, int a, int b, double scaleOfB = 1.0);
    int concat(const std::string& name, std::vector<int> in,
               std::int64_t dimension);  // sample dimension, 0-based, without batch
    int reshape(const std::string& name, const std::string& op, int in, Shape sampleShape);
    // elementwise scale * x + shift with broadcastable constants (either may be undefined)
    int scaleShift(const std::string& name, const std::string& op, int in, at::Tensor scale,
                   at::Tensor shift);
    int identity(const std::string& name, const std::string& op, int in);  // dropout in eval mode
    int smooth(const std::string& name, const std::string& op, std::vector<int> in,
               std::vector<NamedTensor> params, LayerEvaluate evaluate, std::string why);
    // Named smooth activation: gelu, silu, sigmoid, tanh, elu, softplus, ... by ATen's rule.
    int smoothActivation(const std::string& name, const std::string& op, int in);
    // Any operation: the caller gives class and closure.
    int custom(LayerNode node);

    const Shape& shapeOf(int node) const { return graph_.nodes_[static_cast<std::size_t>(node)].outputShape; }
    const LayerNode& node(int id) const { return graph_.nodes_[static_cast<std::size_t>(id)]; }
    // Drops nodes the output does not depend on. `output` must be batch x K (else it is flattened: K = its
    // elements).
    LayerGraph finish(int output) &&;

  private:
    LayerGraph graph_;
    std::vector<at::Tensor> examples_;  // each node's value on a small batch, for shapes
};

// Flat member lists of pooling windows over a (channels, extents...) input; padding is left out.
MaxWindows poolWindows(const Shape& inputShape, const std::vector<std::int64_t>& kernel,
                       const std::vector<std::int64_t>& stride, const std::vector<std::int64_t>& padding,
                       const std::vector<std::int64_t>& dilation, const Shape& outputShape);

}  // namespace tessera
