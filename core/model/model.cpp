// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>

#include "core/model/layer_graph_torch.h"
#include "core/model/model_rows_torch.h"
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

// Large enough that the cost of calling LibTorch does not count, small enough to stop between two of them.
std::int64_t tileFor(const LayerGraph& graph) {
    constexpr std::int64_t kWork = 8'000'000;  // multiplications: some hundred microseconds
    constexpr std::int64_t kFewest = 8, kMost = 512, kHeavy = 64'000'000;
    std::int64_t work = 1;  // of a row
    for (const auto& node : graph.nodes()) {
        work += elementCount(node.outputShape);
        for (const auto& param : node.params)
            if (param.value.dim() >= 2)
                work += param.value.numel() / std::max<std::int64_t>(1, param.value.size(0)) *
                        elementCount(node.outputShape);
    }
    std::int64_t rows = work > kHeavy ? 1 : kFewest;
    while (2 * rows * work <= kWork && rows < kMost) rows *= 2;
    return std::min(rows, batchSize(graph, sizeof(double)));
}

// On the CPU tiles are shared between threads.
template <typename Scalar>
void forwardOnCpu(const LayerGraph& graph, const Scalar* inputs, std::int64_t count, std::int64_t tile,
                  std::int64_t outputs, Scalar* out) {
    const std::int64_t width = elementCount(graph.inputShape());
    parallelRows((count + tile - 1) / tile, 1, [&](std::int64_t begin, std::int64_t tiles) {
        const c10::InferenceMode inference;
        for (std::int64_t t = begin; t < begin + tiles; ++t) {
            const std::int64_t first = t * tile, rows = std::min(tile, count - first);
            copyOut(graph.forward(batchOver(graph, inputs + first * width, rows)), out + first * outputs);
        }
    });
}

// On another device batches go one after another; one that does not fit is halved and tried again.
void forwardOnDevice(const LayerGraph& graph, const at::Device& device, const float* inputs,
                     std::int64_t count, std::int64_t outputs, float* out) {
    const c10::InferenceMode inference;
    const std::int64_t width = elementCount(graph.inputShape());
    std::int64_t batch = 8 * batchSize(graph, sizeof(float));
    for (std::int64_t first = 0; first < count;) {
        const std::int64_t rows = std::min(batch, count - first);
        try {
            copyOut(graph.forward(batchOver(graph, inputs + first * width, rows).to(device)),
                    out + first * outputs);
            first += rows;
        } catch (const std::exception& failure) {
            if (!isOutOfMemory(failure) || batch == 1) throw;
            batch = std::max<std::int64_t>(1, rows / 2);
        }
    }
}

}  // namespace

struct Model::Float32Copy {
    LayerGraph graph;  // on the device that sampled work runs on
    at::Device device;
};

Model::Model(ModelInfo info, std::shared_ptr<const LayerGraph> graph)
    : info_(std::move(info)),
      graph_(std::move(graph)),
      tileRows_(tileFor(*graph_)),
      float32_(new Float32Copy{graph_->to(at::kFloat, info_.device), at::Device(info_.device)}) {}

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
    return guarded(info_, [&] {
        const auto& [graph, device] = *float32_;
        if (device.is_cpu()) return forwardOnCpu(graph, inputs, count, tileRows_, info_.outputs, out);
        try {
            forwardOnDevice(graph, device, inputs, count, info_.outputs, out);
        } catch (const std::exception& failure) {
            if (!isOutOfMemory(failure)) throw;
            forwardOnCpu(graph_->to(at::kFloat), inputs, count, tileRows_, info_.outputs, out);
        }
    });
}

Result<Done> Model::logits(const double* inputs, std::int64_t count, double* out) const {
    return guarded(info_, [&] { forwardOnCpu(*graph_, inputs, count, tileRows_, info_.outputs, out); });
}

float confidence(const float* logits, std::int64_t outputs) {
    if (outputs == 1) return 1.0f / (1.0f + std::exp(-std::abs(logits[0])));
    const float largest = *std::max_element(logits, logits + outputs);
    float sum = 0;
    for (std::int64_t k = 0; k < outputs; ++k) sum += std::exp(logits[k] - largest);
    return 1.0f / sum;
}

}  // namespace tessera
