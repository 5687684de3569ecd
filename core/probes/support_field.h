// SPDX-License-Identifier: GPL-3.0-or-later
// The support radius rho_k(.; t) over a slice. In a plane with orthonormal axes a reference point counts by
// three numbers, its place in the plane and its distance from it, so the dimension of the space costs nothing
// per pixel and the values are those that local_support.h gives.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "core/geometry/contour.h"
#include "core/geometry/slice_plane.h"
#include "core/probes/local_support.h"

namespace tessera {

struct SupportField {
    int rows = 0, columns = 0;  // laid as in SampledField
    Eigen::Vector2d low = Eigen::Vector2d::Zero(), high = Eigen::Vector2d::Zero();
    std::int32_t ofClass = -1;
    std::vector<float> radius;  // +inf: none
    double threshold = 0;       // tau of the class; NaN: none, nothing is supported
    std::vector<ContourSegment> thresholdLine;
    // Of the sample at a place of the plane, interpolated; NaN outside.
    double radiusAt(const Eigen::Vector2d& pointInSlice) const;
};

// Over the bounding box of the plane's window, `resolution` along its longer side.
Result<std::shared_ptr<const SupportField>> supportField(const NeighbourPool& pool,
                                                         const ClassThresholds& thresholds,
                                                         const SupportOptions& options, std::int32_t ofClass,
                                                         const SlicePlane& plane, int resolution,
                                                         WorkerTeam& team, std::stop_token stop);

}  // namespace tessera
