// SPDX-License-Identifier: GPL-3.0-or-later
// When a breadth-first run has to end, and the two helpers that all of its parts share.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

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

// work(i) for i in [0, count) on up to `threads` threads, in blocks. Results must not depend on the order.
template <typename Work>
void parallelFor(std::int64_t count, int threads, std::int64_t block, Work&& work) {
    const auto blocks = (count + block - 1) / block;
    const auto workers = static_cast<int>(std::min<std::int64_t>(threads, blocks));
    if (workers <= 1) {
        for (std::int64_t i = 0; i < count; ++i) work(i);
        return;
    }
    std::atomic<std::int64_t> next = 0;
    std::vector<std::exception_ptr> failures(workers);
    const auto run = [&](int worker) {
        try {
            for (std::int64_t b = next++; b < blocks; b = next++) {
                for (std::int64_t i = b * block; i < std::min(count, (b + 1) * block); ++i) work(i);
            }
        } catch (...) {
            failures[worker] = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> others;
        for (int worker = 1; worker < workers; ++worker) others.emplace_back(run, worker);
        run(0);
    }
    for (const auto& failure : failures) {
        if (failure) std::rethrow_exception(failure);
    }
}

}  // namespace tessera
