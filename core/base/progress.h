// SPDX-License-Identifier: GPL-3.0-or-later
// How long work tells how far it is. Implementations must be callable from any thread and return at once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace tessera {

class Progress {
  public:
    virtual ~Progress() = default;
    // `done` of `total` units (total 0: not known yet); `what` is a short present-tense phrase: "refining
    // conv2".
    virtual void report(std::int64_t done, std::int64_t total, std::string_view what) = 0;
    // Of work that nothing countable measures: the share of it that is done, 0 to 1.
    virtual void reportShare(double share, std::string_view what) {
        constexpr std::int64_t kWhole = 10000;
        report(static_cast<std::int64_t>(std::clamp(share, 0.0, 1.0) * kWhole), kWhole, what);
    }
    // Work of several steps says so as each begins, from 1; what is reported from then on counts within it.
    virtual void beginStep(int step, int steps, std::string_view title) {
        (void)step, (void)steps;
        report(0, 0, title);
    }
};

class NoProgress final : public Progress {
  public:
    void report(std::int64_t, std::int64_t, std::string_view) override {}
};

}  // namespace tessera
