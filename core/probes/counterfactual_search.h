// SPDX-License-Identifier: GPL-3.0-or-later
// The local search for counterfactuals: from each point, steps down
//   -l_t(z) + shiftWeight ||z - z0|| + supportWeight mean_{j in kNN_t(z)} ||z - r_j||^2
// (untargeted: l_c - max_{j != c} l_j in place of -l_t), each followed by a projection onto the ball of the
// trust radius, until the success rule holds. That no step within the budget does is a result.
//
// Blocks of points of a fixed size run through together, and the result is the same for any number of
// threads. On a linear head without support term, plain steps never leave z0 + span of the weights' rows:
// there the search keeps K coefficients a point instead of D values, with logits = l0 + G a and ||z - z0||^2
// = a^T G a of the Gram matrix G. That is the same path in exact arithmetic, differs by a few roundings, and
// costs K rather than K D operations a step.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/numerics/nearest_neighbours.h"
#include "core/probes/logit_field.h"

namespace tessera {

enum class FlipTarget { RunnerUp, LeastLikely, Untargeted };
enum class FlipRule { AnyOther, Target };  // v1: argmax is not c; v2: argmax is t
enum class StepRule { Sgd, Adam, AdamW };  // PyTorch's defaults but for the step length

struct ValidRange {
    Eigen::RowVectorXd low, high;  // by feature
};

struct SearchOptions {
    FlipTarget target = FlipTarget::RunnerUp;
    FlipRule rule = FlipRule::AnyOther;  // untargeted: always AnyOther
    StepRule stepRule = StepRule::Sgd;
    double step = 1e-2, radius = 1;
    std::int32_t steps = 500;
    double shiftWeight = 0, supportWeight = 0;
    int neighbours = 20;                   // of the support term; a class with fewer: all of them
    std::optional<ValidRange> valid = {};  // steps are cut to it
    int pathPoints = 0;                    // kept of each path, with the first and the last; 0: none
    std::int64_t pathCount = std::numeric_limits<std::int64_t>::max();  // of the first points; of no others
    bool useSpan = true;  // false: take the long way on linear heads too
};

struct SearchPath {
    std::vector<std::int32_t> step;
    Rows points;  // one a step
};

struct FlipRow {
    std::int32_t predicted = -1, target = -1, landing = -1;  // classes; untargeted: target is the runner-up
    bool flipped = false;
    std::int32_t steps = 0;                 // taken
    double distance = 0;                    // of the end from the start
    double marginStart = 0, marginEnd = 0;  // l_t - l_c
};

struct SearchOutput {
    std::vector<FlipRow> rows;
    Rows ends;
    std::vector<SearchPath> paths;  // of the first points
};

// `stepScale` multiplies the step of each point (empty: 1); `pool` may be null without a support term.
Result<SearchOutput> searchFlips(const LogitField& field, ConstRows starts, std::span<const double> stepScale,
                                 const NeighbourPool* pool, const SearchOptions& options, WorkerTeam& team,
                                 std::stop_token stop);

// Logits of many points, in blocks over the threads.
Result<Rows> logitsOf(const LogitField& field, ConstRows points, WorkerTeam& team, std::stop_token stop);

std::int32_t flipTarget(FlipTarget choice, const double* logits, std::int64_t classes,
                        std::int32_t predicted);

// Distances to the boundary of the predicted class by the gradients at the point, exact for a linear head:
// |l_c - l_j| / (||gradient of l_c - l_j|| + 1e-8 unless linear), to the runner-up and the smallest of all j.
struct BoundaryDistance {
    double runnerUp = 0, nearest = 0;
    std::int32_t beyond = -1;  // class of the nearest
};
// `logits` of the points; Cancelled on a stop.
Result<std::vector<BoundaryDistance>> boundaryDistances(const LogitField& field, ConstRows points,
                                                        const Rows& logits, WorkerTeam& team,
                                                        std::stop_token stop);

}  // namespace tessera
