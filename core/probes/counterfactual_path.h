// SPDX-License-Identifier: GPL-3.0-or-later
// One search path while it is walked, thinned as it grows: its length is not known before its end.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tessera {

class PathRecorder {
  public:
    // `points` in the end, at least two; 0: nothing is kept.
    explicit PathRecorder(int points)
        : wanted_(points == 0 ? 0 : static_cast<std::size_t>(points < 2 ? 2 : points)) {}

    void add(std::int32_t step, std::span<const double> point) {
        if (wanted_ == 0 || step % stride_ != 0) return;
        keep(step, point);
        if (steps_.size() <= 2 * wanted_) return;
        for (std::size_t i = 1; 2 * i < steps_.size(); ++i)
            steps_[i] = steps_[2 * i], points_[i].swap(points_[2 * i]);
        steps_.resize((steps_.size() + 1) / 2), points_.resize(steps_.size());
        stride_ *= 2;
    }
    void finish(std::int32_t step, std::span<const double> point) {
        if (wanted_ == 0) return;
        if (steps_.empty() || steps_.back() != step) keep(step, point);
        if (steps_.size() <= wanted_) return;
        // Evenly spread, the first and the last among them; i * (size - 1) / (wanted - 1) grows by more
        // than 1.
        for (std::size_t i = 0; i < wanted_; ++i) {
            const auto from = (i * (steps_.size() - 1) + (wanted_ - 1) / 2) / (wanted_ - 1);
            steps_[i] = steps_[from], points_[i].swap(points_[from]);
        }
        steps_.resize(wanted_), points_.resize(wanted_);
    }
    const std::vector<std::int32_t>& steps() const { return steps_; }
    const std::vector<std::vector<double>>& points() const { return points_; }

  private:
    void keep(std::int32_t step, std::span<const double> point) {
        steps_.push_back(step);
        points_.emplace_back(point.begin(), point.end());
    }
    std::size_t wanted_;
    std::int32_t stride_ = 1;
    std::vector<std::int32_t> steps_;
    std::vector<std::vector<double>> points_;
};

}  // namespace tessera
