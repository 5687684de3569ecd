// SPDX-License-Identifier: GPL-3.0-or-later
// A job that runs until it is told to stop.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "core/base/progress.h"
#include "core/base/result.h"

namespace tessera {

inline Result<Done> untilStopped(std::stop_token stop, Progress& progress) {
    progress.report(1200, 2500, "refining conv2");
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, stop, [] { return false; });
    return Cancelled{};
}

}  // namespace tessera
