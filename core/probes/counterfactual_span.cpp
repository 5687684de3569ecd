// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/probes/counterfactual_block.h"
#include "core/probes/counterfactual_path.h"

namespace tessera {
namespace {

// z - z0 = sum_i a_i w_i; of a targeted search the target's coefficient alone is not zero.
class Walk {
  public:
    Walk(const SearchBlock& block, const HeadGeometry& head, std::size_t row)
        : block_(block),
          head_(head),
          row_(row),
          classes_(head.gram.rows()),
          start_(block.startLogits.data() + static_cast<std::int64_t>(row) * classes_),
          logits_(start_, start_ + classes_),
          coefficients_(Eigen::VectorXd::Zero(classes_)) {}

    void run(PathRecorder& path) {
        path.add(0, coefficients());
        for (std::int32_t step = 1; step <= block_.options.steps; ++step) {
            const bool moved = advance();
            path.add(step, coefficients());
            if (block_.settle(row_, logits_.data(), step)) break;
            if (moved) continue;
            // A fixed point: the steps that are left would all end here.
            while (++step <= block_.options.steps) path.add(step, coefficients());
            block_.settle(row_, logits_.data(), block_.options.steps);
        }
        path.finish(block_.rows[row_].steps, coefficients());
    }
    std::span<const double> coefficients() const {
        return {coefficients_.data(), static_cast<std::size_t>(classes_)};
    }

  private:
    bool isTargeted() const { return block_.options.target != FlipTarget::Untargeted; }

    // False: the step ended where it began.
    bool advance() {
        const auto& options = block_.options;
        const auto& own = block_.rows[row_];
        const double step = block_.step(row_);
        const double length = std::sqrt(squaredLength());
        const double shrink = length > 0 ? 1 - step * options.shiftWeight / length : 1;
        if (isTargeted()) {
            double& along = coefficients_[own.target];
            const double before = along;
            along = along * shrink + step;
            const double reached = std::sqrt(squaredLength());
            if (reached > options.radius) along *= options.radius / reached;
            for (std::int64_t j = 0; j < classes_; ++j)
                logits_[static_cast<std::size_t>(j)] = start_[j] + along * head_.gram(j, own.target);
            return along != before;
        }
        const Eigen::VectorXd before = coefficients_;
        const auto best = largestOther(logits_.data(), classes_, own.predicted);
        coefficients_ *= shrink;
        coefficients_[best] += step;
        coefficients_[own.predicted] -= step;
        const double reached = std::sqrt(squaredLength());
        if (reached > options.radius) coefficients_ *= options.radius / reached;
        Eigen::Map<Eigen::VectorXd>(logits_.data(), classes_) =
            Eigen::Map<const Eigen::VectorXd>(start_, classes_) + head_.gram * coefficients_;
        return coefficients_ != before;
    }

    double squaredLength() const {
        if (isTargeted()) {
            const auto target = block_.rows[row_].target;
            return coefficients_[target] * coefficients_[target] * head_.gram(target, target);
        }
        return std::max(0.0, coefficients_.dot(head_.gram * coefficients_));
    }

    const SearchBlock& block_;
    const HeadGeometry& head_;
    std::size_t row_;
    std::int64_t classes_;
    const double* start_;
    std::vector<double> logits_;
    Eigen::VectorXd coefficients_;
};

}  // namespace

void searchInSpan(const SearchBlock& block, const HeadGeometry& head) {
    const auto& weight = block.field.linearHead()->weight;
    Rows coefficients(block.starts.rows(), weight.rows());
    for (std::size_t row = 0; row < block.rows.size(); ++row) {
        if (block.stop.stop_requested()) return;
        const auto at = static_cast<std::int64_t>(row);
        PathRecorder path(block.keepsPath(row) ? block.options.pathPoints : 0);
        Walk walk(block, head, row);
        walk.run(path);
        std::copy_n(walk.coefficients().data(), weight.rows(), coefficients.row(at).data());
        if (!block.keepsPath(row)) continue;
        auto& kept = block.paths[row];
        kept.step = path.steps();
        kept.points.resize(static_cast<std::int64_t>(path.points().size()), weight.cols());
        for (std::size_t i = 0; i < path.points().size(); ++i)
            kept.points.row(static_cast<std::int64_t>(i)) =
                block.starts.row(at) +
                Eigen::Map<const Eigen::RowVectorXd>(path.points()[i].data(), weight.rows()) * weight;
    }
    auto ends = block.endRows();
    ends.noalias() = coefficients * weight;
    for (std::size_t row = 0; row < block.rows.size(); ++row)
        block.rows[row].distance = ends.row(static_cast<std::int64_t>(row)).norm();
    ends += block.starts;
}

}  // namespace tessera
