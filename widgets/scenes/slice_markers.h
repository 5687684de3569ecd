// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>

#include "widgets/scenes/slice_scene.h"

namespace tessera {

// Anchors are diamonds, samples discs; both centred on `at`.
void paintMarkerShape(QPainter& painter, const QPointF& at, double size, bool isAnchor, const QColor& colour,
                      const SceneTheme& theme, double opacity);
// "0.00 off plane", "1.27 off plane".
QString offPlaneText(double offPlane);

}  // namespace tessera
