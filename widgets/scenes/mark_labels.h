// SPDX-License-Identifier: GPL-3.0-or-later
// The names of a volume's marks beside them, clear of other marks and names where there is room.
#pragma once

#include <QPainter>

#include "widgets/scenes/panel_scene.h"
#include "widgets/scenes/volume_shapes.h"

namespace tessera {

// Of marks that can be seen well enough (`markSeen` as in VolumeRaster); the nearest are placed first.
// `taken`: where other text is.
void paintMarkLabels(QPainter& painter, const VolumeDrawing& drawing, const PageShapes& shapes,
                     const std::vector<float>& markSeen, std::vector<QRectF> taken, const PanelStyle& style,
                     const QRectF& room);

}  // namespace tessera
