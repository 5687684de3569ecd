// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/plot_frame.h"

#include <algorithm>
#include <cmath>

#include "widgets/scenes/colour_bar.h"
#include "widgets/scenes/plot_legend.h"
#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr double kTitle = 1.15, kSubtitle = 0.92;      // of the style's font size
constexpr double kMostLabel = 11, kMostRowLabel = 18;  // em, of a category's name below and beside a plot

double pad(const PanelStyle& style) {
    return style.fontPt * 0.45;
}
double tickLength(const PanelStyle& style) {
    return style.fontPt * 0.4;
}
QPen axisPen(const PanelStyle& style) {
    return QPen(style.theme.ink, style.linePt, Qt::SolidLine, Qt::FlatCap);
}

double widestLabel(const PlotTicks& ticks, const PanelStyle& style) {
    double widest = 0;
    for (const auto& label : ticks.labelled.labels) widest = std::max(widest, SceneText(style).width(label));
    return widest;
}

// As many ticks as their labels leave room for; `crosswise`: labels lie along the axis.
PlotTicks fittingTicks(const PlotAxis& axis, const PanelStyle& style, double length, bool crosswise) {
    const SceneText text(style);
    int about = std::clamp(static_cast<int>(length / (style.fontPt * (crosswise ? 5 : 3.6))), 2, 10);
    if (!axis.categories.isEmpty())
        about = std::max(1, static_cast<int>(length / (style.fontPt * (crosswise ? 2 : 1.3))));
    for (;; --about) {
        PlotTicks ticks = plotTicks(axis, about);
        for (auto& label : ticks.labelled.labels)
            if (!axis.categories.isEmpty())
                label = text.elided(label, style.fontPt * (crosswise ? kMostLabel : kMostRowLabel));
        if (!crosswise || about <= 1) return ticks;
        bool overlaps = false;
        for (std::size_t i = 1; i < ticks.labelled.values.size(); ++i) {
            const double apart = std::abs(axisFraction(axis, ticks.labelled.values[i]) -
                                          axisFraction(axis, ticks.labelled.values[i - 1])) *
                                 length;
            const double needed =
                (text.width(ticks.labelled.labels[i]) + text.width(ticks.labelled.labels[i - 1])) / 2;
            overlaps = overlaps || apart < needed + style.fontPt * 0.6;
        }
        if (!overlaps) return ticks;
    }
}

// A title too long for its side is set smaller before it is cut.
double fittingScale(const SceneText& text, const QString& title, double length) {
    return std::clamp(length / std::max(text.width(title), 1e-9), 0.75, 1.0);
}

QString titleOf(const PlotAxis& axis, const PlotTicks& ticks) {
    return ticks.labelled.title(axis.title, axis.unit).trimmed();
}

}  // namespace

PlotFrame::PlotFrame(PlotSpec spec, const PanelStyle& style, const QSizeF& size)
    : spec_(std::move(spec)), style_(style), size_(size), plot_(QPointF(0, 0), size) {
    makeDrawable(spec_.x);
    makeDrawable(spec_.y);
    if (style_.legend) legend_ = spec_.legend;
    hasBar_ = style_.colourBar && spec_.bar;
    // Tick labels need the plot's size and the plot's size needs their width: a few rounds settle it.
    for (int round = 0; round < 3; ++round) {
        xTicks_ = fittingTicks(spec_.x, style_, plot_.width(), true);
        yTicks_ = fittingTicks(spec_.y, style_, plot_.height(), false);
        Margins m = margins();
        // A legend that would take more than 45 % of the width is left out.
        if (m.right > size.width() * 0.45) {
            legend_.clear();
            m = margins();
            if (m.right > size.width() * 0.45) hasBar_ = false, m = margins();
        }
        const QRectF room(m.left, m.top, std::max(8.0, size.width() - m.left - m.right),
                          std::max(8.0, size.height() - m.top - m.bottom));
        // On whole device pixels: a raster layer is then put down pixel by pixel.
        const double s = style_.pixelsPerPoint;
        plot_ = style_.vector
                    ? room
                    : QRectF(QPointF(std::round(room.left() * s) / s, std::round(room.top() * s) / s),
                             QPointF(std::round(room.right() * s) / s, std::round(room.bottom() * s) / s));
    }
    placeColumn();
}

PlotFrame::Margins PlotFrame::margins() const {
    const SceneText text(style_);
    const double p = pad(style_), line = style_.linePt;
    Margins m{line, line, line, line};
    if (style_.axes) {
        const bool hasTitleX = !titleOf(spec_.x, xTicks_).isEmpty(),
                   hasTitleY = !titleOf(spec_.y, yTicks_).isEmpty();
        m.left = p + (hasTitleY ? text.height() + p * 0.6 : 0) + widestLabel(yTicks_, style_) + p * 0.6 +
                 tickLength(style_);
        m.bottom = tickLength(style_) + text.height() + (hasTitleX ? p * 0.5 + text.height() : 0) + p;
        m.top = text.height() / 2 + p * 0.5;
        const auto& labels = xTicks_.labelled.labels;
        m.right = p + (labels.empty() ? 0 : text.width(labels.back()) / 2);
    }
    double header = 0;
    if (style_.title && !spec_.title.isEmpty()) header += text.height(kTitle) + p * 0.6;
    if (!spec_.subtitle.isEmpty()) header += text.height(kSubtitle) + p * 0.6;
    if (header > 0) m.top = std::max(m.top, p + header);
    if (const double column = columnWidth(); column > 0)
        m.right = std::max(m.right, style_.fontPt * 1.1 + column + p);
    return m;
}

double PlotFrame::columnWidth() const {
    return std::max(legendWidth(legend_, style_),
                    hasBar_ ? colourBarWidth(*spec_.bar, style_, plot_.height()) : 0);
}

void PlotFrame::placeColumn() {
    const double left = plot_.right() + style_.fontPt * 1.1;
    const double leastBar = hasBar_ ? style_.fontPt * 8 : 0, gap = style_.fontPt;
    double top = plot_.top();
    if (!legend_.empty()) {
        legend_ = fittedLegend(legend_, style_, plot_.height() - (hasBar_ ? leastBar + gap : 0));
        legendRect_ = QRectF(left, top, columnWidth(), legendHeight(legend_, style_));
        if (!legend_.empty()) top = legendRect_.bottom() + gap;
    }
    if (hasBar_) barRect_ = QRectF(left, top, columnWidth(), std::max(plot_.bottom() - top, 1.0));
}

QPointF PlotFrame::toData(const QPointF& drawing) const {
    return {axisValue(spec_.x, (drawing.x() - plot_.left()) / plot_.width()),
            axisValue(spec_.y, (plot_.bottom() - drawing.y()) / plot_.height())};
}

void PlotFrame::clip(QPainter& painter) const {
    painter.save();
    painter.setClipRect(plot_, Qt::IntersectClip);
}

void PlotFrame::paintPaper(QPainter& painter) const {
    if (style_.theme.paper.alpha() > 0) painter.fillRect(QRectF(QPointF(0, 0), size_), style_.theme.paper);
}

void PlotFrame::paintGrid(QPainter& painter) const {
    if (!spec_.grid || !style_.axes) return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(style_.theme.grid, style_.linePt, Qt::SolidLine, Qt::FlatCap));
    for (const double value : xTicks_.labelled.values)
        painter.drawLine(QPointF(drawingX(value), plot_.top()), QPointF(drawingX(value), plot_.bottom()));
    for (const double value : yTicks_.labelled.values)
        painter.drawLine(QPointF(plot_.left(), drawingY(value)), QPointF(plot_.right(), drawingY(value)));
    painter.restore();
}

void PlotFrame::paintAxisX(QPainter& painter) const {
    const SceneText text(style_);
    const double tick = tickLength(style_), p = pad(style_);
    painter.setPen(axisPen(style_));
    for (const double value : xTicks_.minor)
        painter.drawLine(QPointF(drawingX(value), plot_.bottom()),
                         QPointF(drawingX(value), plot_.bottom() + tick * 0.5));
    for (std::size_t i = 0; i < xTicks_.labelled.values.size(); ++i) {
        const double x = drawingX(xTicks_.labelled.values[i]);
        painter.setPen(axisPen(style_));
        painter.drawLine(QPointF(x, plot_.bottom()), QPointF(x, plot_.bottom() + tick));
        text.draw(painter, {x, plot_.bottom() + tick}, Qt::AlignHCenter | Qt::AlignTop,
                  xTicks_.labelled.labels[i], style_.theme.ink);
    }
    // Centred under the plot; a long one may use the whole width of the panel.
    const double length = size_.width() - 2 * p;
    const double scale = fittingScale(text, titleOf(spec_.x, xTicks_), length);
    const QString title = text.elided(titleOf(spec_.x, xTicks_), length, scale);
    const double half = text.width(title, scale) / 2;
    const double centre =
        std::clamp(plot_.center().x(), half + p, std::max(half + p, size_.width() - half - p));
    text.draw(painter, {centre, plot_.bottom() + tick + text.height() + p * 0.5},
              Qt::AlignHCenter | Qt::AlignTop, title, style_.theme.ink, scale);
}

void PlotFrame::paintAxisY(QPainter& painter) const {
    const SceneText text(style_);
    const double tick = tickLength(style_), p = pad(style_);
    painter.setPen(axisPen(style_));
    for (const double value : yTicks_.minor)
        painter.drawLine(QPointF(plot_.left() - tick * 0.5, drawingY(value)),
                         QPointF(plot_.left(), drawingY(value)));
    for (std::size_t i = 0; i < yTicks_.labelled.values.size(); ++i) {
        const double y = drawingY(yTicks_.labelled.values[i]);
        painter.setPen(axisPen(style_));
        painter.drawLine(QPointF(plot_.left() - tick, y), QPointF(plot_.left(), y));
        text.draw(painter, {plot_.left() - tick - p * 0.6, y}, Qt::AlignRight | Qt::AlignVCenter,
                  yTicks_.labelled.labels[i], style_.theme.ink);
    }
    // Beside the plot; a long one may go on to the title below, not over it.
    const double bottom = plot_.bottom() + tick + text.height();
    const double length = bottom - p;
    const double scale = fittingScale(text, titleOf(spec_.y, yTicks_), length);
    const QString title = text.elided(titleOf(spec_.y, yTicks_), length, scale);
    const double half = text.width(title, scale) / 2;
    const double centre = std::clamp(plot_.center().y(), half + p, std::max(half + p, bottom - half));
    text.drawUpwards(
        painter,
        {plot_.left() - tick - p * 1.2 - widestLabel(yTicks_, style_) - (text.height() - text.ascent()),
         centre},
        title, style_.theme.ink, scale);
}

void PlotFrame::paintAxes(QPainter& painter) const {
    const SceneText text(style_);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    if (style_.axes) {
        paintAxisX(painter);
        paintAxisY(painter);
    }
    painter.setPen(QPen(style_.theme.ink, style_.linePt, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(plot_);
    const double p = pad(style_), room = size_.width() - p - plot_.left();
    double top = p;
    if (style_.title && !spec_.title.isEmpty()) {
        text.draw(painter, {plot_.left(), top}, Qt::AlignTop, text.elided(spec_.title, room, kTitle, true),
                  style_.theme.ink, kTitle, true);
        top += text.height(kTitle) + p * 0.6;
    }
    // It says what the picture is of, which a title set elsewhere does not.
    if (!spec_.subtitle.isEmpty())
        text.draw(painter, {plot_.left(), top}, Qt::AlignTop, text.elided(spec_.subtitle, room, kSubtitle),
                  style_.theme.faintInk, kSubtitle);
    if (!legend_.empty()) paintLegend(painter, legend_, style_, legendRect_);
    if (hasBar_) paintColourBar(painter, *spec_.bar, style_, barRect_);
    painter.restore();
}

}  // namespace tessera
