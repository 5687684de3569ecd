// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/counterfactual_closed_form.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tessera {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Where on the line, s > 0, a rule holds: strictly between two places.
struct Stretch {
    double low = 0, high = kInfinity;
    bool holds(double s) const { return s > low && s < high; }
};

// Class `ahead` is above class `behind` of which the logit is larger by `gap`, closing at `rate`.
void require(Stretch& stretch, double gap, double rate) {
    if (rate > 0)
        stretch.low = std::max(stretch.low, gap / rate);
    else if (gap >= 0)
        stretch.high = -kInfinity;  // never
    else if (rate < 0)
        stretch.high = std::min(stretch.high, gap / rate);
}

// Places where class t is ahead of all others; for AnyOther where any class is ahead of c, which begins once
// and does not end: c loses against that class at a constant rate.
Stretch stretchOf(const HeadGeometry& head, const double* logits, std::int32_t c, std::int32_t t,
                  FlipRule rule) {
    const auto classes = static_cast<std::int32_t>(head.gram.rows());
    Stretch stretch;
    if (rule == FlipRule::Target) {
        for (std::int32_t j = 0; j < classes; ++j)
            if (j != t) require(stretch, logits[j] - logits[t], head.gram(t, t) - head.gram(j, t));
        return stretch;
    }
    stretch.low = kInfinity;
    for (std::int32_t j = 0; j < classes; ++j) {
        const double rate = head.gram(j, t) - head.gram(c, t);
        if (j != c && rate > 0) stretch.low = std::min(stretch.low, (logits[c] - logits[j]) / rate);
    }
    return stretch;
}

}  // namespace

MinimalFlip minimalFlip(const LinearHead& head, const Eigen::RowVectorXd& point, std::int32_t c,
                        std::int32_t t) {
    const Eigen::RowVectorXd across = head.weight.row(t) - head.weight.row(c);
    const double gap = -(across.dot(point) + head.bias[t] - head.bias[c]);
    MinimalFlip flip;
    flip.distance = gap == 0 ? 0 : std::abs(gap) / across.norm();
    flip.point = gap == 0 ? point : Eigen::RowVectorXd(point + gap / across.squaredNorm() * across);
    return flip;
}

double pairDistance(const HeadGeometry& head, const double* logits, std::int32_t c, std::int32_t t) {
    const double gap = std::abs(logits[c] - logits[t]);
    return gap == 0 ? 0 : gap / head.distance(c, t);
}

NearestBoundary nearestBoundary(const HeadGeometry& head, const double* logits, std::int32_t c) {
    NearestBoundary nearest{kInfinity, -1};
    for (std::int32_t j = 0; j < head.gram.rows(); ++j) {
        if (j == c) continue;
        const double distance = pairDistance(head, logits, c, j);
        if (distance < nearest.distance) nearest = {distance, j};
    }
    return nearest;
}

ClosedFormFlip closedFormFlip(const HeadGeometry& head, const double* logits, std::int32_t c, std::int32_t t,
                              double step, double radius, std::int64_t steps, FlipRule rule) {
    const auto stretch = stretchOf(head, logits, c, t, rule);
    const double speed = std::sqrt(head.gram(t, t));
    // The last place within the radius, where all steps end that would lead out of it.
    const double last = speed > 0 ? radius / speed : kInfinity;
    const auto end = [&](bool flipped, std::int64_t taken) {
        return ClosedFormFlip{flipped, taken, std::min(static_cast<double>(taken) * step * speed, radius)};
    };
    const double first = std::floor(stretch.low / step) + 1;  // the first step behind the boundary
    if (!(stretch.low < stretch.high) || !(first <= static_cast<double>(steps))) return end(false, steps);
    if (!stretch.holds(std::min(first * step, last))) return end(false, steps);
    return end(true, static_cast<std::int64_t>(first));
}

}  // namespace tessera
