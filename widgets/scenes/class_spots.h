// SPDX-License-Identifier: GPL-3.0-or-later
// Which classes a picture shows, how much of it, and where each one's name has most room.
#pragma once

#include <vector>

#include "widgets/scenes/slice_scene.h"

namespace tessera {

struct ClassSpot {
    int label = 0;
    double share = 0;          // of the classified part of the picture
    Eigen::Vector2d position;  // slice coordinates
    double room = 0;           // slice length from there to another class or the edge of the picture
};

// Largest share first. Looked up on a coarse grid, so a class smaller than 1/100 of the picture's side can be
// missing.
// Names keep out of the rectangles `taken` (two opposite corners each, slice coordinates).
using SliceRect = std::pair<Eigen::Vector2d, Eigen::Vector2d>;
std::vector<ClassSpot> findClassSpots(const SliceScene& scene, const std::vector<SliceRect>& taken = {});

}  // namespace tessera
