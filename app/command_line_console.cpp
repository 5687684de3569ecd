// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line_console.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "app/command_line.h"

namespace tessera {
namespace {

constexpr int kBarCells = 24;
constexpr std::chrono::milliseconds kBetweenDraws{50};

sigset_t interruptSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGUSR1);  // wakes the waiting thread when the guard ends
    return signals;
}

std::string asOneLine(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    std::replace(text.begin(), text.end(), '\r', ' ');
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

}  // namespace

ConsoleProgress::ConsoleProgress() : isTerminal_(isatty(STDERR_FILENO) == 1) {}

ConsoleProgress::~ConsoleProgress() {
    clear();
}

void ConsoleProgress::report(std::int64_t done, std::int64_t total, std::string_view what) {
    if (!isTerminal_) return;
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (isDrawn_ && now - last_ < kBetweenDraws) return;
    last_ = now;
    isDrawn_ = true;
    std::string line = "\r\033[K";
    if (total > 0) {
        const auto share = std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
        const auto filled = static_cast<std::size_t>(share * kBarCells);
        line += "[" + std::string(filled, '#') + std::string(kBarCells - filled, '.') + "] ";
        line += std::to_string(done) + "/" + std::to_string(total) + " ";
    } else if (done > 0) {
        line += std::to_string(done) + " ";
    }
    line += what;
    std::fputs(line.c_str(), stderr);
    std::fflush(stderr);
}

void ConsoleProgress::clear() {
    const std::lock_guard lock(mutex_);
    if (!isDrawn_) return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
    isDrawn_ = false;
}

InterruptGuard::InterruptGuard() {
    const sigset_t signals = interruptSignals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    waiter_ = std::jthread([this, signals] {
        while (true) {
            int received = 0;
            if (sigwait(&signals, &received) != 0 || received == SIGUSR1) return;
            if (stop_.stop_requested()) _exit(128 + received);
            stop_.request_stop();
        }
    });
}

InterruptGuard::~InterruptGuard() {
    pthread_kill(waiter_.native_handle(), SIGUSR1);
    waiter_.join();
    sigset_t signals = interruptSignals();
    sigdelset(&signals, SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

int failWith(const Error& error, const std::string& file) {
    std::string message = error.message;
    if (!file.empty() && message.find(file) == std::string::npos) message = file + ": " + message;
    std::fprintf(stderr, "tessera: %s\n", asOneLine(std::move(message)).c_str());
    return kExitFailed;
}

void printNote(const std::string& sentence) {
    std::fprintf(stderr, "tessera: note: %s\n", asOneLine(sentence).c_str());
}

}  // namespace tessera
