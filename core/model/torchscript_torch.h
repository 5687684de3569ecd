// SPDX-License-Identifier: GPL-3.0-or-later
// From a TorchScript module to a layer graph. The module's forward is interpreted once, concretely, on a
// small example batch: attributes, control flow and shape arithmetic are evaluated as they come, and every
// operation that touches a value depending on the input ("live") is recorded as a node. Module paths give the
// layer names.
#pragma once

#include <torch/script.h>

#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/model/layer_graph_torch.h"

namespace tessera {

struct ImportedGraph {
    LayerGraph graph;
    std::vector<std::string> notes;
    std::vector<std::string>
        closing;  // softmax and the like after the logits, left out of the graph; innermost first
};

// The forward pass cannot be written as a graph of per-sample operations; `what()` says why in words. The
// model can still be used as one opaque layer.
struct NotAGraph : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// `module` in eval mode on the CPU, already converted to `dtype`. Throws NotAGraph, or c10::Error when the
// module itself cannot be run on this input shape.
ImportedGraph importTorchScript(const torch::jit::Module& module, const Shape& inputShape,
                                at::ScalarType dtype);

// The whole module as a single opaque node.
LayerGraph opaqueGraph(const torch::jit::Module& module, const Shape& inputShape, at::ScalarType dtype,
                       const std::string& why);

// Runs forward on a batch and returns the first tensor of the result. Throws c10::Error.
at::Tensor runModule(const torch::jit::Module& module, const at::Tensor& batch);

// The first tensor in a value: itself, or the first of a tuple, list or dictionary. Throws NotAGraph when
// there is none.
at::Tensor firstTensor(const c10::IValue& value);

// One executed operation, as the handlers in torchscript_ops.cpp see it.
struct RecordedOp {
    const torch::jit::Node* node;
    std::string op;                 // "conv2d": without aten:: and the in-place underscore
    std::string name;               // layer name
    std::vector<c10::IValue> args;  // as given to the operation
    std::vector<c10::IValue> results;
};

class TorchScriptImporter {
  public:
    TorchScriptImporter(const torch::jit::Module& module, const Shape& inputShape, at::ScalarType dtype);
    ImportedGraph run();

    static constexpr std::int64_t kBatch = 5;  // unlikely to be mistaken for a channel count
    GraphBuilder& builder() { return builder_; }
    // Node of a live tensor, -1 for constants.
    int liveNode(const c10::IValue& value) const;
    bool isLive(const c10::IValue& value) const;  // also lists and tuples holding live tensors
    // A constant tensor made for the example's batch: one row of it, so that it broadcasts over any batch.
    at::Tensor withoutBatch(const at::Tensor& constant, std::int64_t sampleDimensions) const;
    // The operation itself with its constants bound, for nodes without a handler of their own.
    int boundNode(const RecordedOp& op, NodeClass kind, const std::string& why, std::size_t resultIndex = 0);
    void markLive(const at::Tensor& value, int node);

  private:
    struct Frame {
        std::unordered_map<const torch::jit::Value*, c10::IValue> values;
        std::string path;   // of the module whose method runs
        bool leaf = false;  // that module has no submodules
    };
    std::vector<c10::IValue> runGraph(const torch::jit::Graph& graph, std::vector<c10::IValue> inputs,
                                      std::string path, bool leaf, int depth);
    void runBlock(const torch::jit::Block& block, Frame& frame, int depth);
    void runNode(const torch::jit::Node& node, Frame& frame, int depth);
    void record(const torch::jit::Node& node, Frame& frame, std::vector<c10::IValue> args);
    std::string layerName(const Frame& frame, const std::string& op);
    void checkNotStale(const c10::IValue& value) const;

    const torch::jit::Module& module_;
    at::ScalarType dtype_;
    GraphBuilder builder_;
    std::unordered_map<const void*, std::string> modulePaths_;
    std::unordered_map<const void*, bool> moduleLeaf_;
    std::unordered_map<const c10::TensorImpl*, int> live_;
    std::vector<at::Tensor> kept_;  // keeps every live tensor alive, so that addresses stay unique
    std::unordered_set<const c10::TensorImpl*> stale_;  // views whose base was written in place
    std::unordered_set<std::string> names_;
    std::vector<std::string> notes_;
    std::int64_t steps_ = 0;
};

// Records the operation as a node and returns its id for the first result; -1 when there is no handler. May
// mark further results live itself (chunk, split).
int recordKnownOp(TorchScriptImporter& importer, const RecordedOp& op);

}  // namespace tessera
