// SPDX-License-Identifier: GPL-3.0-or-later
// When a breadth-first run has to end.
#pragma once

#include <atomic>
#include <chrono>
#include <stop_token>
#include <utility>

#include "core/geometry/arrangement_assembly.h"

namespace tessera {

// Asked from every thread of a run; once true, stays true.
class RunControl {
  public:
    RunControl(std::stop_token stop, const ArrangementBudget& budget)
        : stop_(std::move(stop)), maxSeconds_(budget.maxSeconds), start_(std::chrono::steady_clock::now()) {}
    bool shouldStop() {
        if (cancelled_ || timedOut_) return true;
        if (stop_.stop_requested())
            cancelled_ = true;
        else if (maxSeconds_ > 0 && seconds() >= maxSeconds_)
            timedOut_ = true;
        return cancelled_ || timedOut_;
    }
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }
    bool cancelled() const { return cancelled_; }
    double maxSeconds() const { return maxSeconds_; }

  private:
    std::stop_token stop_;
    double maxSeconds_;
    std::chrono::steady_clock::time_point start_;
    std::atomic<bool> cancelled_ = false, timedOut_ = false;
};

}  // namespace tessera
