// SPDX-License-Identifier: GPL-3.0-or-later
// What "local-geometry" measured, by sample, and the record made of it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/record.h"
#include "core/probes/boundary_rays.h"

namespace tessera {

struct LocalRows {
    std::vector<std::int64_t> sample, label, predicted;  // label -1: none
    std::vector<double> confidence, margin, entropy;
    std::vector<double> jacobianNorm, jacobianFrobenius, marginGradient;  // empty: not asked for
    std::vector<BoundaryHit> hits;                                        // may be shorter: cancelled
    RayTargets targets;
    bool hasRays = false, toMeans = false;
    bool isNormalised = false;  // inputs are not those of the file
    std::int64_t wanted = 0;    // samples asked for
};

ResultRecord localGeometryRecord(const LocalRows& rows);

}  // namespace tessera
