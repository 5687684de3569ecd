// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/parallel_rows.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/model/model.h"

namespace tessera {

namespace {

std::atomic<int> threadCount{static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))};

// Once per thread: LibTorch's operations stay on the thread that calls them.
void stayOnThisThread() {
    thread_local const bool settled = [] {
        at::set_num_threads(1);
        return true;
    }();
    (void)settled;
    static std::once_flag blas;
    std::call_once(blas, [] {
        using SetThreads = void (*)(int);
        if (const auto set = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads")))
            set(1);
    });
}

}  // namespace

void setComputeThreads(int threads) {
    threadCount = std::max(1, threads);
    stayOnThisThread();
}

int computeThreads() {
    return threadCount;
}

std::int64_t rowParts(std::int64_t count, std::int64_t grain) {
    return std::clamp<std::int64_t>(count / std::max<std::int64_t>(1, grain), 1, threadCount);
}

void parallelRows(std::int64_t count, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& work) {
    if (count <= 0) return;
    const std::int64_t parts = rowParts(count, grain);
    std::exception_ptr failure;
    std::mutex guard;
    const auto part = [&](std::int64_t i) {
        try {
            stayOnThisThread();
            const std::int64_t first = count * i / parts, last = count * (i + 1) / parts;
            work(first, last - first);
        } catch (...) {
            const std::lock_guard lock(guard);
            if (!failure) failure = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::int64_t i = 1; i < parts; ++i) threads.emplace_back(part, i);
        part(0);
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace tessera
