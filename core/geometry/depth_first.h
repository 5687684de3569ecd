// SPDX-License-Identifier: GPL-3.0-or-later
// Exact arrangement of a chain of affine maps and piecewise-linear units, depth first with rank-one updates.
// On a convex face every pre-activation is an affine form (a, b, c). Only units whose form changes sign
// strictly on the face can cut it; children inherit only their parent's cutting units, and a unit that
// becomes decided adds its column times its form to the next stage's forms: a rank-one update instead of a
// product per face.
#pragma once

#include <Eigen/Core>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/geometry/arrangement_assembly.h"

namespace tessera {

// stage i: z_i = weights_i * h_(i-1) + bias_i, then h_i = function_i(z_i) for all but the last stage, whose z
// are logits. The first stage acts on slice coordinates relative to formOrigin: weights_0 has two columns
// (d/ds, d/dt).
struct AffineChain {
    using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    struct Stage {
        Matrix weights;        // out x in
        Eigen::VectorXd bias;  // out
    };
    std::vector<Stage> stages;
    std::vector<Site> sites;  // one less than stages, all PiecewiseLinear
    Eigen::Vector2d formOrigin = Eigen::Vector2d::Zero();
};

// The chain at points (float64, plain forward pass): the reference that results are checked against. rows x
// K.
Eigen::MatrixXd evaluateChain(const AffineChain& chain, const std::vector<Eigen::Vector2d>& pointsInSlice);

// The result does not depend on the thread count. A budget or a stop request ends the run early with what is
// there: complete = false and a reason (never an Error, never Cancelled); faces not reached are missing,
// those present are exact.
Result<Arrangement> arrangementDepthFirst(const AffineChain& chain, const Polygon& window,
                                          const ArrangementOptions& options, std::stop_token stop,
                                          Progress& progress);

}  // namespace tessera
