// SPDX-License-Identifier: GPL-3.0-or-later
// Finds what a ray meets first among the polygons of a drawing. Built in a worker (a tree of boxes, about
// 40 ms for 100,000 polygons); a question takes microseconds, so that hovering needs no worker.
#pragma once

#include <Eigen/Geometry>
#include <functional>
#include <optional>

#include "widgets/volume/volume_motion.h"

namespace tessera {

struct VolumeHit {
    std::int32_t layer = 0, face = 0;  // of VolumeDrawing::faces
    double distance = 0;               // along the ray, volume units
    Eigen::Vector3d point;             // in the volume
};

class VolumePicker {
  public:
    explicit VolumePicker(std::shared_ptr<const VolumeDrawing> drawing);

    // The nearest hit that `accepts`; those in the plane of the ray are not met.
    std::optional<VolumeHit> nearest(const VolumeRay& ray,
                                     const std::function<bool(const VolumeHit&)>& accepts) const;

  private:
    struct Face {
        std::int32_t layer, face;
    };
    struct Node {
        Eigen::Vector3f low, high;
        std::int32_t begin = 0,
                     count = 0;  // count > 0: a leaf with these faces; else children begin, begin + 1
    };
    void split(std::size_t node, const std::vector<Eigen::AlignedBox3d>& boxes,
               std::vector<std::int32_t>& order);

    std::shared_ptr<const VolumeDrawing> drawing_;
    std::vector<Face> faces_;
    std::vector<Node> nodes_;
};

}  // namespace tessera
