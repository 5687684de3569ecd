// SPDX-License-Identifier: GPL-3.0-or-later
// How far a point is from the nearest place where the prediction changes, on straight rays towards points of
// other classes. All rays of a sample are walked together, outwards in equal steps, until one of them leaves
// the sample's class; that step is bisected on all rays at once, and what is left of it is closed by one
// secant, which is exact where the network is affine there. A class that a ray enters and leaves within one
// step is missed.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <stop_token>
#include <vector>

#include "core/base/result.h"
#include "core/model/batch_pace.h"
#include "core/model/linearisation.h"

namespace tessera {

// Points of the input space that rays may lead to.
struct RayTargets {
    std::vector<double> points;           // row-major targets x width
    std::vector<std::int32_t> classes;    // each target stands for
    std::vector<std::int32_t> predicted;  // what the model says there
    std::vector<std::int64_t> samples;    // index in the data set; -1: a class mean
    std::size_t size() const { return classes.size(); }
};

struct BoundaryHit {
    double distance = std::numeric_limits<double>::quiet_NaN();  // Euclidean; NaN: no change was found
    double bracket = 0;             // width of the interval that is known to hold the change
    std::int32_t classBeyond = -1;  // what is predicted behind it
    std::int32_t target = -1;       // of the ray it is on
};

class BoundaryRays {
  public:
    struct Options {
        int steps = 16;       // to the nearest target
        int bisections = 24;  // of the step in which the prediction changes
    };
    // The targets must outlive this.
    BoundaryRays(const Linearisation& model, const RayTargets& targets, std::int64_t outputs,
                 std::int64_t width, Options options);

    // Samples whose rays can be held at once within a budget.
    std::int64_t samplesAtOnce(std::int64_t budgetBytes) const;
    // Hits of the points (row-major count x width), whose predicted classes and margins are known. The rays
    // of a point lead to the nearest target of each class other than the predicted one. Cancelled: nothing of
    // use.
    Result<std::vector<BoundaryHit>> search(std::span<const double> points,
                                            std::span<const std::int64_t> predicted,
                                            std::span<const double> margins, std::stop_token stop);

  private:
    struct Ray {
        std::int32_t target = -1;
        double length = 0;
        double near = 0, far = 0;  // margins of the sample's class at both ends of its bracket
        std::int32_t beyond = -1;  // class at the far end
    };
    struct Walk {
        std::size_t sample = 0;
        std::int32_t ownClass = 0;
        double low = 0, high = 0;  // distances between which the nearest change is
        double step = 0, reach = 0;
        bool isBracketed = false;
        std::vector<Ray> rays;  // bracketed: those that change in the bracket
    };
    struct Point {
        std::size_t walk, ray;
        double distance;
        double margin = 0;
        std::int32_t predicted = -1;
    };
    Walk walkOf(std::span<const double> point, std::int64_t predicted, double margin, std::size_t sample,
                std::span<const double> squaredDistances) const;
    Result<Done> evaluate(std::span<const double> points, std::stop_token stop);
    Result<Done> settle(std::span<const double> points, std::stop_token stop);
    Result<Done> stepOut(std::span<const double> points, int step, std::stop_token stop);
    Result<Done> bisect(std::span<const double> points, std::stop_token stop);
    BoundaryHit hitOf(const Walk& walk) const;

    const Linearisation& model_;
    const RayTargets& targets_;
    std::int64_t outputs_, width_;
    Options options_;
    std::vector<double> targetNorms_;  // squared
    std::vector<Walk> walks_;
    std::vector<Point> asked_;
    std::vector<double> rows_, logits_;
    BatchPace pace_;
};

}  // namespace tessera
