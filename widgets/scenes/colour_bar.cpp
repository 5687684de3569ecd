// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/colour_bar.h"

#include <algorithm>
#include <cmath>

#include "widgets/scenes/plot_axis.h"
#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr int kSteps = 64;
constexpr double kSmall = 0.92;  // of the style's font size

PlotAxis axisOf(const ColourBar& bar) {
    PlotAxis axis{bar.label, {}, bar.low, bar.high, bar.logarithmic && bar.map != ColourBar::Map::Diverging,
                  {}};
    if (bar.map == ColourBar::Map::Diverging) {
        axis.high = std::max(std::abs(bar.low), std::abs(bar.high));
        axis.low = -axis.high;
    }
    makeDrawable(axis);
    return axis;
}

QRgb mapColour(ColourBar::Map map, double fraction) {
    switch (map) {
        case ColourBar::Map::Cividis:
            return cividis(fraction);
        case ColourBar::Map::Diverging:
            return diverging(2 * fraction - 1);
        default:
            return viridis(fraction);
    }
}

double barWidth(const PanelStyle& style) {
    return style.fontPt * 1.1;
}
double tickLength(const PanelStyle& style) {
    return style.fontPt * 0.3;
}

PlotTicks ticksOf(const ColourBar& bar, const PanelStyle& style, double height) {
    return plotTicks(axisOf(bar), std::clamp(static_cast<int>(height / (style.fontPt * 3.2)), 2, 8));
}

double labelWidth(const PlotTicks& ticks, const PanelStyle& style) {
    double widest = 0;
    for (const auto& label : ticks.labelled.labels)
        widest = std::max(widest, SceneText(style).width(label, kSmall));
    return widest;
}

}  // namespace

QRgb barColour(const ColourBar& bar, double value, const SceneTheme& theme) {
    const PlotAxis axis = axisOf(bar);
    if (std::isnan(value) || (axis.logarithmic && value <= 0))
        return theme.dark ? 0xff5a5e66 : 0xffb9bcc1;  // can be told from paper and from either end of a map
    return mapColour(bar.map, axisFraction(axis, value));
}

ColourBar colourBarFor(std::span<const double> values, ColourBar::Map map, bool logarithmic, QString label) {
    const bool isLog = logarithmic && map != ColourBar::Map::Diverging;
    AxisRange range = axisRange(values, isLog, 0);
    if (map == ColourBar::Map::Diverging) {
        range.high = std::max(std::abs(range.low), std::abs(range.high));
        range.low = -range.high;
    }
    return {map, range.low, range.high, isLog, std::move(label)};
}

double colourBarWidth(const ColourBar& bar, const PanelStyle& style, double height) {
    const SceneText text(style);
    const auto ticks = ticksOf(bar, style, height);
    const bool hasTitle = !bar.label.isEmpty() || ticks.labelled.exponent || ticks.labelled.offset != 0;
    return barWidth(style) + tickLength(style) * 1.6 + labelWidth(ticks, style) +
           (hasTitle ? text.height(kSmall) + style.fontPt * 0.4 : 0);
}

void paintColourBar(QPainter& painter, const ColourBar& bar, const PanelStyle& style, const QRectF& rect) {
    const SceneText text(style);
    const PlotAxis axis = axisOf(bar);
    const auto ticks = ticksOf(bar, style, rect.height());
    const QRectF strip(rect.left(), rect.top(), barWidth(style), rect.height());
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, style.vector);
    // A stack of small rectangles: gradients reach some SVG viewers as flat colour. They overlap, so that no
    // hairlines show.
    painter.setPen(Qt::NoPen);
    for (int i = 0; i < kSteps; ++i) {
        const double top = strip.bottom() - (i + 1.4) / kSteps * strip.height();
        const QRectF step(strip.left(), std::max(top, strip.top()), strip.width(),
                          strip.bottom() - i * strip.height() / kSteps - std::max(top, strip.top()));
        painter.fillRect(step, QColor(mapColour(bar.map, (i + 0.5) / kSteps)));
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(style.theme.ink, style.linePt, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(strip);
    const auto heightOf = [&](double value) {
        return strip.bottom() - axisFraction(axis, value) * strip.height();
    };
    const double tick = tickLength(style);
    for (const double value : ticks.minor)
        painter.drawLine(QPointF(strip.right(), heightOf(value)),
                         QPointF(strip.right() + tick * 0.55, heightOf(value)));
    for (std::size_t i = 0; i < ticks.labelled.values.size(); ++i) {
        const double y = heightOf(ticks.labelled.values[i]);
        painter.setPen(QPen(style.theme.ink, style.linePt, Qt::SolidLine, Qt::FlatCap));
        painter.drawLine(QPointF(strip.right(), y), QPointF(strip.right() + tick, y));
        text.draw(painter, {strip.right() + tick * 1.6, y}, Qt::AlignVCenter, ticks.labelled.labels[i],
                  style.theme.ink, kSmall);
    }
    const QString title = ticks.labelled.title(bar.label, {});
    if (!title.trimmed().isEmpty()) {
        const double x = strip.right() + tick * 1.6 + labelWidth(ticks, style) + style.fontPt * 0.3;
        text.drawUpwards(painter, {x + text.ascent(kSmall), strip.center().y()},
                         text.elided(title, rect.height(), kSmall), style.theme.ink, kSmall);
    }
    painter.restore();
}

}  // namespace tessera
