// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line_console.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "app/command_line.h"

namespace tessera {
namespace {

constexpr int kBarCells = 24;
constexpr std::chrono::milliseconds kBetweenDraws{50};

// A handler may do next to nothing, so it writes to a pipe and a thread acts. Blocking the signals and
// waiting for them would not do: LibTorch's libraries start threads before main, and those would take them.
constexpr int kSignals[] = {SIGINT, SIGTERM};
constexpr char kEnd = 'e';
volatile sig_atomic_t received = 0;
int pipeEnds[2] = {-1, -1};

extern "C" void onInterrupt(int signal) {
    if (received != 0) _exit(128 + signal);
    received = 1;
    const char byte = 's';
    [[maybe_unused]] const auto count = write(pipeEnds[1], &byte, 1);
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
    std::string text;
    if (total > 0)
        text = std::to_string(done) + "/" + std::to_string(total) + " ";
    else if (done > 0)
        text = std::to_string(done) + " ";
    draw(total > 0 ? static_cast<double>(done) / static_cast<double>(total) : -1, text.append(what));
}

void ConsoleProgress::reportShare(double share, std::string_view what) {
    if (!isTerminal_) return;
    share = std::clamp(share, 0.0, 1.0);
    draw(share, (std::to_string(static_cast<int>(100 * share)) + " % ").append(what));
}

void ConsoleProgress::beginStep(int step, int steps, std::string_view title) {
    if (!isTerminal_) return;
    {
        const std::lock_guard lock(mutex_);
        step_ = std::to_string(step) + "/" + std::to_string(steps) + " ";
    }
    draw(-1, std::string(title));
}

void ConsoleProgress::draw(double share, const std::string& text) {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (isDrawn_ && now - last_ < kBetweenDraws) return;
    last_ = now;
    isDrawn_ = true;
    std::string line = "\r\033[K" + step_;
    if (share >= 0) {
        const auto filled = static_cast<std::size_t>(std::min(share, 1.0) * kBarCells);
        line += "[" + std::string(filled, '#') + std::string(kBarCells - filled, '.') + "] ";
    }
    line += text;
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
    if (pipe2(pipeEnds, O_CLOEXEC) != 0) return;  // then Ctrl-C ends the process, as it would without us
    received = 0;
    waiter_ = std::jthread([this] {
        char byte = 0;
        while (read(pipeEnds[0], &byte, 1) < 0 && errno == EINTR) {
        }
        if (byte != kEnd) stop_.request_stop();
    });
    for (const int signal : kSignals) {
        struct sigaction action = {};
        sigaction(signal, nullptr, &action);
        if (action.sa_handler == SIG_IGN) continue;  // nohup, or a job in the background: stays as it is
        action.sa_handler = onInterrupt;
        action.sa_flags = SA_RESTART;
        sigaction(signal, &action, nullptr);
    }
}

InterruptGuard::~InterruptGuard() {
    if (!waiter_.joinable()) return;
    for (const int signal : kSignals) {
        struct sigaction action = {};
        sigaction(signal, nullptr, &action);
        if (action.sa_handler != onInterrupt) continue;
        action.sa_handler = SIG_DFL;
        sigaction(signal, &action, nullptr);
    }
    [[maybe_unused]] const auto count = write(pipeEnds[1], &kEnd, 1);
    waiter_.join();
    for (int& end : pipeEnds) close(end);
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
