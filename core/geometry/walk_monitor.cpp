// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/walk_monitor.h"

#include <utility>

namespace tessera {

WalkMonitor::WalkMonitor(std::stop_token stop, double maxSeconds, Progress& progress)
    : stop_(std::move(stop)), progress_(progress), maxSeconds_(maxSeconds) {}

bool WalkMonitor::mustStop() {
    if (halted_.load(std::memory_order_relaxed)) return true;
    if (stop_.stop_requested()) {
        cancelled_.store(true, std::memory_order_relaxed);
        halt();
        return true;
    }
    const auto elapsed = Clock::now() - start_;
    if (maxSeconds_ > 0 && std::chrono::duration<double>(elapsed).count() > maxSeconds_) {
        outOfTime_.store(true, std::memory_order_relaxed);
        halt();
        return true;
    }
    const std::int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count();
    std::int64_t due = nextReport_.load(std::memory_order_relaxed);
    if (now >= due && nextReport_.compare_exchange_strong(due, now + 100, std::memory_order_relaxed)) {
        progress_.report(done_.load(std::memory_order_relaxed), total_.load(std::memory_order_relaxed),
                         "cutting regions");
    }
    return false;
}

void WalkMonitor::tasksDone(std::int64_t done, std::int64_t total) {
    done_.store(done, std::memory_order_relaxed);
    total_.store(total, std::memory_order_relaxed);
}

}  // namespace tessera
