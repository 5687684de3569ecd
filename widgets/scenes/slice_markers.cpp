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

std::vector<AnchorLabel> anchorLabels(const SliceScene& scene, const SliceStyle& style, const SliceMap& map,
                                      const QRectF& target) {
    const SceneText text(style);
    const double gap = style.markerPt * 1.1, upper = text.height(kNameScale),
                 height = upper + text.height(kDistanceScale);
    std::vector<QRectF> taken;  // by diamonds, then by labels
    for (const auto& marker : scene.markers) {
        if (!marker.isAnchor) continue;
        const QPointF at = map.toDrawing(marker.position),
                      reach(style.markerPt * 0.85, style.markerPt * 0.85);
        taken.emplace_back(at - reach, at + reach);
    }
    std::vector<AnchorLabel> labels;
    for (const auto& anchor : scene.markers) {
        if (!anchor.isAnchor) continue;
        const QPointF at = map.toDrawing(anchor.position);
        if (!target.contains(at)) {
            labels.emplace_back();
            continue;
        }
        const double width = std::max(text.width(anchor.name, kNameScale, true),
                                      text.width(offPlaneText(anchor.offPlane), kDistanceScale));
        const auto place = [&](Qt::Alignment side, double left, double middle) {
            // A line too high or too low is moved in.
            const double least = target.top() + upper, most = target.bottom() - (height - upper);
            middle = std::clamp(middle, least, std::max(least, most));
            return AnchorLabel{QRectF(left, middle - upper, width, height), side, middle};
        };
        // Clear of a label beside an anchor of the same height.
        const double apart = 0.2 * height;
        const double above = at.y() - std::max(gap, upper + apart) - (height - upper),
                     below = at.y() + std::max(gap, height - upper + apart) + upper;
        const AnchorLabel right = place(Qt::AlignLeft, at.x() + gap, at.y()),
                          left = place(Qt::AlignRight, at.x() - gap - width, at.y());
        const AnchorLabel choices[] = {right,
                                       left,
                                       place(Qt::AlignHCenter, at.x() - width / 2, above),
                                       place(Qt::AlignHCenter, at.x() - width / 2, below),
                                       place(Qt::AlignLeft, at.x() + gap, above),
                                       place(Qt::AlignLeft, at.x() + gap, below),
                                       place(Qt::AlignRight, at.x() - gap - width, above),
                                       place(Qt::AlignRight, at.x() - gap - width, below)};
        const auto isInside = [&](const AnchorLabel& label) {
            return label.rect.left() >= target.left() && label.rect.right() <= target.right();
        };
        const auto isFree = [&](const AnchorLabel& label) {
            return isInside(label) && std::none_of(taken.begin(), taken.end(), [&](const QRectF& other) {
                       return label.rect.intersects(other);
                   });
        };
        const auto* free = std::find_if(std::begin(choices), std::end(choices), isFree);
        labels.push_back(free != std::end(choices) ? *free : isInside(right) ? right : left);
        taken.push_back(labels.back().rect);
    }
    return labels;
}

void paintMarkers(QPainter& painter, const SliceScene& scene, const SliceStyle& style, const SliceMap& map,
                  const QRectF& target, MarkerKind kind) {
    const bool anchors = kind == MarkerKind::Anchors;
    double farthest = 0;
    for (const auto& marker : scene.markers)
        if (!marker.isAnchor) farthest = std::max(farthest, marker.offPlane);
    const SceneText text(style);
    const auto labels = anchors ? anchorLabels(scene, style, map, target) : std::vector<AnchorLabel>();
    auto label = labels.rbegin();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (auto marker = scene.markers.rbegin(); marker != scene.markers.rend();
         ++marker) {  // nearest come first in the list, on top here
        if (marker->isAnchor != anchors) continue;
        const QPointF at = map.toDrawing(marker->position);
        const AnchorLabel* const beside = anchors ? &*label++ : nullptr;
        if (!target.contains(at)) continue;
        const double nearness = anchors || farthest <= 0 ? 1 : 1 - marker->offPlane / farthest;
        paintMarkerShape(painter, at, style.markerPt * (anchors ? 1.25 : 0.5 + 0.5 * nearness), anchors,
                         classColour(marker->label, scene.classCount), scene.theme, 0.35 + 0.65 * nearness);
        if (!beside) continue;
        const double x = beside->side & Qt::AlignLeft    ? beside->rect.left()
                         : beside->side & Qt::AlignRight ? beside->rect.right()
                                                         : beside->rect.center().x();
        text.drawWithHalo(painter, {x, beside->middle}, beside->side | Qt::AlignBottom, marker->name,
                          scene.theme.ink, scene.theme.halo, kNameScale, true);
        text.drawWithHalo(painter, {x, beside->middle}, beside->side | Qt::AlignTop,
                          offPlaneText(marker->offPlane), scene.theme.ink, scene.theme.halo, kDistanceScale);
    }
    painter.restore();
}

}  // namespace tessera
