// SPDX-License-Identifier: GPL-3.0-or-later
// Squares in planes of constant t, before an eye that looks along +t; and where a point of the volume is on
// the widget, by this file's own formula.
#pragma once

#include <Eigen/Geometry>
#include <QPointF>
#include <QSize>
#include <cmath>
#include <numbers>

#include "widgets/scenes/volume_drawing.h"

namespace tessera {

struct Square {
    QString layer;
    double s, r, half, t;  // middle and half the side
    QColor colour;
    double opacity = 1;
    std::int32_t meaning = 0;
};

inline std::shared_ptr<VolumeDrawing> squares(const std::vector<Square>& all) {
    auto drawing = std::make_shared<VolumeDrawing>();
    for (const auto& square : all) {
        VolumeFaces faces;
        faces.name = square.layer;
        const double h = square.half;
        for (const auto& [s, r] : {std::pair{-h, -h}, {h, -h}, {h, h}, {-h, h}})
            faces.points.emplace_back(square.s + s, square.t, square.r + r);
        faces.faceVertices = {0, 1, 2, 3};
        faces.faceBegin = {0, 4};
        faces.colour = {square.colour.rgb()};
        faces.meaning = {square.meaning};
        faces.opacity = square.opacity;
        drawing->faces.push_back(faces);
    }
    return drawing;
}

inline VolumeCamera cameraAlongT() {
    VolumeCamera camera;
    camera.position = {0, -6, 0};
    camera.focus = {0, 0, 0};
    camera.up = {0, 0, 1};
    camera.viewAngle = 40;
    return camera;
}

// Of a camera whose `up` is at right angles to the view.
inline QPointF placeOf(const VolumeCamera& camera, const QSize& size, const Eigen::Vector3d& point) {
    const Eigen::Vector3d ahead = (camera.focus - camera.position).normalized();
    const Eigen::Vector3d right = ahead.cross(camera.up).normalized(), up = right.cross(ahead);
    const Eigen::Vector3d apart = point - camera.position;
    const double half = camera.parallel
                            ? camera.parallelScale
                            : ahead.dot(apart) * std::tan(camera.viewAngle / 2 * std::numbers::pi / 180);
    const double scale = size.height() / 2.0 / half;
    return {size.width() / 2.0 + right.dot(apart) * scale, size.height() / 2.0 - up.dot(apart) * scale};
}

}  // namespace tessera
