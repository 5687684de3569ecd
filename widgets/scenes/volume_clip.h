// SPDX-License-Identifier: GPL-3.0-or-later
// A drawing without what lies on one side of a plane.
#pragma once

#include "core/geometry/volume_plane.h"
#include "widgets/scenes/volume_drawing.h"

namespace tessera {

// The eye's side of a plane: +1 or -1.
double eyeSide(const VolumePlane& plane, const VolumeCamera& camera);
// Of a plane polygon the part within a box, in order round it; empty: none.
std::vector<Eigen::Vector3d> polygonInBox(std::vector<Eigen::Vector3d> corners, const Eigen::Vector3d& low,
                                          const Eigen::Vector3d& high);
// Keeps what lies on the plane or on the side where `side` (+1 or -1) times the distance is positive. The
// box stays whole.
VolumeDrawing clipped(const VolumeDrawing& drawing, const VolumePlane& plane, double side);

}  // namespace tessera
