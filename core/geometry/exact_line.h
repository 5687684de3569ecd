// SPDX-License-Identifier: GPL-3.0-or-later
// Exact linear regions along straight segments: refine the segments one activation site at a time, evaluating
// the network only at the points found so far (it is affine between neighbours, so their signs decide which
// units bend in between). All segments go through the network together, in chunks along the path.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/geometry/site_network.h"

namespace tessera {

// In the coordinates of the network's points.
struct LineSegment {
    Eigen::Vector2d from, to;
};

struct LinePoint {
    std::int32_t segment = 0;
    double t = 0;            // fraction of the segment, 0 to 1
    std::int32_t site = -1;  // what bends here: index into SiteNetwork::sites(); -1: an end of the segment
    std::int32_t unit = -1;  // unit or max window of that site; the first of those that bend together
    bool operator==(const LinePoint&) const = default;
};

// In path order. A region lies between two neighbouring points of one segment; what belongs to a region is
// kept at the index of the point where it begins.
struct LineRegions {
    std::int32_t outputs = 0;
    std::vector<LinePoint> points;
    std::vector<double> logits;              // points x outputs
    std::vector<double> slopes;              // points x outputs: d logits / dt in the region
    std::vector<std::uint64_t> patternHash;  // of the region (piecewise_linear.h)
    double tolerance = 0;
    // Largest |network at the middle of a region - mean of its ends|, over all logits and regions.
    double maxInterpolationError = 0;
    std::int64_t patternRepeats = 0;  // neighbouring regions with the same pattern at their middles: expect 0
    std::int64_t pointsEvaluated = 0;  // by whole passes of the network
    bool complete = true;
    std::string stopReason;  // "crossing budget of 1000 reached", "cancelled"

    bool regionBeginsAt(std::size_t point) const {
        return point + 1 < points.size() && points[point + 1].segment == points[point].segment;
    }
    std::int64_t crossings() const;
    std::int64_t regions() const;
};

struct LineOptions {
    double tolerance = 1e-12;        // in t: crossings closer than this are one
    std::int64_t maxCrossings = 0;   // 0: no limit
    std::int64_t maxChunkBytes = 0;  // of live values; 0: the standard
    int threads = 1;                 // the result does not depend on it
};

// A stop request or the budget leaves the regions found so far, from the start of the path, all of them
// exact; a stop before the first region is Cancelled.
Result<LineRegions> exactLineRegions(const SiteNetwork& network, std::span<const LineSegment> segments,
                                     const LineOptions& options, std::stop_token stop, Progress& progress);

}  // namespace tessera
