// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/slice_layout.h"

#include <algorithm>
#include <cmath>

#include "widgets/scenes/class_spots.h"

namespace tessera {
namespace {

const QString kUnit = QStringLiteral("input units");

// Everything but the plot: widths and heights in points.
struct Margins {
    double left = 0, top = 0, right = 0, bottom = 0;
};

double tickLength(const SliceStyle& style) {
    return style.fontPt * 0.4;
}
double pad(const SliceStyle& style) {
    return style.fontPt * 0.45;
}
int ticksFor(double length, const SliceStyle& style, double emPerTick) {
    return std::clamp(static_cast<int>(length / (style.fontPt * emPerTick)), 2, 10);
}

bool hasHeader(const SliceScene& scene) {
    return scene.switches.caption && !scene.caption.isEmpty();
}

Margins margins(const SliceScene& scene, const SliceStyle& style, double legendWidth, const AxisTicks& tTicks,
                const AxisTicks& sTicks) {
    const SceneText text(style);
    const double p = pad(style);
    Margins m;
    double labels = 0;
    for (const auto& label : tTicks.labels) labels = std::max(labels, text.width(label));
    m.left = p + text.height() + p * 0.6 + labels + p * 0.6 + tickLength(style);
    m.bottom = tickLength(style) + text.height() + p * 0.5 + text.height() + p;
    m.top = p + (scene.title.isEmpty() ? 0 : text.height(1.15) + p * 0.6) +
            (hasHeader(scene) ? text.height(0.92) + p * 0.6 : 0);
    m.top = std::max(m.top, text.height() / 2 + p * 0.5);
    const double lastLabel = sTicks.labels.empty() ? 0 : text.width(sTicks.labels.back()) / 2;
    m.right = std::max(legendWidth > 0 ? style.fontPt * 1.1 + legendWidth + p : 0, p + lastLabel);
    return m;
}

// `screen`: null for a figure, whose plot keeps the shape of scene.low..high.
SliceLayout place(const SliceScene& scene, const SliceStyle& style, const QSizeF& size, SliceLegend legend,
                  const ScreenView* screen) {
    SliceLayout layout;
    layout.page = QRectF(QPointF(0, 0), size);
    layout.low = scene.low;
    layout.high = scene.high;
    layout.legend = std::move(legend);
    const Eigen::Vector2d extent = (scene.high - scene.low).cwiseMax(1e-300);
    double legendWidth =
        std::max(layout.legend.isEmpty() ? 0 : layout.legend.width(style), screen ? screen->legendWidth : 0);
    // Tick labels need the plot's size and the plot's size needs their width: a few rounds settle it.
    Margins m;
    layout.plot = layout.page;
    for (int round = 0; round < 3; ++round) {
        layout.sTicks = axisTicks(layout.low.x(), layout.high.x(), ticksFor(layout.plot.width(), style, 6));
        layout.tTicks =
            axisTicks(layout.low.y(), layout.high.y(), ticksFor(layout.plot.height(), style, 4.5));
        m = margins(scene, style, legendWidth, layout.tTicks, layout.sTicks);
        if (screen) m.left = std::max(m.left, style.fontPt * 6);
        // A legend that would take more than 45 % of the width, or is too tall even when shortened, is left
        // out.
        if (legendWidth > 0 && (m.right > size.width() * 0.45 ||
                                !layout.legend.fit(style, size.height() - m.top - pad(style)))) {
            layout.legend = SliceLegend();
            legendWidth = 0;
            m = margins(scene, style, legendWidth, layout.tTicks, layout.sTicks);
        }
        QRectF room(m.left, m.top, std::max(8.0, size.width() - m.left - m.right),
                    std::max(8.0, size.height() - m.top - m.bottom));
        const double fitting = std::max(extent.x() / room.width(), extent.y() / room.height());
        if (!screen) {
            const QSizeF fitted(extent.x() / fitting, extent.y() / fitting);
            room =
                QRectF(room.left() + (room.width() - fitted.width()) / 2,
                       room.top() + (room.height() - fitted.height()) / 2, fitted.width(), fitted.height());
        }
        // On whole device pixels: a raster plot is then put down pixel by pixel.
        const double s = style.pixelsPerPoint;
        layout.plot = style.vector
                          ? room
                          : QRectF(std::round(room.left() * s) / s, std::round(room.top() * s) / s,
                                   std::round(room.width() * s) / s, std::round(room.height() * s) / s);
        if (screen) {
            const double unit = screen->unitsPerPoint > 0 ? screen->unitsPerPoint : fitting;
            const Eigen::Vector2d half =
                Eigen::Vector2d(layout.plot.width(), layout.plot.height()) * unit / 2;
            layout.low = screen->centre - half;
            layout.high = screen->centre + half;
        }
    }
    layout.header = QRectF(layout.plot.left(), layout.plot.top() - m.top + pad(style), layout.plot.width(),
                           m.top - pad(style));
    if (!layout.legend.isEmpty())
        layout.legendRect = QRectF(layout.plot.right() + style.fontPt * 1.1, layout.plot.top(),
                                   layout.legend.width(style), layout.legend.height(style));
    layout.height = m.top + m.bottom + layout.plot.height();
    return layout;
}

void paintScaleBar(QPainter& painter, const SliceScene& scene, const SliceStyle& style,
                   const SliceLayout& layout, double top) {
    const SceneText text(style);
    const double unit = layout.plot.width() / (layout.high.x() - layout.low.x());
    const double length = roundBelow((layout.high.x() - layout.low.x()) * 0.25);
    const QString label = shortNumber(length);
    const double drawn = length * unit, middle = top + text.height() / 2, cap = style.fontPt * 0.22;
    const double right = layout.plot.right(), left = right - drawn;
    const double axisTitle =
        layout.plot.center().x() + text.width(layout.sTicks.title(QStringLiteral("s"), kUnit)) / 2;
    if (left - text.width(label) - style.fontPt * 0.5 < axisTitle + style.fontPt)
        return;  // a narrow plot: its axis says the same
    painter.setPen(QPen(scene.theme.ink, style.linePt * 1.6, Qt::SolidLine, Qt::FlatCap));
    painter.drawLine(QPointF(left, middle), QPointF(right, middle));
    painter.setPen(QPen(scene.theme.ink, style.linePt, Qt::SolidLine, Qt::FlatCap));
    for (const double x : {left, right}) painter.drawLine(QPointF(x, middle - cap), QPointF(x, middle + cap));
    text.draw(painter, {left - style.fontPt * 0.4, middle}, Qt::AlignRight | Qt::AlignVCenter, label,
              scene.theme.ink, 0.92);
}

}  // namespace

SliceLayout layoutSlice(const SliceScene& scene, const SliceStyle& style, const QSizeF& size) {
    return place(scene, style, size, legendFor(scene, style), nullptr);
}

SliceLayout layoutSliceOnScreen(const SliceScene& scene, const SliceStyle& style, const QSizeF& size,
                                const ScreenView& view) {
    return place(scene, style, size, view.legend, &view);
}

SliceLegend legendFor(const SliceScene& scene, const SliceStyle& style) {
    std::vector<int> visible;
    if (scene.switches.legend && scene.effectiveFill() == SliceFill::Class)
        for (const auto& spot : findClassSpots(scene)) visible.push_back(spot.label);
    return SliceLegend(scene, style, visible);
}

double sliceHeightForWidth(const SliceScene& scene, const SliceStyle& style, double width) {
    // With no limit on the height the width decides the plot; the legend may still need more.
    const SliceLayout layout = layoutSlice(scene, style, {width, 1e5});
    const double legend = layout.legend.isEmpty() ? 0
                                                  : layout.legend.height(style) +
                                                        (layout.height - layout.plot.height()) - pad(style);
    return std::max(layout.height, std::min(legend, width * 1.6));
}

void paintFrame(QPainter& painter, const SliceScene& scene, const SliceStyle& style,
                const SliceLayout& layout) {
    const SceneText text(style);
    const SceneTheme& theme = scene.theme;
    const SliceMap map = SliceMap::onto(layout.plot, layout.low, layout.high);
    const QRectF& plot = layout.plot;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);

    double top = layout.header.top();
    if (!scene.title.isEmpty()) {
        text.draw(painter, {plot.left(), top}, Qt::AlignTop,
                  text.elided(scene.title, layout.page.right() - plot.left(), 1.22), theme.ink, 1.15, true);
        top += text.height(1.15) + pad(style) * 0.6;
    }
    if (hasHeader(scene))
        text.draw(painter, {plot.left(), top}, Qt::AlignTop,
                  text.elided(scene.caption, layout.page.right() - plot.left(), 0.92), theme.faintInk, 0.92);

    const double tick = tickLength(style), p = pad(style);
    const QPen line(theme.ink, style.linePt), grid(theme.grid, style.linePt);
    for (std::size_t i = 0; i < layout.sTicks.values.size(); ++i) {
        const double x = map.toDrawing({layout.sTicks.values[i], layout.low.y()}).x();
        if (x < plot.left() - 0.01 || x > plot.right() + 0.01) continue;
        painter.setPen(grid);
        if (scene.switches.grid) painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
        painter.setPen(line);
        painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + tick));
        text.draw(painter, {x, plot.bottom() + tick}, Qt::AlignHCenter | Qt::AlignTop,
                  layout.sTicks.labels[i], theme.ink);
    }
    for (std::size_t i = 0; i < layout.tTicks.values.size(); ++i) {
        const double y = map.toDrawing({layout.low.x(), layout.tTicks.values[i]}).y();
        if (y < plot.top() - 0.01 || y > plot.bottom() + 0.01) continue;
        painter.setPen(grid);
        if (scene.switches.grid) painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        painter.setPen(line);
        painter.drawLine(QPointF(plot.left() - tick, y), QPointF(plot.left(), y));
        text.draw(painter, {plot.left() - tick - p * 0.6, y}, Qt::AlignRight | Qt::AlignVCenter,
                  layout.tTicks.labels[i], theme.ink);
    }
    painter.setPen(QPen(theme.ink, style.linePt, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(plot);

    double labels = 0;
    for (const auto& label : layout.tTicks.labels) labels = std::max(labels, text.width(label));
    const double titleTop = plot.bottom() + tick + text.height() + p * 0.5;
    text.draw(painter, {plot.center().x(), titleTop}, Qt::AlignHCenter | Qt::AlignTop,
              layout.sTicks.title(QStringLiteral("s"), kUnit), theme.ink);
    text.drawUpwards(
        painter, {plot.left() - tick - p * 1.2 - labels - (text.height() - text.ascent()), plot.center().y()},
        layout.tTicks.title(QStringLiteral("t"), kUnit), theme.ink);
    paintScaleBar(painter, scene, style, layout, titleTop);
    if (!layout.legend.isEmpty()) layout.legend.paint(painter, scene, style, layout.legendRect);
    painter.restore();
}

}  // namespace tessera
