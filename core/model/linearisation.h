// SPDX-License-Identifier: GPL-3.0-or-later
// What the logits of a model and their Jacobian in the input say about single samples, in float64 on the
// model's device. For probes that need numbers; methods that need tensors use input_gradient_torch.h.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "core/model/model.h"

namespace tessera {

// Where results go, one row per sample; null: not wanted.
struct LinearisationRows {
    double* logits = nullptr;          // count x K
    double* singularValues = nullptr;  // count x rank(): of J = d logits / d input, largest first
    double* frobenius = nullptr;       // count: square root of the sum of squares of J
    double* marginGradient = nullptr;  // count: norm of the gradient of marginOf()
};

class Linearisation {
  public:
    explicit Linearisation(std::shared_ptr<const Model> model);
    ~Linearisation();

    const Model& model() const { return *model_; }
    std::int64_t rank() const;  // min(K, D)
    // Working memory of one sample's Jacobian.
    std::int64_t bytesPerSample() const;

    Result<Done> logits(const double* inputs, std::int64_t count, double* out) const;
    // In tiles (Model::tileRows) that fit `budgetBytes`, over computeThreads() threads. Stops between two of
    // the K backward passes; then Cancelled, and the rows hold nothing of use.
    Result<Done> jacobians(const double* inputs, std::int64_t count, const LinearisationRows& out,
                           std::int64_t budgetBytes, std::stop_token stop) const;

  private:
    struct DeviceGraph;
    std::shared_ptr<const Model> model_;
    std::unique_ptr<DeviceGraph> device_;
};

// By how much `label` wins; negative where another class does. A single logit z is two classes: 0 and z.
double marginOfClass(const double* logits, std::int64_t outputs, std::int32_t label);
// Largest logit minus the runner-up; the distance from zero of a single logit.
double marginOf(const double* logits, std::int64_t outputs);

}  // namespace tessera
