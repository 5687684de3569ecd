// SPDX-License-Identifier: GPL-3.0-or-later
// What the local search does to a linear head, without searching. With neither shift nor support term its
// path is the straight line z + s w_t, on which every logit moves at a constant rate.
#pragma once

#include "core/probes/counterfactual_search.h"
#include "core/probes/linear_head.h"

namespace tessera {

// The nearest point at which the logits of c and t are equal; of the pair alone, other classes may be ahead.
struct MinimalFlip {
    Eigen::RowVectorXd point;
    double distance = 0;
};
MinimalFlip minimalFlip(const LinearHead& head, const Eigen::RowVectorXd& point, std::int32_t c,
                        std::int32_t t);

// Distance to the hyperplane where c and t are equal; +inf if their weights are.
double pairDistance(const HeadGeometry& head, const double* logits, std::int32_t c, std::int32_t t);
// The true distance to the boundary of class c: the smallest of its pairs'.
struct NearestBoundary {
    double distance = 0;
    std::int32_t beyond = -1;
};
NearestBoundary nearestBoundary(const HeadGeometry& head, const double* logits, std::int32_t c);

struct ClosedFormFlip {
    bool flipped = false;
    std::int64_t steps = 0;  // taken: the step limit without a flip
    double distance = 0;     // at the end
};
// The end of plain gradient steps of length `step` in the logit of t, from a point with these logits and
// predicted class c, within the radius and at most `steps`. Agrees with the iterative search but for ties in
// floating point: where a step meets a boundary to within rounding, the two may differ by one step.
ClosedFormFlip closedFormFlip(const HeadGeometry& head, const double* logits, std::int32_t c, std::int32_t t,
                              double step, double radius, std::int64_t steps, FlipRule rule);

}  // namespace tessera
