// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/mark_labels.h"

#include <algorithm>
#include <numeric>

#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {
constexpr float kLeastSeen = 0.25f;  // of the light from a mark, for it to be named
}

void paintMarkLabels(QPainter& painter, const VolumeDrawing& drawing, const PageShapes& shapes,
                     const std::vector<float>& markSeen, std::vector<QRectF> taken, const PanelStyle& style,
                     const QRectF& room) {
    if (markSeen.size() != shapes.marks.size()) return;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < shapes.marks.size(); ++i) {
        if (markSeen[i] < kLeastSeen) continue;
        order.push_back(i);
        const auto& mark = shapes.marks[i];
        const double r = mark.radius;
        taken.emplace_back(mark.at.x() - r, mark.at.y() - r, 2 * r, 2 * r);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return shapes.marks[a].key < shapes.marks[b].key; });
    const SceneText text(style);
    for (const auto i : order) {
        const auto& mark = shapes.marks[i];
        const auto& labels = drawing.marks[static_cast<std::size_t>(mark.layer)].labels;
        const auto at = static_cast<std::size_t>(mark.mark);
        if (at >= labels.size() || labels[at].isEmpty()) continue;
        const QSizeF size(text.width(labels[at], 1, true), text.height());
        const double gap = mark.radius + style.fontPt * 0.3;
        const double dx = gap + size.width() / 2, dy = gap + size.height() / 2;
        const QPointF centre(mark.at.x(), mark.at.y());
        const QPointF places[] = {{dx, 0},         {-dx, 0},       {0, -dy},         {0, dy},
                                  {dx, -dy * 0.8}, {dx, dy * 0.8}, {-dx, -dy * 0.8}, {-dx, dy * 0.8}};
        const auto rectAt = [&](const QPointF& place) {
            return QRectF(centre + place - QPointF(size.width(), size.height()) / 2, size);
        };
        const QPointF* best = nullptr;
        for (const auto& place : places) {
            const QRectF rect = rectAt(place);
            if (!room.contains(rect)) continue;
            if (!best) best = &place;
            const bool isFree = std::none_of(taken.begin(), taken.end(),
                                             [&](const QRectF& other) { return other.intersects(rect); });
            if (isFree) {
                best = &place;
                break;
            }
        }
        if (!best) continue;
        taken.push_back(rectAt(*best));
        text.drawWithHalo(painter, rectAt(*best).center(), Qt::AlignHCenter | Qt::AlignVCenter, labels[at],
                          style.theme.ink, style.theme.halo, 1, true);
    }
}

}  // namespace tessera
