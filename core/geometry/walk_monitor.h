// SPDX-License-Identifier: GPL-3.0-or-later
// When to stop a walk, and how far it is: shared by all threads.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>

#include "core/base/progress.h"

namespace tessera {

// Asked by every walk every few hundred microseconds of work.
class WalkMonitor {
  public:
    WalkMonitor(std::stop_token stop, double maxSeconds, Progress& progress);
    bool mustStop();
    void halt() { halted_.store(true, std::memory_order_relaxed); }
    void tasksDone(std::int64_t done, std::int64_t total);
    bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
    bool outOfTime() const { return outOfTime_.load(std::memory_order_relaxed); }

  private:
    using Clock = std::chrono::steady_clock;
    std::stop_token stop_;
    Progress& progress_;
    Clock::time_point start_ = Clock::now();
    double maxSeconds_;
    std::atomic<bool> halted_{false}, cancelled_{false}, outOfTime_{false};
    std::atomic<std::int64_t> done_{0}, total_{0}, nextReport_{100};  // milliseconds since start
};

}  // namespace tessera
