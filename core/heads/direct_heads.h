// SPDX-License-Identifier: GPL-3.0-or-later
// Heads that follow from the data: in closed form, or as the one optimum of a convex problem. No seed.
#pragma once

#include <stop_token>

#include "core/base/result.h"
#include "core/heads/epoch_training.h"

namespace tessera {

// Logit of class c: mean_c . x - |mean_c|^2 / 2, so that the nearest mean wins. Classes without a training
// sample never win.
Result<Head> nearestMeanHead(const TrainingData& data);
// Gaussian classes of one covariance (pooled, n - K) and their own priors: logits are the log posterior up to
// a constant. `shrinkage` times the mean variance is added to the diagonal.
Result<Head> ldaHead(const TrainingData& data, double shrinkage, std::stop_token stop);
// Least squares on targets of +1 (own class) and -1, bias not penalised: (X'X + ridge) W = X'Y, centred.
Result<Head> ridgeHead(const TrainingData& data, double ridge, std::stop_token stop);

struct Optimum {
    Head head;
    std::int64_t iterations = 0;
    double gap = 0;  // what the stopping rule looks at, at the end
    bool isReached = false;
};
// min cost * sum of cross-entropies + |W|^2 / 2, bias not penalised; L-BFGS until the largest entry of the
// gradient, per training sample, is below 1e-8.
Result<Optimum> logisticHead(const TrainingData& data, double cost, std::stop_token stop);
// Crammer and Singer: min |W, b|^2 / 2 + cost * sum_i max(0, 1 - (l_y - max_{j != y} l_j)), by dual
// coordinate descent (Keerthi et al. 2008) until no dual gradient violates optimality by more than 1e-4. As
// in LIBLINEAR the bias is the weight of a feature of ones, and is penalised.
Result<Optimum> svmHead(const TrainingData& data, double cost, std::stop_token stop);

}  // namespace tessera
