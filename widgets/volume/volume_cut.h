// SPDX-License-Identifier: GPL-3.0-or-later
// The cut plane of a picture: where it is, and what it does.
#pragma once

#include "widgets/scenes/volume_clip.h"

namespace tessera {

struct VolumeCut {
    VolumePlane plane;
    bool isVisible = false;  // its frame is drawn
    bool clips = false;      // what lies on the eye's side is hidden
    bool operator==(const VolumeCut&) const = default;

    bool hides(const Eigen::Vector3d& pointInVolume, const VolumeCamera& camera) const {
        return clips && plane.distance(pointInVolume) * eyeSide(plane, camera) > 0;
    }
};

}  // namespace tessera
