// SPDX-License-Identifier: GPL-3.0-or-later
// The samples of the data that lie nearest to a plane.
#pragma once

#include "widgets/scenes/slice_scene.h"
#include "widgets/views/slice_recipe.h"

namespace tessera {

struct NearbySamples {
    std::vector<SliceMarker> markers;  // nearest first; anchors left out
    std::int64_t searched = 0, of = 0;
};

inline constexpr std::int64_t kMostSearched = 10'000;
inline constexpr std::size_t kMostNearby = 2'000;

Result<NearbySamples> findNearbySamples(const PlaneSource& source, const SlicePlane& plane,
                                        std::stop_token stop, Progress& progress);

// Of those, the nearest `most` within the rectangle; more if they lie in the plane itself.
std::vector<SliceMarker> nearestWithin(const std::vector<SliceMarker>& markers, const Eigen::Vector2d& low,
                                       const Eigen::Vector2d& high, std::size_t most);

}  // namespace tessera
