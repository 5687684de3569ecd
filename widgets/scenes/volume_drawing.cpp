// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_drawing.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "widgets/scenes/volume_projection.h"

namespace tessera {
namespace {

// A turn ends this far from looking along `up`, where right and left would change places.
constexpr double kMostElevation = 89.5;

}  // namespace

// The sphere round the box touches the upper and lower side of the view, as after VTK's ResetCamera.
VolumeCamera VolumeCamera::around(const Eigen::Vector3d& low, const Eigen::Vector3d& high,
                                  const Eigen::Vector3d& direction, const Eigen::Vector3d& up) {
    VolumeCamera camera;
    const Eigen::Vector3d fallback = camera.position;
    const double radius = (high - low).norm() / 2;
    camera.parallelScale = radius > 0 ? radius : 1;
    camera.focus = (low + high) / 2;
    camera.up = up;
    const Eigen::Vector3d towards = direction.norm() > 0 ? direction : fallback;
    camera.position = camera.focus + towards.normalized() * camera.parallelScale /
                                         std::sin(camera.viewAngle * std::numbers::pi / 360);
    // Only where `up` lies along the view: from above, t points up the page.
    const Eigen::Vector3d sideways = towards.normalized().cross(up);
    if (!(sideways.norm() > 1e-6 * up.norm())) camera.up = cameraAxes(camera).up;
    return camera;
}

VolumeCamera VolumeCamera::turned(double azimuthDegrees, double elevationDegrees) const {
    const double degree = std::numbers::pi / 180;
    VolumeCamera camera = *this;
    const CameraAxes before = cameraAxes(*this);
    if (!(before.ahead.cross(up).norm() > 1e-6 * up.norm())) camera.up = before.up;
    const Eigen::Vector3d pole = camera.up.normalized();
    const double now = std::asin(std::clamp(-before.ahead.dot(pole), -1.0, 1.0)) / degree;
    // A view that is beyond the limit already may turn back, not further.
    const double limit = std::max(kMostElevation, std::abs(now));
    const double raised = std::clamp(now + elevationDegrees, -limit, limit) - now;
    const Eigen::Matrix3d turn =
        (Eigen::AngleAxisd(azimuthDegrees * degree, pole) * Eigen::AngleAxisd(-raised * degree, before.right))
            .toRotationMatrix();
    camera.position = focus + turn * (position - focus);
    return camera;
}

}  // namespace tessera
