// SPDX-License-Identifier: GPL-3.0-or-later
// Training by epochs as the sheet says: batches in an order drawn from the seed, the accuracy on the
// reference part after each epoch, a stop after `patience` epochs without a strictly better one, the best
// restored.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>

#include "core/base/random.h"
#include "core/heads/panel_layer.h"

namespace tessera {

struct EpochPoint {
    std::int64_t epoch = 0;  // from 0
    double trainLoss = 0;    // mean cross-entropy over the epoch's batches, each before its step
    double referenceLoss = 0, referenceAccuracy = 0;
};

struct TrainedHead {
    HeadRecipe recipe;
    Head head;
    std::vector<EpochPoint> curve;  // by epochs only
    std::int64_t bestEpoch = -1;    // whose weights `head` has; -1: none was finished, or not by epochs
    bool isComplete = false;        // false: stopped by hand; `head` is the best so far
    std::string note;               // what went wrong or was approximated, in a sentence
};

// Pointers to the samples, so that no order needs a copy of them.
struct LabelledRows {
    std::vector<const double*> rows;
    std::vector<std::int32_t> labels;
};
struct TrainingData {
    LabelledRows train, reference;
    std::int64_t dimension = 0;
    int classes = 0;
};

// Heads that learn from the same batches, one after the other or all in one product.
class EpochUnit {
  public:
    virtual ~EpochUnit() = default;
    // One step; adds each head's summed loss over the batch, taken before the step.
    virtual void learn(std::span<const double* const> rows, std::span<const std::int32_t> labels,
                       std::span<double> losses) = 0;
    virtual void judge(std::span<const double* const> rows, std::span<const std::int32_t> labels,
                       std::span<double> losses, std::span<std::int64_t> correct) = 0;
    virtual Head head(std::size_t place) const = 0;
    // The others are done: these places stay, in this order.
    virtual void keep(std::span<const std::size_t> places) = 0;
};

// `recipes` share seed and batch.
std::unique_ptr<EpochUnit> makeSoftmaxUnit(std::span<const HeadRecipe> recipes, std::int64_t dimension,
                                           int classes);
std::unique_ptr<EpochUnit> makeMlpUnit(const HeadRecipe& recipe, std::int64_t dimension, int classes);

// A linear layer as PyTorch begins with: uniform in +-1 / sqrt(inputs).
HeadLayer initialLayer(Random& random, std::int64_t inputs, std::int64_t outputs);

// Summed cross-entropy of `count` rows of logits (columns first .. first + classes of `stride`), their
// correct predictions (first of equals), and, if wanted, d(mean loss) / d logits in place of the logits.
struct BatchLoss {
    double sum = 0;
    std::int64_t correct = 0;
};
BatchLoss crossEntropy(double* logits, std::int64_t count, std::int64_t stride, std::int64_t first,
                       int classes, std::span<const std::int32_t> labels, bool replaceByGradient);

// Called after each epoch of each head (index into `outcomes`); returns at once.
using EpochListener = std::function<void(std::size_t head, const EpochPoint& point)>;
// Fills outcomes, one per recipe of the unit. Tells `onEpochs` how many epochs were done or became needless.
void trainByEpochs(EpochUnit& unit, const TrainingData& data, std::span<TrainedHead> outcomes,
                   std::stop_token stop, const EpochListener& listener,
                   const std::function<void(std::int64_t)>& onEpochs);

}  // namespace tessera
