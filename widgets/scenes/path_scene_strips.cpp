// SPDX-License-Identifier: GPL-3.0-or-later
// What lies above the logits: sample names, class probabilities, and a lane of breakpoints for each layer.
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "widgets/scenes/path_scene.h"
#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr int kStrengths = 4;  // of a mark, by how many breakpoints it stands for
constexpr double kLaneText = 0.85;
constexpr int kMostColumns = 4000;          // of the probabilities; each has a point a class
constexpr std::size_t kFewCrossings = 100;  // shown as lines across the plot as well

std::pair<const double*, const double*> within(const std::vector<double>& positions, double low,
                                               double high) {
    const auto first = std::lower_bound(positions.begin(), positions.end(), low),
               last = std::upper_bound(first, positions.end(), high);
    return {positions.data() + (first - positions.begin()), positions.data() + (last - positions.begin())};
}

}  // namespace

void PathLogitsScene::paintNames(QPainter& painter, const PanelStyle& style, const Layout& layout) const {
    const SceneText text(style);
    const auto& names = picture_->anchorNames();
    const double spacing = layout.toDrawing(1) - layout.toDrawing(0), em = style.fontPt;
    // Every second, fifth, ... name where they would run into each other.
    double widest = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 64); ++i)
        widest = std::max(widest, text.width(names[i], 0.92));
    const auto step = static_cast<std::size_t>(std::max(1.0, std::ceil((widest + em * 0.7) / spacing)));
    QColor colour = style.theme.faintInk;
    colour.setAlphaF(
        static_cast<float>(std::clamp(spacing / (em * 8), 0.25, 1.0)));  // many must not hide the curves
    const QPen line(colour, style.linePt, Qt::SolidLine, Qt::FlatCap);
    painter.setPen(line);
    bool isAnyNamed = false;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto position = static_cast<double>(i);
        if (position < look_.low || position > look_.high) continue;
        const double x = layout.toDrawing(position);
        if (spacing > 3)
            painter.drawLine(QPointF(x, layout.names.bottom() - em * 0.2),
                             QPointF(x, layout.plot().bottom()));
        if (!style.axes || i % step != 0) continue;
        const double half = text.width(names[i], 0.92) / 2;
        const double centre = std::clamp(x, layout.names.left() + half - em, layout.names.right() - half);
        text.draw(painter, {centre, layout.names.top()}, Qt::AlignHCenter | Qt::AlignTop, names[i],
                  style.theme.ink, 0.92);
        isAnyNamed = true;
        painter.setPen(line);
    }
    const auto segment = static_cast<std::size_t>(std::max(0.0, look_.low));
    if (isAnyNamed || !style.axes || segment + 1 >= names.size()) return;
    // Deep inside a segment: which samples lie to the left and right.
    const double room = layout.names.width() / 2 - em;
    text.draw(painter, layout.names.topLeft(), Qt::AlignLeft | Qt::AlignTop,
              text.elided(QString::fromUtf8("← ") + names[segment], room, 0.92), style.theme.ink, 0.92);
    text.draw(painter, layout.names.topRight(), Qt::AlignRight | Qt::AlignTop,
              text.elided(names[segment + 1] + QString::fromUtf8(" →"), room, 0.92), style.theme.ink, 0.92);
}

void PathLogitsScene::paintProbabilities(QPainter& painter, const PanelStyle& style, const Layout& layout,
                                         const std::stop_token& stop) const {
    const QRectF& strip = layout.probabilities;
    if (strip.height() <= 0) return;
    const double low = std::max(look_.low, 0.0), high = std::min(look_.high, picture_->end());
    const double left = layout.toDrawing(low), right = layout.toDrawing(high);
    const int columns = static_cast<int>(
        std::clamp((right - left) * (style.vector ? 2 : style.pixelsPerPoint), 2.0, double(kMostColumns)));
    const auto classes = static_cast<std::size_t>(picture_->classCount());
    std::vector<std::vector<QPointF>> edges(classes + 1);  // between classes, from the bottom up
    for (int i = 0; i <= columns; ++i) {
        if (stop.stop_requested()) return;
        const double position = low + (high - low) * i / columns, x = left + (right - left) * i / columns;
        const auto share = picture_->probabilitiesAt(position);
        double sum = 0;
        edges[0].emplace_back(x, strip.bottom());
        for (std::size_t c = 0; c < classes; ++c) {
            sum += share[c];
            edges[c + 1].emplace_back(x, strip.bottom() - std::min(sum, 1.0) * strip.height());
        }
    }
    painter.setPen(Qt::NoPen);
    for (std::size_t c = 0; c < classes; ++c) {
        if (stop.stop_requested()) return;
        double tallest = 0;
        for (int i = 0; i <= columns; ++i) tallest = std::max(tallest, edges[c][i].y() - edges[c + 1][i].y());
        if (tallest < 0.1) continue;  // not to be seen
        QPolygonF area;
        for (const auto& point : edges[c]) area << point;
        for (auto point = edges[c + 1].rbegin(); point != edges[c + 1].rend(); ++point) area << *point;
        painter.setBrush(picture_->outputs() == 1 ? classColour(static_cast<int>(c), 2)
                                                  : picture_->logitColour(c));
        painter.drawPolygon(area);
    }
    painter.setPen(QPen(style.theme.ink, style.linePt));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(strip);
    const SceneText text(style);
    if (style.axes && text.width(QStringLiteral("p"), 0.92) * 2 < strip.left())
        text.draw(painter, {strip.left() - style.fontPt * 0.5, strip.center().y()},
                  Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("p"), style.theme.ink, 0.92);
}

// One lane a layer. Breakpoints that fall into one column of the device are one mark, the stronger the more
// there are.
void PathLogitsScene::paintLanes(QPainter& painter, const PanelStyle& style, const Layout& layout,
                                 const std::stop_token& stop) const {
    const auto& layers = picture_->layers();
    const QRectF& lanes = layout.lanes;
    if (layers.empty()) return;
    const double lane = lanes.height() / static_cast<double>(layers.size()),
                 step = style.vector ? 0.5 : 1 / style.pixelsPerPoint;
    const int columns = static_cast<int>(std::ceil(lanes.width() / step)) + 1;
    const double mark = std::max(step, style.linePt * 0.8);
    std::size_t visible = 0;
    painter.save();
    painter.setClipRect(lanes);
    painter.setPen(Qt::NoPen);
    for (std::size_t i = 0; i < layers.size() && !stop.stop_requested(); ++i) {
        const auto [first, last] = within(layers[i].positions, look_.low, look_.high);
        visible += static_cast<std::size_t>(last - first);
        std::vector<int> count(static_cast<std::size_t>(columns), 0);
        for (auto at = first; at != last; ++at)
            ++count[static_cast<std::size_t>(
                std::clamp((layout.toDrawing(*at) - lanes.left()) / step, 0.0, columns - 1.0))];
        QColor colour = pathLayerColour(i, layers.size());
        const double top = lanes.top() + lane * static_cast<double>(i) + lane * 0.06;
        QPainterPath marks[kStrengths + 1];  // one path a strength: far smaller in a vector figure
        for (int c = 0; c < columns;) {
            int end = c + 1;
            const int n = std::min(count[c], kStrengths);
            while (end < columns && std::min(count[end], kStrengths) == n) ++end;
            if (n > 0)
                marks[n].addRect(lanes.left() + c * step, top, (end - c) * step + mark - step, lane * 0.88);
            c = end;
        }
        for (int n = 1; n <= kStrengths; ++n) {
            if (marks[n].isEmpty()) continue;
            colour.setAlphaF(static_cast<float>(1 - std::pow(0.45, n)));
            marks[n].setFillRule(Qt::WindingFill);
            painter.fillPath(marks[n], colour);
        }
    }
    painter.restore();
    painter.setPen(QPen(style.theme.faintInk, style.linePt * 0.6));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(lanes);
    const SceneText text(style);
    const double right = lanes.right() + style.fontPt * 0.6;
    if (!layout.legend.isEmpty() && namesLanes())
        for (std::size_t i = 0; i < layers.size(); ++i)
            text.draw(painter, {right, lanes.top() + lane * (static_cast<double>(i) + 0.5)},
                      Qt::AlignLeft | Qt::AlignVCenter,
                      text.elided(laneName(i), layout.legend.right() - right, kLaneText), style.theme.ink,
                      kLaneText);
    if (visible > kFewCrossings) return;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        QColor colour = pathLayerColour(i, layers.size());
        colour.setAlphaF(0.35F);
        painter.setPen(QPen(colour, style.linePt * 0.8, Qt::SolidLine, Qt::FlatCap));
        const auto [first, last] = within(layers[i].positions, look_.low, look_.high);
        for (auto at = first; at != last; ++at) {
            const double x = layout.toDrawing(*at);
            painter.drawLine(QPointF(x, layout.plot().top()), QPointF(x, layout.plot().bottom()));
        }
    }
}

}  // namespace tessera
