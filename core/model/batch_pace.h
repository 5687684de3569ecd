// SPDX-License-Identifier: GPL-3.0-or-later
// Batches as long as a cancel may wait: large enough for throughput, short enough to stop within 100 ms. Of
// whole tiles (Model::tileRows), so that the clock that sizes them leaves no mark on the numbers.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "core/model/model.h"

namespace tessera {

class BatchPace {
  public:
    // `bytesPerSample` bounds the batch by memory as well.
    BatchPace(std::int64_t bytesPerSample, const Model& model)
        : tile_(model.tileRows()),
          most_(whole(
              std::clamp<std::int64_t>(kBudgetBytes / std::max<std::int64_t>(1, bytesPerSample), 1, kMost))),
          next_(std::min(tile_ * computeThreads(), most_)) {}
    std::int64_t next() const { return next_; }
    void begin() { begin_ = Clock::now(); }
    // After `count` samples took the time since begin().
    void end(std::int64_t count) {
        const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
        const double fitting = static_cast<double>(count) * kSeconds / std::max(seconds, 1e-6);
        // At most fourfold at a time: the first batches carry set-up costs.
        next_ = std::min(
            whole(static_cast<std::int64_t>(std::min(fitting, 4.0 * static_cast<double>(next_)))), most_);
    }

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr double kSeconds = 0.04;
    static constexpr std::int64_t kMost = 8192, kBudgetBytes = 64ll << 20;
    std::int64_t whole(std::int64_t rows) const { return std::max(tile_, rows / tile_ * tile_); }
    std::int64_t tile_, most_, next_;
    Clock::time_point begin_;
};

}  // namespace tessera
