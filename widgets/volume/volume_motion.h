// SPDX-License-Identifier: GPL-3.0-or-later
// How a camera moves under the hand, and the rays that a pointer stands for. Page coordinates are those of
// the VolumeProjection or of `view`: any unit, y downwards.
#pragma once

#include <optional>

#include "widgets/scenes/panel_scene.h"
#include "widgets/scenes/volume_projection.h"

namespace tessera {

// Named for where the eye is: PlusS looks along -s. Isometric sees the high side of s and r, the low one of
// t.
enum class StandardView { PlusS, MinusS, PlusT, MinusT, PlusR, MinusR, Isometric };
// Eye and up turned about the focus; distance, angle and kind of projection stay.
VolumeCamera standardView(const VolumeCamera& camera, StandardView view);

// The drag by `by` takes the focal plane along.
VolumeCamera panned(const VolumeCamera& camera, const QRectF& view, const QPointF& by);
// factor > 1 comes nearer; what is seen of the focal plane at `about` stays there.
VolumeCamera zoomed(const VolumeCamera& camera, const QRectF& view, double factor, const QPointF& about);
// What is seen of the focal plane stays as large as it is.
VolumeCamera withParallel(const VolumeCamera& camera, bool parallel);
// The farthest points in 26 directions, if any point of the drawing is outside its box; else none.
std::vector<Eigen::Vector3d> outermostPoints(const VolumeDrawing& drawing);
// From the same side, so that the box, all text round it and `outermost` fill `room`. Lengths in points.
VolumeCamera fittedCamera(const VolumeDrawing& drawing, const std::vector<Eigen::Vector3d>& outermost,
                          const VolumeCamera& camera, const PanelStyle& style, const QRectF& view,
                          const QRectF& room);

struct VolumeRay {
    Eigen::Vector3d origin, direction;  // of length 1
};
VolumeRay rayThrough(const VolumeProjection& projection, const QPointF& page);

// Where on the line origin + x along (length 1) the ray passes nearest; nothing where it looks along the
// line.
std::optional<double> nearestOnLine(const VolumeRay& ray, const Eigen::Vector3d& origin,
                                    const Eigen::Vector3d& along);

}  // namespace tessera
