// SPDX-License-Identifier: GPL-3.0-or-later
// Softmax heads that share a seed, and with it first weights and batches: one product for all of them.
#include "core/heads/epoch_training.h"

namespace tessera {
namespace {

class SoftmaxUnit final : public EpochUnit {
  public:
    SoftmaxUnit(std::span<const HeadRecipe> recipes, std::int64_t dimension, int classes)
        : classes_(classes), layer_(dimension, static_cast<std::int64_t>(recipes.size()) * classes) {
        Random random(recipes.front().seed);
        const HeadLayer first = initialLayer(random, dimension, classes);
        for (std::size_t i = 0; i < recipes.size(); ++i) {
            layer_.set(firstOf(i), first);
            rates_.insert(rates_.end(), static_cast<std::size_t>(classes), recipes[i].learningRate);
            decays_.insert(decays_.end(), static_cast<std::size_t>(classes), recipes[i].weightDecay);
        }
        pad();
    }

    void learn(std::span<const double* const> rows, std::span<const std::int32_t> labels,
               std::span<double> losses) override {
        forward(rows, labels, true,
                [&](std::size_t place, const BatchLoss& loss) { losses[place] += loss.sum; });
        layer_.gradient(rows, logits_.data());
        layer_.descend({++steps_, rates_, decays_});
    }

    void judge(std::span<const double* const> rows, std::span<const std::int32_t> labels,
               std::span<double> losses, std::span<std::int64_t> correct) override {
        forward(rows, labels, false, [&](std::size_t place, const BatchLoss& loss) {
            losses[place] += loss.sum;
            correct[place] += loss.correct;
        });
    }

    Head head(std::size_t place) const override { return {{layer_.get(firstOf(place), classes_)}}; }

    void keep(std::span<const std::size_t> places) override {
        std::vector<std::int64_t> columns;
        std::vector<double> rates, decays;
        for (const auto place : places)
            for (int c = 0; c < classes_; ++c) {
                columns.push_back(firstOf(place) + c);
                rates.push_back(rates_[static_cast<std::size_t>(columns.back())]);
                decays.push_back(decays_[static_cast<std::size_t>(columns.back())]);
            }
        layer_.keepColumns(columns);
        rates_ = std::move(rates);
        decays_ = std::move(decays);
        pad();
    }

  private:
    std::int64_t firstOf(std::size_t place) const { return static_cast<std::int64_t>(place) * classes_; }
    void pad() {
        rates_.resize(static_cast<std::size_t>(layer_.stride()));
        decays_.resize(static_cast<std::size_t>(layer_.stride()));
    }
    template <typename Take>
    void forward(std::span<const double* const> rows, std::span<const std::int32_t> labels, bool gradient,
                 const Take& take) {
        logits_.resize(rows.size() * static_cast<std::size_t>(layer_.stride()));
        layer_.forward(rows, logits_.data());
        const auto heads = static_cast<std::size_t>(layer_.columns() / classes_);
        for (std::size_t place = 0; place < heads; ++place)
            take(place, crossEntropy(logits_.data(), static_cast<std::int64_t>(rows.size()), layer_.stride(),
                                     firstOf(place), classes_, labels, gradient));
    }

    int classes_;
    PanelLayer layer_;
    std::vector<double> rates_, decays_, logits_;
    std::int64_t steps_ = 0;
};

}  // namespace

std::unique_ptr<EpochUnit> makeSoftmaxUnit(std::span<const HeadRecipe> recipes, std::int64_t dimension,
                                           int classes) {
    return std::make_unique<SoftmaxUnit>(recipes, dimension, classes);
}

}  // namespace tessera
