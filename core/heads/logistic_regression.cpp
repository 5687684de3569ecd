// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <deque>

#include "core/heads/direct_heads.h"

namespace tessera {
namespace {

constexpr std::size_t kTogether = 256;  // rows of one product
constexpr std::size_t kMemory = 10;     // pairs of L-BFGS
constexpr double kTolerance = 1e-8;
constexpr std::int64_t kMostIterations = 5000;

// Mean cross-entropy + |W|^2 / (2 cost n), and its gradient, over (W, b) as one vector, W row by row.
class Objective {
  public:
    Objective(const TrainingData& data, double cost)
        : data_(data),
          layer_(data.dimension, data.classes),
          samples_(static_cast<double>(data.train.rows.size())),
          penalty_(1 / (cost * samples_)) {}

    Eigen::Index size() const { return data_.classes * (data_.dimension + 1); }
    HeadLayer layerOf(const Eigen::VectorXd& at) const {
        return {Eigen::Map<const Rows>(at.data(), data_.classes, data_.dimension), at.tail(data_.classes)};
    }

    double operator()(const Eigen::VectorXd& at, Eigen::VectorXd& gradient) {
        layer_.set(0, layerOf(at));
        const std::span<const double* const> rows(data_.train.rows);
        const std::span<const std::int32_t> labels(data_.train.labels);
        double sum = 0;
        for (std::size_t begin = 0; begin < rows.size(); begin += kTogether) {
            const std::size_t count = std::min(kTogether, rows.size() - begin);
            logits_.resize(count * static_cast<std::size_t>(layer_.stride()));
            layer_.forward(rows.subspan(begin, count), logits_.data());
            sum += crossEntropy(logits_.data(), static_cast<std::int64_t>(count), layer_.stride(), 0,
                                data_.classes, labels.subspan(begin, count), true)
                       .sum;
            for (double& error : logits_) error *= static_cast<double>(count) / samples_;
            layer_.gradient(rows.subspan(begin, count), logits_.data(), begin > 0);
        }
        const HeadLayer slope = layer_.gradientOf(0, data_.classes);
        const Eigen::Index weights = data_.classes * data_.dimension;
        gradient.resize(size());
        gradient.head(weights) =
            Eigen::Map<const Eigen::VectorXd>(slope.weight.data(), weights) + penalty_ * at.head(weights);
        gradient.tail(data_.classes) = slope.bias;
        return sum / samples_ + 0.5 * penalty_ * at.head(weights).squaredNorm();
    }

  private:
    const TrainingData& data_;
    PanelLayer layer_;
    double samples_, penalty_;
    std::vector<double> logits_;
};

struct Pair {
    Eigen::VectorXd step, change;
    double curvature;
};

// The two-loop recursion: an approximate inverse Hessian times the gradient, negated.
Eigen::VectorXd direction(const std::deque<Pair>& pairs, const Eigen::VectorXd& gradient) {
    Eigen::VectorXd d = -gradient;
    if (pairs.empty()) return d / std::max(1.0, gradient.norm());
    std::vector<double> along(pairs.size());
    for (std::size_t i = pairs.size(); i-- > 0;) {
        along[i] = pairs[i].step.dot(d) / pairs[i].curvature;
        d -= along[i] * pairs[i].change;
    }
    d *= pairs.back().curvature / pairs.back().change.squaredNorm();
    for (std::size_t i = 0; i < pairs.size(); ++i)
        d += (along[i] - pairs[i].change.dot(d) / pairs[i].curvature) * pairs[i].step;
    return d;
}

}  // namespace

Result<Optimum> logisticHead(const TrainingData& data, double cost, std::stop_token stop) {
    Objective objective(data, cost);
    Eigen::VectorXd at = Eigen::VectorXd::Zero(objective.size()), gradient, nextGradient;
    double value = objective(at, gradient);
    std::deque<Pair> pairs;
    Optimum optimum;
    for (;; ++optimum.iterations) {
        optimum.gap = gradient.lpNorm<Eigen::Infinity>();
        optimum.isReached = optimum.gap <= kTolerance;
        if (optimum.isReached || optimum.iterations >= kMostIterations) break;
        if (stop.stop_requested()) return Cancelled{};
        Eigen::VectorXd d = direction(pairs, gradient);
        const double slope = gradient.dot(d);
        Eigen::VectorXd next;
        double nextValue = value, t = 1;
        bool isAccepted = false;
        for (int halvings = 0; halvings < 40 && !isAccepted; ++halvings, t /= 2) {
            if (stop.stop_requested()) return Cancelled{};
            next = at + t * d;
            nextValue = objective(next, nextGradient);
            // Near the optimum values agree to the last bit and only slopes tell.
            isAccepted = nextValue <= value + 1e-4 * t * slope ||
                         (nextValue <= value + 1e-14 * (1 + std::abs(value)) &&
                          std::abs(nextGradient.dot(d)) <= std::abs(slope));
        }
        if (!isAccepted) {
            if (pairs.empty()) break;
            pairs.clear();  // a stale model of the curvature: start over downhill
            continue;
        }
        Pair pair{next - at, nextGradient - gradient, 0};
        pair.curvature = pair.step.dot(pair.change);
        if (pair.curvature > 1e-300) pairs.push_back(std::move(pair));
        if (pairs.size() > kMemory) pairs.pop_front();
        at = std::move(next);
        gradient.swap(nextGradient);
        value = nextValue;
    }
    optimum.head = {{objective.layerOf(at)}};
    return optimum;
}

}  // namespace tessera
