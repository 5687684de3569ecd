// SPDX-License-Identifier: GPL-3.0-or-later
// A three-dimensional slice of input space: input = origin + s*u + t*v + r*w, float64, inputs as the network
// takes them; what is computed and shown is a box in (s, t, r).
#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <string>

#include "core/base/result.h"
#include "core/base/shape.h"
#include "core/geometry/slice_plane.h"
#include "core/geometry/volume_plane.h"

namespace tessera {

struct SliceVolume {
    Shape inputShape;         // of one sample
    Eigen::VectorXd origin;   // elementCount(inputShape)
    Eigen::VectorXd u, v, w;  // same length; orthonormal when made by the functions below
    Eigen::Vector3d low = Eigen::Vector3d::Constant(-1), high = Eigen::Vector3d::Constant(1);  // the box

    Eigen::VectorXd inputFromVolume(const Eigen::Vector3d& pointInVolume) const;
    // Coordinates of the orthogonal projection onto the volume (least squares, so any independent axes will
    // do).
    Eigen::Vector3d pointInVolume(const Eigen::Ref<const Eigen::VectorXd>& input) const;
    // Euclidean distance between an input and its projection, in input units.
    double offVolumeDistance(const Eigen::Ref<const Eigen::VectorXd>& input) const;
    // The plane with its directions() as axes, from the point of it that is nearest to (0, 0, 0); its window
    // is where it meets the box (empty: it does not).
    SlicePlane cut(const VolumePlane& plane) const;
    // The plane on which one coordinate (0, 1, 2) has this value; its axes are the other two, in cyclic
    // order, and its window is the box's side.
    SlicePlane cut(int axis, double at) const { return cut(VolumePlane::across(axis, at)); }
    // A plane of inputs that lies in the volume, within 1e-6 of the box's size over its whole window; else
    // none. The largest component of its normal is positive.
    std::optional<VolumePlane> planeOf(const SlicePlane& plane) const;
};

// Through four inputs: origin is their centroid, u along second - first, v towards the third, w towards the
// fourth; the box is a cube round the centre of their extent with `margin` (fraction of it) around them.
// Inputs that lie in a plane are refused with a sentence.
Result<SliceVolume> volumeThroughSamples(const Shape& shape, std::span<const Eigen::VectorXd> anchors,
                                         double margin = 0.35);
// A plane and a third direction (made orthogonal to it): the box stands on the plane's window and reaches
// `halfDepth` to both sides of it; 0: half the window's larger side. A direction within the plane is refused.
Result<SliceVolume> volumeOverPlane(const SlicePlane& plane, const Eigen::VectorXd& direction,
                                    double halfDepth = 0);
// Checks sizes, finiteness, independence of the axes, and that the box has a volume.
Result<Done> validateVolume(const SliceVolume& volume);

}  // namespace tessera
