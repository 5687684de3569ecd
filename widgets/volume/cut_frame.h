// SPDX-License-Identifier: GPL-3.0-or-later
// The cut plane that one can take hold of.
#pragma once

#include "widgets/volume/volume_motion.h"

namespace tessera {

QColor cutColour(const SceneTheme& theme);
// Its corners in the volume, in order round it: a little larger than the box.
std::array<Eigen::Vector3d, 4> cutFrame(const VolumeDrawing& drawing, int axis, double position);
// The pointer is on the frame, or on the handle in its middle. `reach`: as on the page.
bool isOnCutFrame(const std::array<Eigen::Vector3d, 4>& frame, const VolumeProjection& projection,
                  const QPointF& page, double reach);
// Where the plane comes to, within the box, when what was held at `from` is drawn to `to`.
double draggedCut(const VolumeDrawing& drawing, const VolumeProjection& projection, int axis, double position,
                  const QPointF& from, const QPointF& to);
// The handle in its middle: a disc with an arrow on both sides along the axis.
void paintCutHandle(QPainter& painter, const VolumeDrawing& drawing, const VolumeProjection& projection,
                    int axis, double position, const SceneTheme& theme, bool isHot);

}  // namespace tessera
