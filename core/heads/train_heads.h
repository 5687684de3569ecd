// SPDX-License-Identifier: GPL-3.0-or-later
// Trains many heads over one representation: a sweep of seeds, learning rates and weight decays is one call.
//
// In float64, like everything that is compared later (closed forms, flips, angles), so that a difference
// between heads is never one of rounding. The numbers of a head depend on its recipe and the data alone: not
// on the other heads, nor on the number of threads.
#pragma once

#include "core/heads/embeddings.h"
#include "core/heads/epoch_training.h"

namespace tessera {

struct HeadTraining {
    std::vector<TrainedHead> heads;  // one per recipe, in their order
    bool isComplete = false;
    double seconds = 0;
};

struct HeadSweep {
    HeadRecipe base;
    // Empty: the base's. Seeds and rates only vary what is trained by epochs.
    std::vector<std::uint64_t> seeds;
    std::vector<double> learningRates, weightDecays;
};
// Seed by seed, then rate by rate, then decay by decay.
std::vector<HeadRecipe> recipesOf(const HeadSweep& sweep);
// One sentence if a value makes no sense.
Result<Done> validateRecipe(const HeadRecipe& recipe);

// The listener hears of each head's epochs, from any thread, one at a time. Stopping keeps what is finished;
// the others are marked (and hold their best so far).
Result<HeadTraining> trainHeads(const Embeddings& embeddings, std::span<const HeadRecipe> recipes,
                                int threads, std::stop_token stop, Progress& progress,
                                const EpochListener& listener = {});

}  // namespace tessera
