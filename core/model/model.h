// SPDX-License-Identifier: GPL-3.0-or-later
// A loaded classifier, immutable and shared between threads. No LibTorch in this header: see
// layer_graph_torch.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/base/shape.h"

namespace tessera {

class LayerGraph;  // layer_graph_torch.h

enum class Mark {
    Exact,
    Sampled,
    Opaque
};                                // piecewise linear | smooth, understood | run through, not understood
const char* markText(Mark mark);  // "exact", "sampled", "opaque"

struct LayerInfo {
    int node = 0;
    std::string name;  // path in the module tree: "layer1.0.conv1"
    std::string kind;  // "conv2d", "relu", "add"
    Shape outputShape;
    std::int64_t parameters = 0;
    Mark mark = Mark::Exact;
    std::string why;          // for sampled and opaque: one sentence
    std::vector<int> inputs;  // nodes
};

// On load the layer graph is run beside the original module on seeded probe points.
struct SelfCheck {
    bool done = false;  // false: there is no original to compare with (weights + architecture description)
    double maxDifference = 0;
    std::string dtype = "float64";
    int points = 0;
    double tolerance = 0;
    bool passed = false;
    std::string note;
};

struct ModelInfo {
    std::filesystem::path path;
    std::string format;        // "TorchScript", "state_dict (zip)", "state_dict (legacy)", "safetensors"
    std::string architecture;  // "TorchScript graph", "MLP 784-256-10 (inferred)", "mnist_cnn.json"
    std::filesystem::path architectureFile;  // the JSON description that was asked for; empty: none
    std::string sha256;
    std::string device = "cpu";  // of sampled work; exact work runs on the CPU in float64
    Shape inputShape;
    bool isShapeGuessed = false;  // other sizes work too, and nothing said which is meant
    std::int64_t outputs = 0;     // logits K; 1 is a two-class model with its boundary at zero
    std::int64_t parameters = 0;  // trained values in all layers
    std::vector<LayerInfo> layers;
    SelfCheck selfCheck;
    std::vector<std::string>
        notes;  // things a user should know: "logits are followed by softmax", guesses made
};

class Model {
  public:
    Model(ModelInfo info, std::shared_ptr<const LayerGraph> graph);
    ~Model();

    const ModelInfo& info() const { return info_; }
    const LayerGraph& graph() const { return *graph_; }
    std::shared_ptr<const LayerGraph> sharedGraph() const { return graph_; }
    int classCount() const { return info_.outputs == 1 ? 2 : static_cast<int>(info_.outputs); }
    bool isExact() const;
    // The first layer that is not exact, or null.
    const LayerInfo* firstInexact() const;

    // Logits of `count` samples, row-major count x elementCount(inputShape) -> count x outputs. Batched by
    // memory budget; any thread. float32 is the fast path for sampled pictures; float64 is what exact probes
    // use.
    Result<Done> logits(const float* inputs, std::int64_t count, float* out) const;
    Result<Done> logits(const double* inputs, std::int64_t count, double* out) const;
    // Rows that are always computed together on the CPU, from the first of a call on. The last bits of a row
    // depend on how many go with it: callers that give whole tiles at a time (all but the last call) get the
    // same bits whatever the number of threads, and however they cut their work.
    std::int64_t tileRows() const { return tileRows_; }

  private:
    ModelInfo info_;
    std::shared_ptr<const LayerGraph> graph_;
    std::int64_t tileRows_;
    struct Float32Copy;
    std::unique_ptr<Float32Copy> float32_;
};

// Predicted class of one row of logits: argmax (first of equals), or logit > 0 for a single logit.
template <typename Scalar>
int predictedClass(const Scalar* logits, std::int64_t outputs) {
    if (outputs == 1) return logits[0] > 0 ? 1 : 0;
    return static_cast<int>(std::max_element(logits, logits + outputs) - logits);
}
// Softmax probability of the predicted class (sigmoid for a single logit).
float confidence(const float* logits, std::int64_t outputs);

struct LoadOptions {
    std::optional<Shape> inputShape;  // of one sample; else from the architecture, or found by trying
    std::filesystem::path
        architecture;  // JSON description for weights-only files; empty: beside the file, or inferred
    std::string device = "cpu";
};

// Opens any supported model file; the format is decided by content, never by suffix. Errors are one sentence.
Result<std::shared_ptr<const Model>> loadModel(const std::filesystem::path& path,
                                               const LoadOptions& options = {});

// Threads LibTorch uses inside one operation, process-wide.
void setComputeThreads(int threads);
int computeThreads();

}  // namespace tessera
