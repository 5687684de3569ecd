// SPDX-License-Identifier: GPL-3.0-or-later
// A few threads that stay for the length of one computation and share its loops, so that a loop of a hundred
// microseconds is worth sharing. The caller is one of them.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tessera {

class WorkerTeam {
  public:
    using Body = std::function<void(std::size_t index, std::size_t worker)>;

    explicit WorkerTeam(int threads);
    WorkerTeam(const WorkerTeam&) = delete;
    WorkerTeam& operator=(const WorkerTeam&) = delete;
    ~WorkerTeam();

    std::size_t size() const { return others_.size() + 1; }
    // body(index, worker) for every index in [0, count); worker < size(). Started in order, returns when all
    // are done. An exception (out of memory) of any body ends the loop and is thrown here. Not from within a
    // body.
    void forEach(std::size_t count, const Body& body);

  private:
    void wait(std::size_t worker);
    void work(std::size_t worker);

    // The loop under way. Threads that come too late for it are not waited for.
    const Body* body_ = nullptr;
    std::size_t count_ = 0;
    std::atomic<std::size_t> next_{0};
    std::atomic<bool> failed_{false};
    std::exception_ptr failure_;

    std::mutex mutex_;
    std::condition_variable called_, finished_;
    // Changed under the mutex; watched for a moment without it.
    std::atomic<std::size_t> calls_{0};   // loops begun
    std::atomic<std::size_t> inside_{0};  // others at work
    std::atomic<bool> leaving_{false};
    bool open_ = false;
    std::vector<std::thread> others_;
};

// work(i) for i in [0, count), in blocks that are worth sharing.
template <typename Work>
void forBlocks(WorkerTeam& team, std::int64_t count, std::int64_t block, const Work& work) {
    team.forEach(static_cast<std::size_t>((count + block - 1) / block), [&](std::size_t index, std::size_t) {
        const std::int64_t begin = static_cast<std::int64_t>(index) * block;
        for (std::int64_t i = begin; i < std::min(count, begin + block); ++i) work(i);
    });
}

}  // namespace tessera
