// SPDX-License-Identifier: GPL-3.0-or-later
// The slice on which the searches of several heads from one point are shown together.
#pragma once

#include <span>
#include <string>

#include "core/geometry/slice_plane.h"
#include "core/probes/head_trace.h"

namespace tessera {

// What lies in the plane beside the point, which is its (0, 0).
enum class TracePlane {
    NearestReference,  // the first head's path and its nearest reference of the target
    BoundaryNormal,    // the first head's path and its boundary normal (minimal flip); the reference where
                       // there is none, or both are one direction
    TwoHeads,          // the paths of the first two heads
};

struct LaidTracePlane {
    SlicePlane plane;           // s along the first direction; the window holds what it was laid through
    std::string first, second;  // "path of softmax 1", "nearest reference of class 7"
};
// `names` of the heads, `className` of their targets. Directions that are missing (nothing moved, no
// reference) are replaced: by the next in the list above, at last by a random one that the seed fixes.
Result<LaidTracePlane> planeOfTraces(TracePlane kind, const Shape& inputShape,
                                     const Eigen::RowVectorXd& start, std::span<const HeadTrace> traces,
                                     std::span<const std::string> names, const References& references,
                                     std::span<const std::string> classNames);

}  // namespace tessera
