// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/logit_field.h"

#include <algorithm>

#include "core/model/input_gradient_torch.h"
#include "core/model/model_cut.h"
#include "core/model/model_rows_torch.h"
#include "core/model/parallel_rows.h"

namespace tessera {

Result<Done> LinearField::logits(ConstRows points, Rows& logits) const {
    logits = head_.logits(points);
    return Done{};
}

Result<Done> LinearField::gradients(ConstRows points, const Choose& choose, Rows& logits,
                                    Rows& gradients) const {
    logits = head_.logits(points);
    Rows coefficients(points.rows(), classes());
    choose(logits, coefficients);
    gradients.resize(points.rows(), width());
    gradients.noalias() = coefficients * head_.weight;
    return Done{};
}

namespace {

class ModelField final : public LogitField {
  public:
    ModelField(const Model& model, double scale)
        : info_(model.info()), graph_(model.sharedGraph()), scale_(scale) {
        if (const at::Device device(info_.device); !device.is_cpu())
            graph_ = std::make_shared<const LayerGraph>(graph_->to(at::kDouble, info_.device));
        std::int64_t activations = 0;
        for (const auto& node : graph_->nodes()) activations += elementCount(node.outputShape);
        constexpr std::int64_t kBytes = 4 << 20, kMost = 64;
        blockRows_ = std::clamp<std::int64_t>(kBytes / (8 * activations), 1, kMost);
    }
    std::int64_t classes() const override { return std::max<std::int64_t>(2, info_.outputs); }
    std::int64_t width() const override { return elementCount(info_.inputShape); }
    std::int64_t blockRows() const override { return blockRows_; }

    Result<Done> logits(ConstRows points, Rows& logits) const override {
        return onThisThread([&] {
            const at::NoGradGuard noGradients;
            copyOut(scaled(graph_->forward(batchOf(points))), room(logits, points.rows(), classes()));
        });
    }

    Result<Done> gradients(ConstRows points, const Choose& choose, Rows& logits,
                           Rows& gradients) const override {
        return onThisThread([&] {
            const auto gradient = inputGradient(*graph_, batchOf(points), [&](const at::Tensor& raw) {
                const auto own = scaled(raw);
                copyOut(own.detach(), room(logits, points.rows(), classes()));
                Rows coefficients(points.rows(), classes());
                choose(logits, coefficients);
                // A copy: the backward pass reads it when `coefficients` is gone.
                const auto weights =
                    at::from_blob(coefficients.data(), {points.rows(), classes()}, at::kDouble)
                        .clone()
                        .to(own.device());
                return (own * weights).sum(1);
            });
            copyOut(gradient, room(gradients, points.rows(), width()));
        });
    }

  private:
    static double* room(Rows& rows, std::int64_t count, std::int64_t width) {
        rows.resize(count, width);
        return rows.data();
    }
    at::Tensor batchOf(ConstRows points) const {
        const Rows packed = points;  // without gaps between rows
        return batchOver(*graph_, packed.data(), packed.rows()).clone().to(at::Device(info_.device));
    }
    at::Tensor scaled(const at::Tensor& logits) const {
        if (info_.outputs == 1) return at::cat({-0.5 * scale_ * logits, 0.5 * scale_ * logits}, 1);
        return scale_ == 1 ? logits : scale_ * logits;
    }
    // LibTorch's own threads stay out: blocks are shared between ours.
    template <typename Work>
    Result<Done> onThisThread(const Work& work) const {
        return guarded(info_, [&] { parallelRows(1, 1, [&](std::int64_t, std::int64_t) { work(); }); });
    }

    ModelInfo info_;
    std::shared_ptr<const LayerGraph> graph_;
    double scale_;
    std::int64_t blockRows_ = 1;
};

}  // namespace

std::unique_ptr<const LogitField> modelFieldOf(const Model& model, double scale) {
    return std::make_unique<ModelField>(model, scale);
}

Result<std::unique_ptr<const LogitField>> logitFieldOf(const Model& model, double scale) {
    using Field = std::unique_ptr<const LogitField>;
    auto field = modelFieldOf(model, scale);
    if (!isAffine(model)) return field;
    // An affine map is its value and its gradients at the origin; of one linear layer they are its very
    // weights.
    const auto classes = field->classes();
    const Rows origins = Rows::Zero(classes, field->width());
    Rows logits;
    LinearHead head;
    auto done = field->gradients(
        origins, [](const Rows&, Rows& coefficients) { coefficients.setIdentity(); }, logits, head.weight);
    if (!done.isOk()) return std::move(done).propagate<Field>();
    head.bias = logits.row(0).transpose();
    return Field(std::make_unique<LinearField>(std::move(head)));
}

}  // namespace tessera
