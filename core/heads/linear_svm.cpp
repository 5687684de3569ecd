// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>

#include "core/heads/direct_heads.h"

namespace tessera {
namespace {

constexpr double kTolerance = 1e-4;
constexpr std::int64_t kMostSweeps = 2000;

// One sample's part of the dual: min A |a|^2 / 2 + B . a with sum a = 0, a_own <= cost, other a <= 0.
// Solved by sorting: a_m = min(limit_m, (beta - B_m) / A) for the one beta that makes the sum zero.
void solveSample(double squaredNorm, const Eigen::VectorXd& offset, std::int32_t own, double cost,
                 std::vector<double>& sorted, Eigen::VectorXd& solution) {
    const auto classes = offset.size();
    sorted.assign(offset.data(), offset.data() + classes);
    sorted[static_cast<std::size_t>(own)] += squaredNorm * cost;
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    double beta = sorted[0] - squaredNorm * cost;
    std::size_t free = 1;
    for (; free < sorted.size() && beta < static_cast<double>(free) * sorted[free]; ++free)
        beta += sorted[free];
    beta /= static_cast<double>(free);
    for (Eigen::Index m = 0; m < classes; ++m)
        solution(m) = std::min(m == own ? cost : 0.0, (beta - offset(m)) / squaredNorm);
}

}  // namespace

Result<Optimum> svmHead(const TrainingData& data, double cost, std::stop_token stop) {
    const std::size_t samples = data.train.rows.size();
    const auto pointOf = [&](std::size_t i) {
        return Eigen::Map<const Eigen::VectorXd>(data.train.rows[i], data.dimension);
    };
    Rows weight = Rows::Zero(data.classes, data.dimension);
    Eigen::VectorXd bias = Eigen::VectorXd::Zero(data.classes);
    Rows dual = Rows::Zero(static_cast<Eigen::Index>(samples), data.classes);
    std::vector<double> squaredNorm(samples), sorted;
    for (std::size_t i = 0; i < samples; ++i) squaredNorm[i] = 1 + pointOf(i).squaredNorm();
    std::vector<std::size_t> order(samples);
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random random(0);
    Eigen::VectorXd slope(data.classes), solution(data.classes);
    Optimum optimum;
    for (; optimum.iterations < kMostSweeps && !optimum.isReached; ++optimum.iterations) {
        random.shuffle(std::span(order));
        optimum.gap = 0;
        for (std::size_t step = 0; step < samples; ++step) {
            if (step % 256 == 0 && stop.stop_requested()) return Cancelled{};
            const std::size_t i = order[step];
            const auto point = pointOf(i);
            const auto own = data.train.labels[i];
            auto a = dual.row(static_cast<Eigen::Index>(i));
            slope = weight * point + bias;
            slope.array() += 1;
            slope(own) -= 1;
            // How far from optimal: the best slope against the worst of those that may still grow.
            double lowest = slope.maxCoeff();
            for (int m = 0; m < data.classes; ++m)
                if (a(m) < (m == own ? cost : 0.0)) lowest = std::min(lowest, slope(m));
            const double violation = slope.maxCoeff() - lowest;
            optimum.gap = std::max(optimum.gap, violation);
            if (violation <= 1e-12) continue;
            const Eigen::VectorXd offset = slope - squaredNorm[i] * a.transpose();
            solveSample(squaredNorm[i], offset, own, cost, sorted, solution);
            for (int m = 0; m < data.classes; ++m) {
                const double change = solution(m) - a(m);
                if (change == 0) continue;
                weight.row(m) += change * point.transpose();
                bias(m) += change;
                a(m) = solution(m);
            }
        }
        optimum.isReached = optimum.gap <= kTolerance;
    }
    optimum.head = {{HeadLayer{std::move(weight), std::move(bias)}}};
    return optimum;
}

}  // namespace tessera
