// SPDX-License-Identifier: GPL-3.0-or-later
// Batches as long as a cancel may wait: large enough for throughput, short enough to stop within 100 ms.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace tessera {

class BatchPace {
  public:
    // `bytesPerSample` bounds the batch by memory as well; `first` is for samples that may be slow one by
    // one.
    explicit BatchPace(std::int64_t bytesPerSample, std::int64_t first = kFirst)
        : most_(std::clamp<std::int64_t>(kBudgetBytes / std::max<std::int64_t>(1, bytesPerSample), 1, kMost)),
          next_(std::min(first, most_)) {}
    std::int64_t next() const { return next_; }
    void begin() { begin_ = Clock::now(); }
    // After `count` samples took the time since begin().
    void end(std::int64_t count) {
        const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
        const double fitting = static_cast<double>(count) * kSeconds / std::max(seconds, 1e-6);
        // At most fourfold at a time: the first batches carry set-up costs.
        next_ = std::clamp<std::int64_t>(
            static_cast<std::int64_t>(std::min(fitting, 4.0 * static_cast<double>(next_))), 1, most_);
    }

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr double kSeconds = 0.04;
    static constexpr std::int64_t kFirst = 16, kMost = 8192, kBudgetBytes = 64ll << 20;
    std::int64_t most_, next_;
    Clock::time_point begin_;
};

}  // namespace tessera
