// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_panel_scene.h"

#include <algorithm>
#include <cmath>

#include "widgets/scenes/colour_bar.h"
#include "widgets/scenes/plot_legend.h"
#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr double kTitle = 1.15;       // of the style's font size, as over plots
constexpr double kHeight = 0.85;      // of the width of what is left beside legend and bar
constexpr double kMostColumn = 0.45;  // of the width
constexpr const char* kUnit = "input units";

double pad(const PanelStyle& style) {
    return style.fontPt * 0.45;
}
double headerHeight(const PanelStyle& style, const QString& title) {
    return style.title && !title.isEmpty() ? pad(style) + SceneText(style).height(kTitle) : 0;
}

// Points as a table: what they belong to, their place, and what else there is.
struct PointColumns {
    std::vector<std::string> layer;
    std::vector<std::int64_t> shape;
    std::vector<double> s, t, r;
    void add(const QString& name, std::size_t index, const Eigen::Vector3d& point) {
        layer.push_back(name.toStdString());
        shape.push_back(static_cast<std::int64_t>(index));
        s.push_back(point.x()), t.push_back(point.y()), r.push_back(point.z());
    }
    void appendTo(std::vector<Table>& tables, const char* name, const char* title, const char* kind,
                  const char* label, std::vector<Column> more = {}) {
        if (s.empty()) return;
        Table table{name, title, {}};
        table.columns = {
            {"layer", "Layer", "", "What is drawn.", std::move(layer)},
            {kind, label, "", "Number within the layer, in the order of its points.", std::move(shape)},
            {"s", "s", kUnit, "Slice coordinate.", std::move(s)},
            {"t", "t", kUnit, "Slice coordinate.", std::move(t)},
            {"r", "r", kUnit, "Slice coordinate.", std::move(r)}};
        for (auto& column : more) table.columns.push_back(std::move(column));
        tables.push_back(std::move(table));
    }
};

}  // namespace

VolumePanelScene::Places VolumePanelScene::places(const PanelStyle& style, const QSizeF& size) const {
    Places places;
    const double p = pad(style), top = headerHeight(style, title_);
    places.room = QRectF(0, top, size.width(), std::max(8.0, size.height() - top));
    if (style.legend) places.items = legend_;
    bool hasBar = style.colourBar && bar_;
    const auto columnWidth = [&] {
        return std::max(legendWidth(places.items, style),
                        hasBar ? colourBarWidth(*bar_, style, places.room.height()) : 0);
    };
    // As beside plots: what would take too much of the width is left out, the legend first.
    if (columnWidth() > size.width() * kMostColumn) places.items.clear();
    if (columnWidth() > size.width() * kMostColumn) hasBar = false;
    if (const double width = columnWidth(); width > 0) {
        const double left = size.width() - width - p;
        places.room.setRight(std::max(8.0, left - style.fontPt * 0.6));
        const double leastBar = hasBar ? style.fontPt * 8 : 0, gap = style.fontPt;
        double y = places.room.top() + p;
        const double bottom = places.room.bottom() - p;
        places.items = fittedLegend(places.items, style, bottom - y - (hasBar ? leastBar + gap : 0));
        if (!places.items.empty()) {
            places.legend = QRectF(left, y, width, legendHeight(places.items, style));
            y = places.legend.bottom() + gap;
        }
        if (hasBar) places.bar = QRectF(left, y, width, std::max(bottom - y, 1.0));
    }
    if (!style.vector) {  // on whole device pixels, as PlotFrame does it
        const double s = style.pixelsPerPoint;
        const auto& room = places.room;
        places.room = QRectF(QPointF(std::ceil(room.left() * s) / s, std::ceil(room.top() * s) / s),
                             QPointF(std::floor(room.right() * s) / s, std::floor(room.bottom() * s) / s));
    }
    return places;
}

QRectF VolumePanelScene::room(const PanelStyle& style, const QSizeF& sizePt) const {
    return places(style, sizePt).room;
}

double VolumePanelScene::heightForWidth(double widthPt, const PanelStyle& style) const {
    const double width = places(style, {widthPt, widthPt}).room.width();
    return headerHeight(style, title_) + std::max(width * kHeight, widthPt * 0.4);
}

void VolumePanelScene::paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
                             std::stop_token stop) const {
    if (style.theme.paper.alpha() > 0) painter.fillRect(QRectF(QPointF(0, 0), sizePt), style.theme.paper);
    const Places at = places(style, sizePt);
    const double p = pad(style);
    if (style.title && !title_.isEmpty()) {
        const SceneText text(style);
        text.draw(painter, {p, p}, Qt::AlignTop, text.elided(title_, sizePt.width() - 2 * p, kTitle, true),
                  style.theme.ink, kTitle, true);
    }
    if (drawing_)
        paintVolume(painter, *drawing_, layoutVolume(*drawing_, camera_, style, at.room, isFitted, stop),
                    style, at.room, stop);
    if (stop.stop_requested()) return;
    if (!at.items.empty()) paintLegend(painter, at.items, style, at.legend);
    if (!at.bar.isNull()) paintColourBar(painter, *bar_, style, at.bar);
}

std::vector<Table> VolumePanelScene::numbers() const {
    if (!tables.empty() || !drawing_) return tables;
    std::vector<Table> result;
    PointColumns corners, points, marks;
    std::vector<std::string> colours, labels;
    for (const auto& layer : drawing_->faces)
        for (std::size_t face = 0; face + 1 < layer.faceBegin.size(); ++face)
            for (auto i = layer.faceBegin[face]; i < layer.faceBegin[face + 1]; ++i) {
                const auto vertex = layer.faceVertices[static_cast<std::size_t>(i)];
                corners.add(layer.name, face, layer.points[static_cast<std::size_t>(vertex)]);
                colours.push_back(QColor(layer.colour[face]).name().toStdString());
            }
    corners.appendTo(result, "corners", "Corners of polygons", "face", "Face",
                     {{"colour", "Colour", "", "Of the polygon, before light.", std::move(colours)}});
    for (const auto& layer : drawing_->lines)
        for (std::size_t line = 0; line + 1 < layer.lineBegin.size(); ++line)
            for (auto i = layer.lineBegin[line]; i < layer.lineBegin[line + 1]; ++i)
                points.add(layer.name, line, layer.points[static_cast<std::size_t>(i)]);
    points.appendTo(result, "lines", "Points of lines", "line", "Line");
    for (const auto& layer : drawing_->marks)
        for (std::size_t mark = 0; mark < layer.points.size(); ++mark) {
            marks.add(layer.name, mark, layer.points[mark]);
            labels.push_back(mark < layer.labels.size() ? layer.labels[mark].toStdString() : std::string());
        }
    marks.appendTo(result, "marks", "Marks", "mark", "Mark",
                   {{"label", "Label", "", "Written beside it.", std::move(labels)}});
    return result;
}

}  // namespace tessera
