// SPDX-License-Identifier: GPL-3.0-or-later
// How long work tells how far it is. Implementations must be callable from any thread and return at once.
#pragma once

#include <cstdint>
#include <string_view>

namespace tessera {

class Progress {
  public:
    virtual ~Progress() = default;
    // `done` of `total` units (total 0: not known yet); `what` is a short present-tense phrase: "refining
    // conv2".
    virtual void report(std::int64_t done, std::int64_t total, std::string_view what) = 0;
};

class NoProgress final : public Progress {
  public:
    void report(std::int64_t, std::int64_t, std::string_view) override {}
};

}  // namespace tessera
