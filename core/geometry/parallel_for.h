// SPDX-License-Identifier: GPL-3.0-or-later
// A loop shared by a few threads: each takes the next index until none is left. The caller is one of them.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

namespace tessera {

// body(index, worker) for every index in [0, count); worker < threads. Started in order, returns when all are
// done. An exception (out of memory) of any body ends the loop and is thrown here.
template <typename Body>
void parallelFor(std::size_t count, int threads, Body&& body) {
    const std::size_t workers = std::min<std::size_t>(std::max(threads, 1), count);
    if (workers <= 1) {
        for (std::size_t i = 0; i < count; ++i) body(i, std::size_t{0});
        return;
    }
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::exception_ptr failure;
    const auto run = [&](std::size_t worker) {
        try {
            for (std::size_t i = next++; i < count && !failed; i = next++) body(i, worker);
        } catch (...) {
            if (!failed.exchange(true)) failure = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> others;
        for (std::size_t worker = 1; worker < workers; ++worker) others.emplace_back(run, worker);
        run(0);
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace tessera
