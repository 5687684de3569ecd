// SPDX-License-Identifier: GPL-3.0-or-later
// What the architecture builders share: named tensors handed out with their use counted, and layers whose
// shapes are checked before LibTorch sees them, so that a mismatch names the tensor.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/model/layer_graph_torch.h"
#include "core/model/state_file.h"

namespace tessera {

// The weights do not fit the architecture; what() is a clause and a remedy. Caught in buildArchitecture.
struct Misfit : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline constexpr std::int64_t kLargestSample = 1 << 24;  // values; above it a shape is a mistake
// Throws Misfit for an empty, negative or absurdly large shape.
void checkSampleShape(const Shape& shape);

class TensorTable {
  public:
    explicit TensorTable(const StateFile& state);

    bool has(const std::string& name) const { return find(name) != nullptr; }
    const Shape& shapeOf(const std::string& name) const;
    // A copy as float64, marked as used. Throws Misfit if missing.
    at::Tensor take(const std::string& name);
    // Undefined if missing.
    at::Tensor takeIfThere(const std::string& name);
    // Trained values nobody asked for; integer buffers such as num_batches_tracked do not count.
    std::vector<std::string> unused() const;
    const StateFile& state() const { return state_; }

  private:
    // Also below a prefix that all names share: Lightning's "model.", a wrapper's "net.".
    const StateTensor* find(const std::string& name) const;

    const StateFile& state_;
    std::unordered_map<std::string_view, const StateTensor*> byName_;
    std::vector<std::string> prefixes_;  // "", then each longer common prefix
    std::unordered_map<const StateTensor*, bool> used_;
};

// "weight" and "bias" below a layer's name; a bare nn.Linear has no name.
std::string tensorName(const std::string& layer, const char* role);

class LayerParts {
  public:
    LayerParts(GraphBuilder& builder, TensorTable& tensors) : builder_(builder), tensors_(tensors) {}

    // `weights`: where the tensors are, usually the layer's own name.
    int linear(const std::string& name, const std::string& weights, int in);
    int conv(const std::string& name, const std::string& weights, int in, std::vector<std::int64_t> stride,
             std::vector<std::int64_t> padding, std::vector<std::int64_t> dilation = {1},
             std::int64_t groups = 1);
    int batchNorm(const std::string& name, const std::string& weights, int in, double epsilon = 1e-5);
    int prelu(const std::string& name, const std::string& weights, int in);
    // Any activation by name: relu, leaky_relu, relu6, abs, gelu, tanh, ...
    int activation(const std::string& name, const std::string& op, int in);
    // Parameter-free shortcut of CIFAR ResNets (option A): every `stride`-th pixel, new channels filled with
    // zeros on both sides.
    int padShortcut(const std::string& name, int in, std::int64_t channels, std::int64_t stride);
    int flatten(const std::string& name, int in);
    int globalAverage(const std::string& name, int in);  // (C, ...) -> (C)

    GraphBuilder& builder() { return builder_; }
    TensorTable& tensors() { return tensors_; }

  private:
    GraphBuilder& builder_;
    TensorTable& tensors_;
};

}  // namespace tessera
