// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/train_heads.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <mutex>
#include <numeric>
#include <tuple>

#include "core/data/byte_store.h"
#include "core/geometry/worker_team.h"
#include "core/heads/direct_heads.h"

namespace tessera {
namespace {

// Columns that learn together: their weights and moments stay in the second-level cache beside the batch.
constexpr std::int64_t kColumnsTogether = 96;

LabelledRows rowsOf(const Embeddings& embeddings, const std::vector<std::int64_t>& samples) {
    LabelledRows chosen;
    chosen.labels = embeddings.labelsOf(samples);
    for (const auto sample : samples) chosen.rows.push_back(embeddings.points.row(sample).data());
    return chosen;
}

// Recipes that one unit trains: one seed and batch size, as many columns as pay.
std::vector<std::vector<std::size_t>> unitsOf(std::span<const HeadRecipe> recipes, int classes) {
    const auto most = static_cast<std::size_t>(std::max<std::int64_t>(1, kColumnsTogether / classes));
    std::vector<std::vector<std::size_t>> units;
    std::map<std::tuple<std::uint64_t, std::int64_t>, std::size_t> open;
    for (std::size_t i = 0; i < recipes.size(); ++i) {
        if (recipes[i].method != HeadMethod::Softmax) {
            units.push_back({i});
            continue;
        }
        const auto [place, isNew] = open.try_emplace({recipes[i].seed, recipes[i].batch}, units.size());
        if (!isNew && units[place->second].size() < most) {
            units[place->second].push_back(i);
        } else {
            place->second = units.size();
            units.push_back({i});
        }
    }
    return units;
}

// A direct head takes as long as some epochs; progress need not know how many.
std::int64_t epochsOf(const HeadRecipe& recipe) {
    return isTrainedByEpochs(recipe.method) ? recipe.epochs : 1;
}

Result<Done> makeDirect(const TrainingData& data, TrainedHead& outcome, std::stop_token stop) {
    const auto take = [&](Result<Head> head) -> Result<Done> {
        if (!head.isOk()) return std::move(head).propagate<Done>();
        outcome.head = std::move(head).value();
        return Done{};
    };
    const auto takeOptimum = [&](Result<Optimum> found, const char* unit) -> Result<Done> {
        if (!found.isOk()) return std::move(found).propagate<Done>();
        outcome.head = std::move(found.value().head);
        if (!found.value().isReached)
            outcome.note = "Not at the optimum after " + std::to_string(found.value().iterations) + " " +
                           unit + " (" + shortNumber(found.value().gap) +
                           " from it); a smaller C, or embeddings of smaller norm, converge faster.";
        return Done{};
    };
    Result<Done> made = Done{};
    const HeadRecipe& recipe = outcome.recipe;
    switch (recipe.method) {
        case HeadMethod::Logistic:
            made = takeOptimum(logisticHead(data, recipe.cost, stop), "iterations");
            break;
        case HeadMethod::Svm:
            made = takeOptimum(svmHead(data, recipe.cost, stop), "sweeps");
            break;
        case HeadMethod::Lda:
            made = take(ldaHead(data, recipe.shrinkage, stop));
            break;
        case HeadMethod::Ridge:
            made = take(ridgeHead(data, recipe.ridge, stop));
            break;
        default:
            made = take(nearestMeanHead(data));
            break;
    }
    outcome.isComplete = made.isOk();
    return made;
}

// Weights, gradient and both moments of each layer, the head of the best epoch, and the one at hand.
std::uint64_t bytesOfMlp(const HeadRecipe& recipe, const TrainingData& data) {
    constexpr std::uint64_t kCopies = 6;
    const auto hidden = static_cast<std::uint64_t>(recipe.hidden);
    const auto weights = hidden * static_cast<std::uint64_t>(data.dimension + 1) +
                         (hidden + 1) * static_cast<std::uint64_t>(data.classes);
    return 8 * (kCopies * weights + 3 * hidden * static_cast<std::uint64_t>(recipe.batch));
}

// The widest that are trained at once must fit; the finished ones are small beside them.
Result<Done> checkMlps(std::span<const HeadRecipe> recipes, const TrainingData& data, int threads) {
    std::vector<std::uint64_t> needs;
    const HeadRecipe* widest = nullptr;
    for (const auto& recipe : recipes)
        if (recipe.method == HeadMethod::Mlp) {
            needs.push_back(bytesOfMlp(recipe, data));
            if (widest == nullptr || recipe.hidden > widest->hidden) widest = &recipe;
        }
    if (widest == nullptr) return Done{};
    std::sort(needs.rbegin(), needs.rend());
    needs.resize(std::min(needs.size(), static_cast<std::size_t>(std::max(threads, 1))));
    return checkFitsInMemory(std::accumulate(needs.begin(), needs.end(), std::uint64_t{0}),
                             "Training MLPs of " + countText(widest->hidden, "hidden unit") + " on " +
                                 countText(data.dimension, "dimension"),
                             "use fewer hidden units or threads");
}

// Tells one progress and one listener what all threads do.
class Reporter {
  public:
    Reporter(std::int64_t total, Progress& progress, const EpochListener& listener)
        : total_(total), progress_(progress), listener_(listener) {}
    void addEpochs(std::int64_t epochs) {
        const std::scoped_lock lock(mutex_);
        done_ += epochs;
        progress_.report(done_, total_, "training heads (epochs)");
    }
    void tell(std::size_t head, const EpochPoint& point) {
        const std::scoped_lock lock(mutex_);
        if (listener_) listener_(head, point);
    }

  private:
    std::mutex mutex_;
    std::int64_t done_ = 0, total_;
    Progress& progress_;
    const EpochListener& listener_;
};

void trainUnit(const TrainingData& data, std::span<const std::size_t> members,
               std::vector<TrainedHead>& heads, std::stop_token stop, Reporter& reporter) {
    std::vector<HeadRecipe> recipes;
    std::vector<TrainedHead> outcomes;
    for (const auto member : members) {
        recipes.push_back(heads[member].recipe);
        outcomes.push_back(heads[member]);
    }
    const auto unit = recipes.front().method == HeadMethod::Mlp
                          ? makeMlpUnit(recipes.front(), data.dimension, data.classes)
                          : makeSoftmaxUnit(recipes, data.dimension, data.classes);
    trainByEpochs(
        *unit, data, outcomes, stop,
        [&](std::size_t place, const EpochPoint& point) { reporter.tell(members[place], point); },
        [&](std::int64_t epochs) { reporter.addEpochs(epochs); });
    for (std::size_t i = 0; i < members.size(); ++i) heads[members[i]] = std::move(outcomes[i]);
}

}  // namespace

std::vector<HeadRecipe> recipesOf(const HeadSweep& sweep) {
    std::vector<HeadRecipe> recipes;
    const bool varies = isTrainedByEpochs(sweep.base.method);
    const auto valuesOr = [varies](const auto& values, auto standard) {
        return values.empty() || !varies ? std::vector{standard} : values;
    };
    for (const auto seed : valuesOr(sweep.seeds, sweep.base.seed))
        for (const auto rate : valuesOr(sweep.learningRates, sweep.base.learningRate))
            for (const auto decay : valuesOr(sweep.weightDecays, sweep.base.weightDecay)) {
                recipes.push_back(sweep.base);
                recipes.back().seed = seed;
                recipes.back().learningRate = rate;
                recipes.back().weightDecay = decay;
            }
    return recipes;
}

Result<Done> validateRecipe(const HeadRecipe& recipe) {
    const auto refuse = [](const char* what, double value, const char* range) {
        return inputError(std::string("The ") + what + " is " + shortNumber(value) + "; choose a number " +
                          range + ".");
    };
    const auto positive = [](double value) { return value > 0 && std::isfinite(value); };
    if (!positive(recipe.learningRate)) return refuse("learning rate", recipe.learningRate, "above 0");
    if (!(recipe.weightDecay >= 0 && std::isfinite(recipe.weightDecay)))
        return refuse("weight decay", recipe.weightDecay, "of 0 or more");
    if (!positive(recipe.cost)) return refuse("cost C", recipe.cost, "above 0");
    if (!(recipe.ridge >= 0 && std::isfinite(recipe.ridge)))
        return refuse("ridge", recipe.ridge, "of 0 or more");
    if (!(recipe.shrinkage >= 0 && std::isfinite(recipe.shrinkage)))
        return refuse("shrinkage", recipe.shrinkage, "of 0 or more");
    if (!positive(recipe.scale)) return refuse("head scale", recipe.scale, "above 0");
    for (const auto& [value, name] : {std::pair{recipe.batch, "batch size"},
                                      {recipe.epochs, "number of epochs"},
                                      {recipe.patience, "patience"},
                                      {recipe.hidden, "number of hidden units"}})
        if (value < 1 || value > 1'000'000)
            return refuse(name, static_cast<double>(value), "from 1 to 1000000");
    return Done{};
}

Result<HeadTraining> trainHeads(const Embeddings& embeddings, std::span<const HeadRecipe> recipes,
                                int threads, std::stop_token stop, Progress& progress,
                                const EpochListener& listener) {
    const auto start = std::chrono::steady_clock::now();
    std::int64_t total = 0;
    HeadTraining training;
    for (const auto& recipe : recipes) {
        if (auto valid = validateRecipe(recipe); !valid.isOk())
            return std::move(valid).propagate<HeadTraining>();
        total += epochsOf(recipe);
        training.heads.emplace_back().recipe = recipe;
    }
    const TrainingData data{rowsOf(embeddings, embeddings.splits.train),
                            rowsOf(embeddings, embeddings.splits.reference), embeddings.dimension(),
                            embeddings.classes()};
    if (auto fits = checkMlps(recipes, data, threads); !fits.isOk())
        return std::move(fits).propagate<HeadTraining>();
    const auto units = unitsOf(recipes, data.classes);
    Reporter reporter(total, progress, listener);
    reporter.addEpochs(0);
    std::vector<std::optional<Error>> failures(units.size());  // of one head; the others go on
    WorkerTeam team(std::clamp(threads, 1, static_cast<int>(std::max<std::size_t>(units.size(), 1))));
    team.forEach(units.size(), [&](std::size_t index, std::size_t) {
        if (stop.stop_requested()) return;
        TrainedHead& first = training.heads[units[index].front()];
        if (isTrainedByEpochs(first.recipe.method)) {
            trainUnit(data, units[index], training.heads, stop, reporter);
            return;
        }
        if (auto made = makeDirect(data, first, stop); made.isError()) {
            first.note = made.error().message;
            first.isComplete = true;  // there is no more to come
            failures[index] = std::move(made).error();
        }
        reporter.addEpochs(1);
    });
    const bool isAnyThere = std::any_of(training.heads.begin(), training.heads.end(),
                                        [](const TrainedHead& head) { return !head.head.layers.empty(); });
    for (auto& failure : failures)
        if (failure && !isAnyThere) return std::move(*failure);
    training.isComplete = true;
    for (auto& trained : training.heads) {
        training.isComplete = training.isComplete && trained.isComplete;
        if (trained.recipe.scale != 1 && !trained.head.layers.empty())
            trained.head = scaled(std::move(trained.head), trained.recipe.scale);
    }
    training.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return training;
}

}  // namespace tessera
