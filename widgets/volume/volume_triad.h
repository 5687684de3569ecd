// SPDX-License-Identifier: GPL-3.0-or-later
// The three directions of a volume as they lie on the page, in a corner of it.
#pragma once

#include <QPainter>

#include "widgets/scenes/panel_scene.h"
#include "widgets/scenes/volume_projection.h"

namespace tessera {

// Round `at`, in points. Names are those of the axes without their units.
void paintVolumeTriad(QPainter& painter, const std::array<QString, 3>& axes, const CameraAxes& camera,
                      const QPointF& at, const PanelStyle& style);
// From its middle to the end of its text.
double volumeTriadReach(const PanelStyle& style);

}  // namespace tessera
