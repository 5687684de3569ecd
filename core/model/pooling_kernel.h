// SPDX-License-Identifier: GPL-3.0-or-later
// Maxima over window lists, fast where the windows lie in rows.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/geometry/piecewise_linear.h"

namespace tessera {

// The windows of one layer, as stretches in which each window is the one before moved on by `step`.
class WindowRows {
  public:
    explicit WindowRows(std::shared_ptr<const MaxWindows> windows);
    std::int32_t windows() const { return windows_->windows(); }
    // out: one value per window.
    void maxima(const double* sample, double* out) const;

  private:
    struct Stretch {
        std::int32_t window, count, step;
    };
    std::shared_ptr<const MaxWindows> windows_;
    std::vector<Stretch> stretches_;
};

}  // namespace tessera
