// SPDX-License-Identifier: GPL-3.0-or-later
// How far from affine a network is along straight segments, from its exact regions there: absolute deviation,
// total variation, linear pieces and the change of slope at each crossing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/geometry/exact_line.h"

namespace tessera {

// Integral of |e| over a stretch of length dt on which e goes affinely from e0 to e1.
double absoluteIntegral(double e0, double e1, double dt);

enum class DeviationRule {
    Exact,     // length * integral of |f - g| dt, g the affine interpolation of the segment's end values
    Released,  // |d0| + t |L| in place of |d0 - t L|, as in the code released with the paper: an upper bound
};

struct SegmentMeasures {
    bool whole = false;  // the segment's end was reached; else deviation and variation are not defined (NaN)
    double covered = 0;  // fraction of the segment whose regions are known
    std::int64_t crossings = 0;
    std::int64_t pieces = 0;                // regions after merging neighbours with the same slopes
    std::vector<double> absoluteDeviation;  // per logit, logit x input units
    std::vector<double> totalVariation;     // per logit
};
// One entry per segment; `lengths` in input units.
std::vector<SegmentMeasures> segmentMeasures(const LineRegions& lines, std::span<const double> lengths,
                                             DeviationRule rule = DeviationRule::Exact);

struct SlopeChange {
    double cosine = 0;  // between the slopes of all logits on either side; NaN if one of them is zero
    double norm = 0;    // of their difference, per unit of t
};
// At a point that has a region on either side.
SlopeChange slopeChange(const LineRegions& lines, std::size_t point);
// The slopes on either side are equal to 1e-9 relative, or to rounding of the largest slope of the path.
class SlopeEquality {
  public:
    explicit SlopeEquality(const LineRegions& lines);
    bool at(std::size_t point) const;

  private:
    const LineRegions& lines_;
    double floor_ = 0;
};

}  // namespace tessera
