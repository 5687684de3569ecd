// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/epoch_training.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tessera {
namespace {

constexpr std::int64_t kJudgedTogether = 256;  // rows; their logits stay in the cache

// Streams of the seed: 0 draws the weights, 1 + e orders epoch e.
void orderEpoch(std::uint64_t seed, std::int64_t epoch, std::vector<std::size_t>& order) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random random(seed, 1 + static_cast<std::uint64_t>(epoch));
    random.shuffle(std::span(order));
}

struct Judgement {
    std::vector<double> losses;
    std::vector<std::int64_t> correct;
};

Judgement judge(EpochUnit& unit, const LabelledRows& data, std::size_t heads) {
    Judgement all{std::vector<double>(heads), std::vector<std::int64_t>(heads)};
    const std::span<const double* const> rows(data.rows);
    const std::span<const std::int32_t> labels(data.labels);
    for (std::size_t begin = 0; begin < rows.size(); begin += kJudgedTogether) {
        const std::size_t count = std::min<std::size_t>(kJudgedTogether, rows.size() - begin);
        unit.judge(rows.subspan(begin, count), labels.subspan(begin, count), all.losses, all.correct);
    }
    return all;
}

}  // namespace

HeadLayer initialLayer(Random& random, std::int64_t inputs, std::int64_t outputs) {
    const double bound = 1 / std::sqrt(static_cast<double>(inputs));
    HeadLayer layer{Rows(outputs, inputs), Eigen::VectorXd(outputs)};
    for (std::int64_t i = 0; i < layer.weight.size(); ++i)
        layer.weight.data()[i] = random.uniform(-bound, bound);
    for (std::int64_t i = 0; i < outputs; ++i) layer.bias(i) = random.uniform(-bound, bound);
    return layer;
}

BatchLoss crossEntropy(double* logits, std::int64_t count, std::int64_t stride, std::int64_t first,
                       int classes, std::span<const std::int32_t> labels, bool replaceByGradient) {
    BatchLoss loss;
    for (std::int64_t r = 0; r < count; ++r) {
        double* row = logits + r * stride + first;
        const auto label = labels[static_cast<std::size_t>(r)];
        const double* top = std::max_element(row, row + classes);
        loss.correct += top - row == label ? 1 : 0;
        const double largest = *top, ofLabel = row[label];
        double sum = 0;
        for (int c = 0; c < classes; ++c) {
            const double power = std::exp(row[c] - largest);
            sum += power;
            if (replaceByGradient) row[c] = power;
        }
        loss.sum += std::log(sum) - (ofLabel - largest);
        if (!replaceByGradient) continue;
        for (int c = 0; c < classes; ++c) row[c] = row[c] / sum / static_cast<double>(count);
        row[label] -= 1 / static_cast<double>(count);
    }
    return loss;
}

void trainByEpochs(EpochUnit& unit, const TrainingData& data, std::span<TrainedHead> outcomes,
                   std::stop_token stop, const EpochListener& listener,
                   const std::function<void(std::int64_t)>& onEpochs) {
    const HeadRecipe& shared = outcomes.front().recipe;  // seed and batch
    const std::size_t samples = data.train.rows.size(), batch = static_cast<std::size_t>(shared.batch);
    std::vector<std::size_t> live(outcomes.size());  // which outcome each place of the unit is
    std::iota(live.begin(), live.end(), std::size_t{0});
    std::vector<double> best(outcomes.size(), -1);
    for (const auto place : live) outcomes[place].head = unit.head(place);
    std::vector<std::size_t> order(samples);
    std::vector<const double*> rows(batch);
    std::vector<std::int32_t> labels(batch);
    for (std::int64_t epoch = 0; !live.empty(); ++epoch) {
        orderEpoch(shared.seed, epoch, order);
        std::vector<double> losses(live.size());
        for (std::size_t begin = 0; begin < samples; begin += batch) {
            if (stop.stop_requested()) return;
            const std::size_t count = std::min(batch, samples - begin);
            for (std::size_t i = 0; i < count; ++i) {
                rows[i] = data.train.rows[order[begin + i]];
                labels[i] = data.train.labels[order[begin + i]];
            }
            unit.learn(std::span(rows).first(count), std::span(labels).first(count), losses);
        }
        const Judgement reference = judge(unit, data.reference, live.size());
        std::vector<std::size_t> places, stayed;
        std::int64_t done = static_cast<std::int64_t>(live.size());
        for (std::size_t place = 0; place < live.size(); ++place) {
            TrainedHead& outcome = outcomes[live[place]];
            const auto judged = static_cast<double>(data.reference.rows.size());
            const EpochPoint point{epoch, losses[place] / static_cast<double>(samples),
                                   reference.losses[place] / judged,
                                   static_cast<double>(reference.correct[place]) / judged};
            const bool diverged = !std::isfinite(point.trainLoss) || !std::isfinite(point.referenceLoss);
            outcome.curve.push_back(point);
            if (!diverged && point.referenceAccuracy > best[live[place]]) {
                best[live[place]] = point.referenceAccuracy;
                outcome.bestEpoch = epoch;
                outcome.head = unit.head(place);
            }
            if (listener) listener(live[place], point);
            if (diverged)
                outcome.note = "The loss is no longer finite after epoch " + std::to_string(epoch + 1) +
                               "; choose a smaller learning rate.";
            outcome.isComplete = diverged || epoch + 1 >= outcome.recipe.epochs ||
                                 epoch - outcome.bestEpoch >= outcome.recipe.patience;
            if (outcome.isComplete) {
                done += outcome.recipe.epochs - epoch - 1;
                continue;
            }
            places.push_back(place);
            stayed.push_back(live[place]);
        }
        if (onEpochs) onEpochs(done);
        if (stayed.size() < live.size() && !stayed.empty()) unit.keep(places);
        live = std::move(stayed);
    }
}

}  // namespace tessera
