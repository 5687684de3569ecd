// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/worker_team.h"

#include <algorithm>
#include <chrono>
#include <system_error>

namespace tessera {
namespace {

// Loops of one computation follow each other closely, and a sleeping thread takes longer to wake than the
// serial work between two of them: look for the next one so long before lying down. Longer would take the
// processor from others.
constexpr auto kWatch = std::chrono::microseconds(50);

template <typename Condition>
void watch(const Condition& isSo) {
    const auto end = std::chrono::steady_clock::now() + kWatch;
    while (!isSo() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
}

}  // namespace

WorkerTeam::WorkerTeam(int threads) {
    try {
        for (int worker = 1; worker < threads; ++worker)
            others_.emplace_back([this, worker] { wait(static_cast<std::size_t>(worker)); });
    } catch (const std::system_error&) {
        // The system allows no more threads: those there are will do.
    }
}

WorkerTeam::~WorkerTeam() {
    {
        const std::lock_guard lock(mutex_);
        leaving_ = true;
    }
    called_.notify_all();
    for (auto& other : others_) other.join();
}

void WorkerTeam::forEach(std::size_t count, const Body& body) {
    if (others_.empty() || count <= 1) {
        for (std::size_t i = 0; i < count; ++i) body(i, 0);
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        body_ = &body;
        count_ = count;
        next_ = 0;
        failed_ = false;
        failure_ = nullptr;
        open_ = true;
        ++calls_;
    }
    called_.notify_all();
    work(0);
    watch([this] { return inside_ == 0; });
    std::unique_lock lock(mutex_);
    open_ = false;
    finished_.wait(lock, [this] { return inside_ == 0; });
    if (failure_) std::rethrow_exception(failure_);
}

void WorkerTeam::wait(std::size_t worker) {
    std::size_t answered = 0;
    std::unique_lock lock(mutex_);
    while (true) {
        if (calls_ == answered && !leaving_) {
            lock.unlock();
            watch([&] { return leaving_ || calls_ != answered; });
            lock.lock();
        }
        called_.wait(lock, [&] { return leaving_ || (open_ && calls_ != answered); });
        if (leaving_) return;
        answered = calls_;
        ++inside_;
        lock.unlock();
        work(worker);
        lock.lock();
        if (--inside_ == 0) finished_.notify_one();
    }
}

void WorkerTeam::work(std::size_t worker) {
    try {
        for (std::size_t i = next_++; i < count_ && !failed_; i = next_++) (*body_)(i, worker);
    } catch (...) {
        if (!failed_.exchange(true)) failure_ = std::current_exception();
    }
}

}  // namespace tessera
