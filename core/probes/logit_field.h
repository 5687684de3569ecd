// SPDX-License-Identifier: GPL-3.0-or-later
// Logits and their gradients as a search needs them, in float64, of whatever gives logits: a linear head in
// plain matrix products, any other model by backward passes. A model of one logit z is taken as the two
// logits
// (-z/2, z/2), whose margin it is.
#pragma once

#include <functional>
#include <memory>

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/probes/linear_head.h"

namespace tessera {

class LogitField {
  public:
    virtual ~LogitField() = default;
    virtual std::int64_t classes() const = 0;  // at least 2
    virtual std::int64_t width() const = 0;
    // Points that are worth a call, and no longer than a stop may wait. Fixed, whatever the threads.
    virtual std::int64_t blockRows() const = 0;
    virtual Result<Done> logits(ConstRows points, Rows& logits) const = 0;
    // `choose` sees the logits and writes coefficients (both points x classes); the gradient is that of
    // sum_k coefficient_k * logit_k at each point. Any thread.
    using Choose = std::function<void(const Rows& logits, Rows& coefficients)>;
    virtual Result<Done> gradients(ConstRows points, const Choose& choose, Rows& logits,
                                   Rows& gradients) const = 0;
    virtual const LinearHead* linearHead() const { return nullptr; }  // null: not linear
};

class LinearField final : public LogitField {
  public:
    explicit LinearField(LinearHead head) : head_(std::move(head)) {}
    std::int64_t classes() const override { return head_.classes(); }
    std::int64_t width() const override { return head_.width(); }
    std::int64_t blockRows() const override { return 64; }
    Result<Done> logits(ConstRows points, Rows& logits) const override;
    Result<Done> gradients(ConstRows points, const Choose& choose, Rows& logits,
                           Rows& gradients) const override;
    const LinearHead* linearHead() const override { return &head_; }

  private:
    LinearHead head_;
};

// LinearField where every layer is affine, else backward passes on the model's device. Logits are multiplied
// by `scale`.
Result<std::unique_ptr<const LogitField>> logitFieldOf(const Model& model, double scale);

// The same logits without what is special about linear heads.
std::unique_ptr<const LogitField> modelFieldOf(const Model& model, double scale);

}  // namespace tessera
