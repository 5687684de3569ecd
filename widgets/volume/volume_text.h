// SPDX-License-Identifier: GPL-3.0-or-later
// What is written and drawn over a picture of a volume: axes, names of marks, the cut's handle, directions.
// Laid out for the camera of the picture, so that both always agree.
#pragma once

#include <QPainter>

#include "widgets/scenes/panel_scene.h"
#include "widgets/scenes/volume_projection.h"
#include "widgets/volume/volume_request.h"

namespace tessera {

// In points. Of very many names none is painted while the hand moves.
void paintVolumeText(QPainter& painter, const VolumeRequest& view, const QSizeF& sizePt,
                     const PanelStyle& style, bool isCutHot);
// How much of the light from a mark comes through the polygons before it, 0 to 1.
float lightFrom(const Eigen::Vector3d& pointInVolume, const VolumeRequest& view,
                const VolumeProjection& sight);

}  // namespace tessera
