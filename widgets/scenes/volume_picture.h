// SPDX-License-Identifier: GPL-3.0-or-later
// Paints a volume with no display: box, polygons, lines, marks and text. On pixels, and in a vector figure
// where more than PanelStyle::mostShapes polygons, lines and marks are in sight, the picture is exact by
// depth at every sample. As paths it is exact but for what volume_order.h says of circles and marks. Text is
// live in both.
#pragma once

#include <QPainter>
#include <stop_token>

#include "widgets/scenes/panel_scene.h"
#include "widgets/scenes/volume_axes.h"

namespace tessera {

struct VolumeLayout {
    VolumeProjection projection;
    VolumeAxes axes;
};
// Where the camera sees the whole box and `isFitted`, its picture is enlarged, shrunk and moved on the page,
// not turned, until it and its text fill `room`. Otherwise the room shows what VTK's window of its shape
// shows (of one higher than wide: its middle square), and text outside it is left out.
VolumeLayout layoutVolume(const VolumeDrawing& drawing, const VolumeCamera& camera, const PanelStyle& style,
                          const QRectF& room, bool isFitted, const std::stop_token& stop = {});

// Nothing outside `room` is painted. Stops half done when asked to.
void paintVolume(QPainter& painter, const VolumeDrawing& drawing, const VolumeLayout& layout,
                 const PanelStyle& style, const QRectF& room, const std::stop_token& stop);

}  // namespace tessera
