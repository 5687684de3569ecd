// SPDX-License-Identifier: GPL-3.0-or-later
// The terminal side of a command: progress on standard error, Ctrl-C as a stop token, one line for a failure.
#pragma once

#include <chrono>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "core/base/progress.h"
#include "core/base/result.h"

namespace tessera {

// A bar on a terminal, nothing at all otherwise.
class ConsoleProgress final : public Progress {
  public:
    ConsoleProgress();
    ~ConsoleProgress() override;
    void report(std::int64_t done, std::int64_t total, std::string_view what) override;
    void reportShare(double share, std::string_view what) override;
    void beginStep(int step, int steps, std::string_view title) override;
    void clear();  // before anything else is written to the terminal

  private:
    void draw(double share, const std::string& text);  // share < 0: not known
    const bool isTerminal_;
    std::string step_;  // "2/3 "
    std::mutex mutex_;
    std::chrono::steady_clock::time_point last_;
    bool isDrawn_ = false;
};

// Turns SIGINT and SIGTERM into a stop request for as long as it lives; a second signal ends the process at
// once. One at a time.
class InterruptGuard {
  public:
    InterruptGuard();
    ~InterruptGuard();
    std::stop_token token() const { return stop_.get_token(); }
    bool wasInterrupted() const { return stop_.stop_requested(); }

  private:
    std::stop_source stop_;
    std::jthread waiter_;
};

// "tessera: message" on standard error, as one line; names `file` if the message does not. Returns
// kExitFailed.
int failWith(const Error& error, const std::string& file);
void printNote(const std::string& sentence);

}  // namespace tessera
