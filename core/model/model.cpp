// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>

#include "core/model/layer_graph_torch.h"
#include "core/model/parallel_rows.h"

namespace tessera {

namespace {

// Activations alive at once are bounded by twice the widest pair of neighbouring values; enough to size
// batches.
std::int64_t batchSize(const LayerGraph& graph, std::size_t bytesPerValue) {
    constexpr std::int64_t kBudgetBytes = 96ll << 20;
    constexpr std::int64_t kLargestBatch = 8192;
    std::int64_t widest = 1;
    for (const auto& node : graph.nodes()) widest = std::max(widest, elementCount(node.outputShape));
    return std::clamp<std::int64_t>(kBudgetBytes / (6 * widest * static_cast<std::int64_t>(bytesPerValue)), 1,
                                    kLargestBatch);
}

constexpr std::int64_t kGrain = 16;  // rows worth a thread

template <typename Scalar>
Result<Done> forwardInBatches(const LayerGraph& graph, const Scalar* inputs, std::int64_t count,
                              Scalar* out) {
    const auto type = sizeof(Scalar) == 4 ? at::kFloat : at::kDouble;
    const std::int64_t width = elementCount(graph.inputShape());
    const std::int64_t batch = batchSize(graph, sizeof(Scalar));
    try {
        parallelRows(count, kGrain, [&](std::int64_t begin, std::int64_t share) {
            const c10::InferenceMode inference;
            for (std::int64_t first = begin; first < begin + share; first += batch) {
                const std::int64_t rows = std::min(batch, begin + share - first);
                std::vector<std::int64_t> shape{rows};
                shape.insert(shape.end(), graph.inputShape().begin(), graph.inputShape().end());
                // from_blob wants a mutable pointer; the graph never writes to its input.
                const auto input = at::from_blob(const_cast<Scalar*>(inputs + first * width), shape, type);
                const auto logits = graph.forward(input).to(type).contiguous();
                std::copy_n(logits.template data_ptr<Scalar>(), logits.numel(), out + first * logits.size(1));
            }
        });
    } catch (const std::exception& failure) {
        return Error{ErrorKind::Internal,
                     "The model cannot be run on these inputs; see the log for LibTorch's message.",
                     {failure.what()}};
    }
    return Done{};
}

}  // namespace

struct Model::Float32Copy {
    LayerGraph graph;
};

Model::Model(ModelInfo info, std::shared_ptr<const LayerGraph> graph)
    : info_(std::move(info)), graph_(std::move(graph)), float32_(new Float32Copy{graph_->to(at::kFloat)}) {}

Model::~Model() = default;

bool Model::isExact() const {
    return firstInexact() == nullptr;
}

const LayerInfo* Model::firstInexact() const {
    const auto found = std::find_if(info_.layers.begin(), info_.layers.end(),
                                    [](const LayerInfo& layer) { return layer.mark != Mark::Exact; });
    return found == info_.layers.end() ? nullptr : &*found;
}

Result<Done> Model::logits(const float* inputs, std::int64_t count, float* out) const {
    return forwardInBatches(float32_->graph, inputs, count, out);
}

Result<Done> Model::logits(const double* inputs, std::int64_t count, double* out) const {
    return forwardInBatches(*graph_, inputs, count, out);
}

int predictedClass(const float* logits, std::int64_t outputs) {
    if (outputs == 1) return logits[0] > 0 ? 1 : 0;
    return static_cast<int>(std::max_element(logits, logits + outputs) - logits);
}

float confidence(const float* logits, std::int64_t outputs) {
    if (outputs == 1) return 1.0f / (1.0f + std::exp(-std::abs(logits[0])));
    const float largest = *std::max_element(logits, logits + outputs);
    float sum = 0;
    for (std::int64_t k = 0; k < outputs; ++k) sum += std::exp(logits[k] - largest);
    return 1.0f / sum;
}

}  // namespace tessera
