// SPDX-License-Identifier: GPL-3.0-or-later
// From the coordinates of a volume to the page and back, by VTK's convention for position, focal point, view
// up, view angle and parallel scale, so that a figure shows what the window shows.
#pragma once

#include <QRectF>

#include "widgets/scenes/volume_drawing.h"

namespace tessera {

// Right-handed and orthonormal: right x up = -ahead. Where `up` lies along the view, another axis takes its
// place (t, or r for a view along t); where eye and focus are one point, the view is along +t.
struct CameraAxes {
    Eigen::Vector3d right, up, ahead;
};
CameraAxes cameraAxes(const VolumeCamera& camera);

class VolumeProjection {
  public:
    // `view` (points) is VTK's viewport: its height shows the view angle, or twice the parallel scale.
    VolumeProjection(const VolumeCamera& camera, const QRectF& view);

    // (right, up, ahead) of the eye, in volume units.
    Eigen::Vector3d eyeFromVolume(const Eigen::Vector3d& pointInVolume) const {
        const Eigen::Vector3d apart = pointInVolume - eye_;
        return {axes_.right.dot(apart), axes_.up.dot(apart), axes_.ahead.dot(apart)};
    }
    // (x, y, depth): points, y downwards; depth is the distance from the eye along the view, in volume units.
    // Of a perspective view only for what is ahead of the eye.
    Eigen::Vector3d pageFromEye(const Eigen::Vector3d& pointInEye) const {
        const double scale = pointsPerUnit(pointInEye.z());
        return {centre_.x() + pointInEye.x() * scale, centre_.y() - pointInEye.y() * scale, pointInEye.z()};
    }
    Eigen::Vector3d pageFromVolume(const Eigen::Vector3d& pointInVolume) const {
        return pageFromEye(eyeFromVolume(pointInVolume));
    }
    Eigen::Vector3d volumeFromPage(const Eigen::Vector3d& pointOnPage) const;

    // Depth on a scale on which planes are affine over the page; it grows with depth.
    double keyFromDepth(double depth) const { return parallel_ ? depth : -1 / depth; }
    // (a, b, c) with key = a x + b y + c on the page, of the plane normal . p = offset in the eye's
    // coordinates; not of a plane through the eye (parallel: along the view).
    Eigen::Vector3d keyOfPlane(const Eigen::Vector3d& normalInEye, double offset) const;

    double pointsPerUnit(double depth) const { return parallel_ ? scale_ : scale_ / depth; }
    bool isParallel() const { return parallel_; }
    double nearest() const { return nearest_; }  // depth before which nothing is drawn
    const Eigen::Vector3d& eye() const { return eye_; }
    const CameraAxes& axes() const { return axes_; }

  private:
    CameraAxes axes_;
    Eigen::Vector3d eye_;
    Eigen::Vector2d centre_;
    bool parallel_;
    double scale_;  // points per unit; of a perspective view at depth 1
    double nearest_;
};

}  // namespace tessera
