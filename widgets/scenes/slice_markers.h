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

// Where an anchor's name and distance go: inside the target, and clear of the other anchors and their names
// where there is room.
struct AnchorLabel {
    QRectF rect;
    Qt::Alignment side = Qt::AlignLeft;  // of the text in it: to the right of the marker, or the other way
    double middle = 0;                   // between the two lines
};
// Of the scene's anchors, in their order; without a rectangle where the anchor is outside the target.
std::vector<AnchorLabel> anchorLabels(const SliceScene& scene, const SliceStyle& style, const SliceMap& map,
                                      const QRectF& target);

}  // namespace tessera
