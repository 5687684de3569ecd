// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/linearisation.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "core/model/input_gradient_torch.h"
#include "core/model/model_rows_torch.h"
#include "core/model/parallel_rows.h"

namespace tessera {

namespace {

constexpr std::int64_t kMostRows = 512;  // of one backward pass: more gain nothing and wait longer for a stop

// Gradient of (largest - second largest logit); of the logit itself where there is one only.
at::Tensor marginGradients(const LogitsAndJacobian& local) {
    const auto outputs = local.logits.size(1);
    if (outputs == 1) return local.jacobian.select(1, 0);
    const auto top = std::get<1>(at::topk(local.logits, 2, 1));
    const auto rowOf = [&](std::int64_t rank) {
        const auto index = top.select(1, rank).view({-1, 1, 1}).expand({-1, 1, local.jacobian.size(2)});
        return local.jacobian.gather(1, index).squeeze(1);
    };
    return rowOf(0) - rowOf(1);
}

void copyRows(const LogitsAndJacobian& local, const LinearisationRows& out, std::int64_t first,
              std::int64_t rank) {
    const at::NoGradGuard noGradients;
    if (out.logits) copyOut(local.logits, out.logits + first * local.logits.size(1));
    if (out.singularValues) copyOut(singularValues(local.jacobian), out.singularValues + first * rank);
    if (out.frobenius)
        copyOut(at::linalg_vector_norm(local.jacobian.flatten(1), 2, 1), out.frobenius + first);
    if (out.marginGradient)
        copyOut(at::linalg_vector_norm(marginGradients(local), 2, 1), out.marginGradient + first);
}

}  // namespace

struct Linearisation::DeviceGraph {
    LayerGraph graph;
    at::Device device;
};

Linearisation::Linearisation(std::shared_ptr<const Model> model) : model_(std::move(model)) {
    const at::Device device(model_->info().device);
    if (!device.is_cpu())
        device_.reset(new DeviceGraph{model_->graph().to(at::kDouble, model_->info().device), device});
}

Linearisation::~Linearisation() = default;

std::int64_t Linearisation::rank() const {
    return std::min(model_->info().outputs, elementCount(model_->info().inputShape));
}

std::int64_t Linearisation::bytesPerSample() const {
    std::int64_t activations = 0;
    for (const auto& node : model_->graph().nodes()) activations += elementCount(node.outputShape);
    // Activations and their gradients; J and what is made of it.
    return 8 * (2 * activations + 2 * model_->info().outputs * elementCount(model_->info().inputShape));
}

Result<Done> Linearisation::logits(const double* inputs, std::int64_t count, double* out) const {
    if (!device_) return model_->logits(inputs, count, out);
    return guarded(model_->info(), [&] {
        const c10::InferenceMode inference;
        copyOut(device_->graph.forward(batchOver(device_->graph, inputs, count).to(device_->device)), out);
    });
}

Result<Done> Linearisation::jacobians(const double* inputs, std::int64_t count, const LinearisationRows& out,
                                      std::int64_t budgetBytes, std::stop_token stop) const {
    const LayerGraph& graph = device_ ? device_->graph : model_->graph();
    const at::Device device = device_ ? device_->device : at::Device(at::kCPU);
    const std::int64_t width = elementCount(graph.inputShape());
    const std::int64_t fitting = budgetBytes / (device_ ? 1 : computeThreads()) / bytesPerSample();
    const std::int64_t atOnce =
        std::clamp<std::int64_t>(fitting, 1, device_ ? kMostRows : model_->tileRows());
    std::atomic<bool> isStopped = false;
    const std::int64_t tiles = (count + atOnce - 1) / atOnce;
    const auto part = [&](std::int64_t begin, std::int64_t share) {
        for (std::int64_t first = begin * atOnce; first < std::min(count, (begin + share) * atOnce);
             first += atOnce) {
            const auto batch =
                batchOver(graph, inputs + first * width, std::min(atOnce, count - first)).to(device);
            const auto local = inputJacobian(graph, batch, stop);
            if (!local) {
                isStopped = true;
                return;
            }
            copyRows(*local, out, first, rank());
        }
    };
    auto done = guarded(model_->info(), [&] {
        if (device_)
            part(0, tiles);
        else
            parallelRows(tiles, 1, part);
    });
    if (done.isOk() && isStopped) return Cancelled{};
    return done;
}

double marginOfClass(const double* logits, std::int64_t outputs, std::int32_t label) {
    if (outputs == 1) return label == 1 ? logits[0] : 0 - logits[0];  // no negative zero
    double other = -INFINITY;
    for (std::int64_t k = 0; k < outputs; ++k)
        if (k != label) other = std::max(other, logits[k]);
    return logits[label] - other;
}

double marginOf(const double* logits, std::int64_t outputs) {
    return marginOfClass(logits, outputs, predictedClass(logits, outputs));
}

}  // namespace tessera
