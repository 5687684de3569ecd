// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_projection.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace tessera {
namespace {

constexpr double kNearest = 1e-3;    // of the distance between eye and focus
constexpr double kAlongView = 1e-6;  // sine of the angle below which `up` says nothing

}  // namespace

CameraAxes cameraAxes(const VolumeCamera& camera) {
    CameraAxes axes;
    const Eigen::Vector3d ahead = camera.focus - camera.position;
    axes.ahead = ahead.norm() > 0 && ahead.allFinite() ? Eigen::Vector3d(ahead.normalized())
                                                       : Eigen::Vector3d::UnitY();
    for (const Eigen::Vector3d& up :
         {camera.up, Eigen::Vector3d(Eigen::Vector3d::UnitY()), Eigen::Vector3d(Eigen::Vector3d::UnitZ())}) {
        axes.right = axes.ahead.cross(up);
        if (axes.right.norm() > kAlongView * up.norm()) break;  // false of a zero `up`
    }
    axes.right.normalize();
    axes.up = axes.right.cross(axes.ahead);
    return axes;
}

VolumeProjection::VolumeProjection(const VolumeCamera& camera, const QRectF& view)
    : axes_(cameraAxes(camera)),
      eye_(camera.position),
      centre_(view.center().x(), view.center().y()),
      parallel_(camera.parallel) {
    const double halfHeight =
        parallel_ ? camera.parallelScale : std::tan(camera.viewAngle * std::numbers::pi / 360);
    scale_ = view.height() / 2 / std::max(halfHeight, 1e-300);
    nearest_ = kNearest * std::max((camera.focus - camera.position).norm(), 1e-300);
}

Eigen::Vector3d VolumeProjection::volumeFromPage(const Eigen::Vector3d& pointOnPage) const {
    const double scale = pointsPerUnit(pointOnPage.z());
    return eye_ + axes_.right * ((pointOnPage.x() - centre_.x()) / scale) +
           axes_.up * ((centre_.y() - pointOnPage.y()) / scale) + axes_.ahead * pointOnPage.z();
}

Eigen::Vector3d VolumeProjection::keyOfPlane(const Eigen::Vector3d& normal, double offset) const {
    // right and up of a point are (x - cx) / scale and (cy - y) / scale, times the depth in perspective.
    const double a = normal.x() / scale_, b = -normal.y() / scale_;
    const double c = -a * centre_.x() - b * centre_.y();
    if (parallel_) return Eigen::Vector3d(-a, -b, offset - c) / normal.z();
    return Eigen::Vector3d(a, b, c + normal.z()) / -offset;
}

}  // namespace tessera
