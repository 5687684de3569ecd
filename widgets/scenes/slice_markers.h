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

// Where an anchor's name and distance go: beside it, inside the target.
struct AnchorLabel {
    QRectF rect;
    bool isLeft = false;  // of the marker, where there is no room on its right
    double middle = 0;    // between the two lines
};
AnchorLabel anchorLabel(const SliceMarker& anchor, const SliceStyle& style, const SliceMap& map,
                        const QRectF& target);

}  // namespace tessera
