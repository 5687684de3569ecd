// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/plot_legend.h"

#include <algorithm>

#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

using Mark = LegendItem::Mark;
constexpr double kSmall = 0.92;  // of the style's font size

double rowHeight(const PanelStyle& style) {
    return style.fontPt * 1.5;
}
double markWidth(const LegendItem& item, const PanelStyle& style) {
    return item.mark == Mark::Heading || item.mark == Mark::Note ? 0 : style.fontPt * 1.7;
}
double mostText(const PanelStyle& style) {
    return style.fontPt * 14;
}
double itemWidth(const LegendItem& item, const PanelStyle& style) {
    return markWidth(item, style) +
           std::min(SceneText(style).width(item.text, kSmall, item.mark == Mark::Heading), mostText(style));
}

void paintMark(QPainter& painter, const LegendItem& item, const PanelStyle& style, const QPointF& left) {
    const double em = style.fontPt;
    const QPointF centre(left.x() + em * 0.6, left.y());
    const QPen outline(style.theme.ink, style.linePt * 0.6);
    painter.setPen(outline);
    painter.setBrush(item.colour);
    switch (item.mark) {
        case Mark::Heading:
        case Mark::Note:
            break;
        case Mark::Swatch:
            painter.drawRect(QRectF(left.x() + em * 0.05, left.y() - em * 0.4, em * 1.1, em * 0.8));
            break;
        case Mark::Dot:
            painter.setPen(Qt::NoPen);
            painter.drawEllipse(centre, em * 0.33, em * 0.33);
            break;
        case Mark::Ring:
            painter.setPen(QPen(item.colour, style.linePt * 2));
            painter.setBrush(Qt::NoBrush);
            painter.drawEllipse(centre, em * 0.38, em * 0.38);
            break;
        case Mark::Diamond: {
            const double r = em * 0.5;
            const QPointF corners[] = {{centre.x() - r, centre.y()},
                                       {centre.x(), centre.y() - r},
                                       {centre.x() + r, centre.y()},
                                       {centre.x(), centre.y() + r}};
            painter.drawConvexPolygon(corners, 4);
            break;
        }
        case Mark::Cross:
            painter.setPen(QPen(item.colour, style.linePt * 2, Qt::SolidLine, Qt::FlatCap));
            painter.drawLine(centre - QPointF(em * 0.45, 0), centre + QPointF(em * 0.45, 0));
            painter.drawLine(centre - QPointF(0, em * 0.45), centre + QPointF(0, em * 0.45));
            break;
        case Mark::Line:
        case Mark::Dashes:
            painter.setPen(QPen(item.colour, style.linePt * 2,
                                item.mark == Mark::Line ? Qt::SolidLine : Qt::DashLine, Qt::FlatCap));
            painter.drawLine(left, left + QPointF(em * 1.25, 0));
            break;
    }
}

void paintItem(QPainter& painter, const LegendItem& item, const PanelStyle& style, const QPointF& left,
               double width) {
    const SceneText text(style);
    const bool isHeading = item.mark == Mark::Heading;
    paintMark(painter, item, style, left);
    const double mark = markWidth(item, style);
    text.draw(painter, left + QPointF(mark, 0), Qt::AlignVCenter,
              text.elided(item.text, width - mark + 0.5, kSmall),
              item.mark == Mark::Note ? style.theme.faintInk : style.theme.ink, kSmall, isHeading);
}

}  // namespace

std::vector<LegendItem> fittedLegend(std::vector<LegendItem> items, const PanelStyle& style, double height) {
    const auto rows = static_cast<std::size_t>(std::max(0.0, height / rowHeight(style) + 1e-6));
    if (items.size() <= rows) return items;
    if (rows < 2) return {};
    const auto hidden = items.size() - rows + 1;
    items.resize(rows - 1);
    items.push_back({QStringLiteral("+ %1 more").arg(hidden), {}, Mark::Note});
    return items;
}

double legendWidth(const std::vector<LegendItem>& items, const PanelStyle& style) {
    double width = 0;
    for (const auto& item : items) width = std::max(width, itemWidth(item, style));
    return width;
}

double legendHeight(const std::vector<LegendItem>& items, const PanelStyle& style) {
    return static_cast<double>(items.size()) * rowHeight(style);
}

void paintLegend(QPainter& painter, const std::vector<LegendItem>& items, const PanelStyle& style,
                 const QRectF& rect) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    double middle = rect.top() + rowHeight(style) / 2;
    for (const auto& item : items) {
        paintItem(painter, item, style, {rect.left(), middle}, rect.width());
        middle += rowHeight(style);
    }
    painter.restore();
}

double flowLegend(QPainter* painter, const std::vector<LegendItem>& items, const PanelStyle& style,
                  const QRectF& rect) {
    if (items.empty()) return 0;
    if (painter) painter->save(), painter->setRenderHint(QPainter::Antialiasing);
    double x = rect.left(), middle = rect.top() + rowHeight(style) / 2;
    for (const auto& item : items) {
        const double width = std::min(itemWidth(item, style), rect.width());
        if (x > rect.left() && x + width > rect.right() + 0.01) {
            x = rect.left();
            middle += rowHeight(style);
        }
        if (painter) paintItem(*painter, item, style, {x, middle}, width);
        x += width + style.fontPt * 1.2;
    }
    if (painter) painter->restore();
    return middle + rowHeight(style) / 2 - rect.top();
}

}  // namespace tessera
