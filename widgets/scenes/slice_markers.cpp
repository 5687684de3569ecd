// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/slice_markers.h"

#include <algorithm>

#include "widgets/scenes/scene_text.h"

namespace tessera {

void paintMarkerShape(QPainter& painter, const QPointF& at, double size, bool isAnchor, const QColor& colour,
                      const SceneTheme& theme, double opacity) {
    const double r = size / 2 * (isAnchor ? 1.35 : 1);
    QColor fill = colour, line = theme.dark ? QColor(10, 10, 14) : QColor(10, 10, 14), halo(255, 255, 255);
    fill.setAlphaF(static_cast<float>(opacity));
    line.setAlphaF(static_cast<float>(opacity));
    halo.setAlphaF(static_cast<float>(0.9 * opacity));
    const double lineWidth = size * 0.13;
    const auto shape = [&](double radius) {
        if (isAnchor) {
            const QPointF corners[] = {at + QPointF(0, -radius), at + QPointF(radius, 0),
                                       at + QPointF(0, radius), at + QPointF(-radius, 0)};
            painter.drawPolygon(corners, 4);
        } else {
            painter.drawEllipse(at, radius, radius);
        }
    };
    painter.setPen(QPen(halo, lineWidth * 2.6, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.setBrush(Qt::NoBrush);
    shape(r);
    painter.setPen(QPen(line, lineWidth, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.setBrush(fill);
    shape(r);
}

QString offPlaneText(double offPlane) {
    return QStringLiteral("%1 off plane")
        .arg(offPlane < 0.005 ? QStringLiteral("0.00")
             : offPlane < 100 ? QString::number(offPlane, 'f', 2)
                              : shortNumber(offPlane));
}

void paintMarkers(QPainter& painter, const SliceScene& scene, const SliceStyle& style, const SliceMap& map,
                  const QRectF& target, MarkerKind kind) {
    const bool anchors = kind == MarkerKind::Anchors;
    double farthest = 0;
    for (const auto& marker : scene.markers)
        if (!marker.isAnchor) farthest = std::max(farthest, marker.offPlane);
    const SceneText text(style);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (auto marker = scene.markers.rbegin(); marker != scene.markers.rend();
         ++marker) {  // nearest come first in the list, on top here
        const QPointF at = map.toDrawing(marker->position);
        if (marker->isAnchor != anchors || !target.contains(at)) continue;
        const double nearness = anchors || farthest <= 0 ? 1 : 1 - marker->offPlane / farthest;
        paintMarkerShape(painter, at, style.markerPt * (anchors ? 1.25 : 0.5 + 0.5 * nearness), anchors,
                         classColour(marker->label, scene.classCount), scene.theme, 0.35 + 0.65 * nearness);
        if (!anchors) continue;
        const double gap = style.markerPt * 1.1;
        const QString distance = offPlaneText(marker->offPlane);
        const bool flip =
            at.x() + gap + std::max(text.width(marker->name, 0.92, true), text.width(distance, 0.85)) >
            target.right();
        const Qt::Alignment side = flip ? Qt::AlignRight : Qt::AlignLeft;
        const double x = flip ? at.x() - gap : at.x() + gap;
        const double up = std::clamp(at.y(), target.top() + text.height(), target.bottom() - text.height());
        text.drawWithHalo(painter, {x, up}, side | Qt::AlignBottom, marker->name, scene.theme.ink,
                          scene.theme.halo, 0.92, true);
        text.drawWithHalo(painter, {x, up}, side | Qt::AlignTop, distance, scene.theme.ink, scene.theme.halo,
                          0.85);
    }
    painter.restore();
}

}  // namespace tessera
