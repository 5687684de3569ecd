// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/slice_markers.h"

#include <algorithm>

#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {
constexpr double kNameScale = 0.92, kDistanceScale = 0.85;  // of the style's font size
}

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

AnchorLabel anchorLabel(const SliceMarker& anchor, const SliceStyle& style, const SliceMap& map,
                        const QRectF& target) {
    const SceneText text(style);
    const QPointF at = map.toDrawing(anchor.position);
    const double gap = style.markerPt * 1.1;
    const double width = std::max(text.width(anchor.name, kNameScale, true),
                                  text.width(offPlaneText(anchor.offPlane), kDistanceScale));
    AnchorLabel label;
    label.isLeft = at.x() + gap + width > target.right();
    label.middle = std::clamp(at.y(), target.top() + text.height(),
                              std::max(target.top() + text.height(), target.bottom() - text.height()));
    label.rect =
        QRectF(label.isLeft ? at.x() - gap - width : at.x() + gap, label.middle - text.height(kNameScale),
               width, text.height(kNameScale) + text.height(kDistanceScale));
    return label;
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
        const AnchorLabel label = anchorLabel(*marker, style, map, target);
        const Qt::Alignment side = label.isLeft ? Qt::AlignRight : Qt::AlignLeft;
        const double x = label.isLeft ? label.rect.right() : label.rect.left();
        text.drawWithHalo(painter, {x, label.middle}, side | Qt::AlignBottom, marker->name, scene.theme.ink,
                          scene.theme.halo, kNameScale, true);
        text.drawWithHalo(painter, {x, label.middle}, side | Qt::AlignTop, offPlaneText(marker->offPlane),
                          scene.theme.ink, scene.theme.halo, kDistanceScale);
    }
    painter.restore();
}

}  // namespace tessera
