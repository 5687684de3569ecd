// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/probes/counterfactual_block.h"
#include "core/probes/counterfactual_path.h"
#include "core/probes/local_support.h"

namespace tessera {
namespace {

// Optimisers as PyTorch has them by default.
constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8, kDecay = 0.01;

class Walks {
  public:
    explicit Walks(const SearchBlock& block)
        : block_(block),
          options_(block.options),
          points_(block.starts),
          alive_(block.rows.size()),
          paths_(block.paths.size(), PathRecorder(block.options.pathPoints)) {
        std::iota(alive_.begin(), alive_.end(), 0);
        if (options_.stepRule == StepRule::Sgd) return;
        mean_ = Rows::Zero(points_.rows(), points_.cols());
        square_ = Rows::Zero(points_.rows(), points_.cols());
    }

    Result<Done> run() {
        record(0);
        for (std::int32_t step = 1; step <= options_.steps && !alive_.empty(); ++step) {
            if (block_.stop.stop_requested()) return Cancelled{};
            // The logits at the points of the last step decide on it, and lead on to the next.
            Rows here = gathered();
            auto done = block_.field.gradients(
                here, [&](const Rows& logits, Rows& coefficients) { choose(logits, coefficients); }, logits_,
                gradients_);
            if (!done.isOk()) return done;
            const auto before = alive_;
            if (step > 1) settle(step - 1);
            if (options_.supportWeight > 0) findSupport();
            for (std::size_t i = 0; i < before.size(); ++i)
                if (!isDone(before[i])) advance(before[i], static_cast<std::int64_t>(i), step);
            record(step);
        }
        if (!alive_.empty()) {
            auto done = block_.field.logits(gathered(), logits_);
            if (!done.isOk()) return done;
            settle(options_.steps);
        }
        for (std::size_t row = 0; row < block_.rows.size(); ++row) finish(row);
        block_.endRows() = points_;
        return Done{};
    }

  private:
    bool isDone(std::size_t row) const { return !std::binary_search(alive_.begin(), alive_.end(), row); }

    Rows gathered() const {
        Rows here(static_cast<std::int64_t>(alive_.size()), points_.cols());
        for (std::size_t i = 0; i < alive_.size(); ++i)
            here.row(static_cast<std::int64_t>(i)) = points_.row(static_cast<std::int64_t>(alive_[i]));
        return here;
    }

    // What the loss has of each logit.
    void choose(const Rows& logits, Rows& coefficients) const {
        coefficients.setZero();
        for (std::size_t i = 0; i < alive_.size(); ++i) {
            const auto& own = block_.rows[alive_[i]];
            const auto at = static_cast<std::int64_t>(i);
            if (options_.target == FlipTarget::Untargeted) {
                coefficients(at, own.predicted) = 1;
                coefficients(at, largestOther(logits.row(at).data(), logits.cols(), own.predicted)) = -1;
            } else {
                coefficients(at, own.target) = -1;
            }
        }
    }

    void settle(std::int32_t steps) {
        std::vector<std::size_t> left;
        for (std::size_t i = 0; i < alive_.size(); ++i)
            if (!block_.settle(alive_[i], logits_.row(static_cast<std::int64_t>(i)).data(), steps))
                left.push_back(alive_[i]);
        alive_ = std::move(left);
    }

    // Mean of the nearest points of the target class, by row.
    void findSupport() {
        const int k = neighboursWanted(*block_.pool, options_.neighbours);
        if (!search_) search_.emplace(*block_.pool);
        supports_.resize(block_.rows.size());
        std::vector<std::size_t> left = alive_;
        std::vector<double> distance;
        std::vector<std::int64_t> index;
        while (!left.empty()) {
            const auto target = block_.rows[left.front()].target;
            std::vector<std::size_t> same, others;
            for (const auto row : left) (block_.rows[row].target == target ? same : others).push_back(row);
            left = std::move(others);
            Rows queries(static_cast<std::int64_t>(same.size()), points_.cols());
            for (std::size_t i = 0; i < same.size(); ++i)
                queries.row(static_cast<std::int64_t>(i)) = points_.row(static_cast<std::int64_t>(same[i]));
            const auto wanted = static_cast<std::size_t>(k);
            distance.resize(same.size() * wanted), index.resize(same.size() * wanted);
            search_->find(queries, target, k, distance.data(), index.data());
            for (std::size_t i = 0; i < same.size(); ++i)
                supports_[same[i]] = meanOf(std::span(index).subspan(i * wanted, wanted));
        }
    }
    // Empty: the class has none.
    Eigen::RowVectorXd meanOf(std::span<const std::int64_t> indices) const {
        Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(points_.cols());
        int count = 0;
        for (const auto index : indices)
            if (index >= 0) mean += block_.pool->points().row(block_.pool->placeOf(index)), ++count;
        return count > 0 ? Eigen::RowVectorXd(mean / count) : Eigen::RowVectorXd();
    }

    void advance(std::size_t row, std::int64_t at, std::int32_t step) {
        const auto place = static_cast<std::int64_t>(row);
        auto point = points_.row(place);
        const auto start = block_.starts.row(place);
        Eigen::RowVectorXd gradient = gradients_.row(at);
        Eigen::RowVectorXd shift = point - start;
        // The slope of a length is taken as 0 where the length is.
        if (const double length = shift.norm(); options_.shiftWeight > 0 && length > 0)
            gradient += options_.shiftWeight / length * shift;
        if (options_.supportWeight > 0 && supports_[row].size() > 0)
            gradient += 2 * options_.supportWeight * (point - supports_[row]);
        descend(place, gradient, block_.step(row), step);
        shift = point - start;
        if (const double length = shift.norm(); length > options_.radius)
            point = start + options_.radius / length * shift;
        if (options_.valid) point = point.cwiseMax(options_.valid->low).cwiseMin(options_.valid->high);
    }

    void descend(std::int64_t place, const Eigen::RowVectorXd& gradient, double length, std::int32_t step) {
        auto point = points_.row(place);
        if (options_.stepRule == StepRule::Sgd) {
            point -= length * gradient;
            return;
        }
        if (options_.stepRule == StepRule::AdamW) point *= 1 - length * kDecay;
        auto mean = mean_.row(place);
        auto square = square_.row(place);
        mean = kBeta1 * mean + (1 - kBeta1) * gradient;
        square = kBeta2 * square + (1 - kBeta2) * gradient.cwiseAbs2();
        const double meanScale = 1 - std::pow(kBeta1, step), squareScale = 1 - std::pow(kBeta2, step);
        point.array() -=
            length / meanScale * mean.array() / ((square.array() / squareScale).sqrt() + kEpsilon);
    }

    void record(std::int32_t step) {
        for (const auto row : alive_)
            if (block_.keepsPath(row)) paths_[row].add(step, pointOf(row));
    }
    std::span<const double> pointOf(std::size_t row) const {
        return {points_.row(static_cast<std::int64_t>(row)).data(), static_cast<std::size_t>(points_.cols())};
    }

    void finish(std::size_t row) {
        const auto place = static_cast<std::int64_t>(row);
        block_.rows[row].distance = (points_.row(place) - block_.starts.row(place)).norm();
        if (!block_.keepsPath(row)) return;
        auto& path = paths_[row];
        path.finish(block_.rows[row].steps, pointOf(row));
        auto& kept = block_.paths[row];
        kept.step = path.steps();
        kept.points.resize(static_cast<std::int64_t>(path.points().size()), points_.cols());
        for (std::size_t i = 0; i < path.points().size(); ++i)
            std::copy(path.points()[i].begin(), path.points()[i].end(),
                      kept.points.row(static_cast<std::int64_t>(i)).data());
    }

    const SearchBlock& block_;
    const SearchOptions& options_;
    Rows points_, mean_, square_;     // by row of the block
    Rows logits_, gradients_;         // by place in the list of those alive when they were taken
    std::vector<std::size_t> alive_;  // rows, ascending
    std::vector<PathRecorder> paths_;
    std::optional<NeighbourSearch> search_;
    std::vector<Eigen::RowVectorXd> supports_;
};

}  // namespace

Result<Done> searchPoints(const SearchBlock& block) {
    return Walks(block).run();
}

}  // namespace tessera
