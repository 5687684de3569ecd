// SPDX-License-Identifier: GPL-3.0-or-later
// Maxima over window lists, fast where the windows lie in rows.
#pragma once

#include <cstdint>
#include <vector>

#include "core/geometry/piecewise_linear.h"

namespace tessera {

// The windows of one layer, as stretches in which each window is the one before moved on by `step`.
class WindowRows {
  public:
    explicit WindowRows(const MaxWindows& windows);
    // out: one value per window.
    void maxima(const double* sample, double* out) const;

  private:
    struct Stretch {
        std::int32_t window, count, step;
    };
    const MaxWindows& windows_;
    std::vector<Stretch> stretches_;
};

}  // namespace tessera
