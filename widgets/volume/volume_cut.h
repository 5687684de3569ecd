// SPDX-License-Identifier: GPL-3.0-or-later
// The cut plane of a picture: where it is, and what it does.
#pragma once

#include "core/geometry/volume_plane.h"
#include "widgets/scenes/volume_projection.h"

namespace tessera {

struct VolumeCut {
    VolumePlane plane;
    bool isVisible = false;  // its frame is drawn
    bool clips = false;      // what lies on the eye's side is hidden
    bool operator==(const VolumeCut&) const = default;

    // The eye's side of the plane: +1 where its normal points.
    double eyeSide(const VolumeCamera& camera) const {
        const double side = camera.parallel ? plane.normal.dot(camera.position - camera.focus)
                                            : plane.distance(camera.position);
        return side < 0 ? -1 : 1;
    }
    bool hides(const Eigen::Vector3d& pointInVolume, const VolumeCamera& camera) const {
        return clips && plane.distance(pointInVolume) * eyeSide(camera) > 0;
    }
};

}  // namespace tessera
