// SPDX-License-Identifier: GPL-3.0-or-later
// Where the units of one site bend between neighbouring points of a line, along which the site's inputs are
// affine.
#pragma once

#include <cstdint>
#include <vector>

#include "core/geometry/piecewise_linear.h"

namespace tessera {

struct LineRoot {
    double s = 0;  // fraction of the way from one row to the other
    std::int32_t unit = 0;
};

class LineScan {
  public:
    // `values`: rows x inputs of the site; must outlive the scan.
    LineScan(const Site& site, const double* values, std::int64_t rows);
    bool finite() const { return finite_; }
    // Appends the bends between two rows, unordered.
    void between(std::int32_t row0, std::int32_t row1, std::vector<LineRoot>& roots) const;

  private:
    void measure();
    void scanUnits();
    void scanWindows();
    void unitsBetween(std::int32_t row0, std::int32_t row1, std::vector<LineRoot>& roots) const;
    void windowsBetween(std::int32_t row0, std::int32_t row1, std::vector<LineRoot>& roots) const;
    void envelope(std::int32_t window, const double* a, const double* b, std::vector<LineRoot>& roots) const;

    const Site& site_;
    const double* values_;
    std::int64_t rows_, width_, words_;
    bool finite_ = true;
    double scale_ = 0;                               // largest |value|
    std::vector<double> noise_;                      // per input: differences below it are rounding
    std::vector<double> windowNoise_;                // per window
    std::vector<std::vector<std::uint64_t>> above_;  // per knot: rows x words, a bit for each unit above it
    std::vector<std::vector<std::uint64_t>> bends_;  // per knot: words
    std::vector<std::int32_t> winner_;               // rows x windows: the input with the largest value
};

}  // namespace tessera
