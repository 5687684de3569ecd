// SPDX-License-Identifier: GPL-3.0-or-later
// One head D-H-K with ReLU, trained by the same rule as softmax regression.
#include <algorithm>

#include "core/heads/epoch_training.h"

namespace tessera {
namespace {

class MlpUnit final : public EpochUnit {
  public:
    MlpUnit(const HeadRecipe& recipe, std::int64_t dimension, int classes)
        : classes_(classes), hidden_(dimension, recipe.hidden), output_(recipe.hidden, classes) {
        Random random(recipe.seed);
        hidden_.set(0, initialLayer(random, dimension, recipe.hidden));
        output_.set(0, initialLayer(random, recipe.hidden, classes));
        const auto widest = static_cast<std::size_t>(std::max(hidden_.stride(), output_.stride()));
        rates_.assign(widest, recipe.learningRate);
        decays_.assign(widest, recipe.weightDecay);
    }

    void learn(std::span<const double* const> rows, std::span<const std::int32_t> labels,
               std::span<double> losses) override {
        forward(rows);
        const auto count = static_cast<std::int64_t>(rows.size());
        losses[0] += crossEntropy(logits_.data(), count, output_.stride(), 0, classes_, labels, true).sum;
        output_.gradient(hiddenRows_, logits_.data());
        // Back through the old output weights and the ReLU; a dead unit passes nothing on.
        const std::int64_t width = hidden_.columns(), stride = hidden_.stride();
        error_.assign(hiddenValues_.size(), 0.0);
        for (std::int64_t r = 0; r < count; ++r) {
            const double* above = logits_.data() + r * output_.stride();
            for (std::int64_t h = 0; h < width; ++h) {
                if (hiddenValues_[static_cast<std::size_t>(r * stride + h)] <= 0) continue;
                double sum = 0;
                for (int c = 0; c < classes_; ++c) sum += output_.weight(h, c) * above[c];
                error_[static_cast<std::size_t>(r * stride + h)] = sum;
            }
        }
        hidden_.gradient(rows, error_.data());
        ++steps_;
        output_.descend({steps_, rates_, decays_});
        hidden_.descend({steps_, rates_, decays_});
    }

    void judge(std::span<const double* const> rows, std::span<const std::int32_t> labels,
               std::span<double> losses, std::span<std::int64_t> correct) override {
        forward(rows);
        const auto loss = crossEntropy(logits_.data(), static_cast<std::int64_t>(rows.size()),
                                       output_.stride(), 0, classes_, labels, false);
        losses[0] += loss.sum;
        correct[0] += loss.correct;
    }

    Head head(std::size_t) const override {
        return {{hidden_.get(0, hidden_.columns()), output_.get(0, classes_)}};
    }
    void keep(std::span<const std::size_t>) override {}

  private:
    void forward(std::span<const double* const> rows) {
        hiddenValues_.resize(rows.size() * static_cast<std::size_t>(hidden_.stride()));
        hidden_.forward(rows, hiddenValues_.data());
        for (double& value : hiddenValues_) value = std::max(value, 0.0);
        hiddenRows_.resize(rows.size());
        for (std::size_t r = 0; r < rows.size(); ++r)
            hiddenRows_[r] = hiddenValues_.data() + r * static_cast<std::size_t>(hidden_.stride());
        logits_.resize(rows.size() * static_cast<std::size_t>(output_.stride()));
        output_.forward(hiddenRows_, logits_.data());
    }

    int classes_;
    PanelLayer hidden_, output_;
    std::vector<double> rates_, decays_, hiddenValues_, logits_, error_;
    std::vector<const double*> hiddenRows_;
    std::int64_t steps_ = 0;
};

}  // namespace

std::unique_ptr<EpochUnit> makeMlpUnit(const HeadRecipe& recipe, std::int64_t dimension, int classes) {
    return std::make_unique<MlpUnit>(recipe, dimension, classes);
}

}  // namespace tessera
