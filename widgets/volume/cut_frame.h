// SPDX-License-Identifier: GPL-3.0-or-later
// The cut plane that one can take hold of.
#pragma once

#include "core/geometry/volume_plane.h"
#include "widgets/volume/volume_motion.h"

namespace tessera {

QColor cutColour(const SceneTheme& theme);
// Its corners in the volume, in order round it: where it meets a box a little larger than the drawing's.
std::vector<Eigen::Vector3d> cutFrame(const VolumeDrawing& drawing, const VolumePlane& plane);
// The centroid of its area, where the handle is.
Eigen::Vector3d cutMiddle(const std::vector<Eigen::Vector3d>& frame);
// The pointer is on the frame, or on the handle in its middle. `reach`: as on the page.
bool isOnCutFrame(const std::vector<Eigen::Vector3d>& frame, const VolumeProjection& projection,
                  const QPointF& page, double reach);
// The position along its normal that the plane comes to when what was held at `from` is drawn to `to`; it
// keeps meeting the box.
double draggedCut(const VolumeDrawing& drawing, const VolumeProjection& projection, const VolumePlane& plane,
                  const QPointF& from, const QPointF& to);
// The handle in its middle: a disc with an arrow on both sides along the normal.
void paintCutHandle(QPainter& painter, const VolumeDrawing& drawing, const VolumeProjection& projection,
                    const VolumePlane& plane, const SceneTheme& theme, bool isHot);

}  // namespace tessera
