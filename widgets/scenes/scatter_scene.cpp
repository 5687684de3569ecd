// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/scatter_scene.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "widgets/scenes/marker_raster.h"
#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr int kMostRasterSide = 16384;

QRgb faded(QRgb colour, const SceneTheme& theme) {
    QColor paper = theme.paper;
    const auto channel = [](int c, int p) { return (c * 45 + p * 55) / 100; };
    return qRgb(channel(qRed(colour), paper.red()), channel(qGreen(colour), paper.green()),
                channel(qBlue(colour), paper.blue()));
}

// Rows in the order they are laid down: what is selected lies above the rest.
template <typename Row>
void inOrder(const ScatterMarks& marks, std::size_t rows, Row&& row) {
    const bool anySelected = !marks.selected.empty();
    for (std::size_t i = 0; i < rows; ++i)
        if (!anySelected || !marks.selected[i]) row(i, false);
    for (std::size_t i = 0; anySelected && i < rows; ++i)
        if (marks.selected[i]) row(i, true);
}

}  // namespace

double ScatterScene::diameterPt(const PlotFrame& frame) const {
    if (markerPt > 0) return markerPt;
    const auto count = static_cast<double>(std::max<std::size_t>(points_->x.size(), 1));
    // Of a plot of 320 x 220 pt; smaller ones have smaller markers.
    const double room = std::sqrt(frame.plot().width() * frame.plot().height() / (320 * 220));
    return std::clamp(5.2 - 0.75 * std::log10(count / 100), 2.0, 5.0) * std::clamp(room, 0.5, 1.0);
}

int ScatterScene::opacity() const {
    const auto count = static_cast<double>(std::max<std::size_t>(points_->x.size(), 1));
    return static_cast<int>(std::clamp(255 - 45 * std::log10(count / 300), 120.0, 235.0));
}

PlotFrame ScatterScene::frame(const PanelStyle& style, const QSizeF& sizePt) const {
    PlotSpec spec;
    spec.title = heading;
    spec.x = points_->xAxis;
    spec.x.low = xRange.low, spec.x.high = xRange.high;
    spec.y = points_->yAxis;
    spec.y.low = yRange.low, spec.y.high = yRange.high;
    spec.grid = grid;
    spec.legend = legend();
    spec.bar = points_->bar;
    return PlotFrame(std::move(spec), style, sizePt);
}

std::vector<LegendItem> ScatterScene::legend() const {
    auto items = points_->kinds;
    if (keepsLegend || std::find(marks.selected.begin(), marks.selected.end(), 1) != marks.selected.end())
        items.push_back({QStringLiteral("selected"), QColor(120, 120, 120), LegendItem::Mark::Ring});
    if (points_->notDrawn > 0)
        items.push_back({QStringLiteral("%1 without a value").arg(grouped(qint64(points_->notDrawn))),
                         {},
                         LegendItem::Mark::Note});
    return items;
}

void ScatterScene::paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
                         std::stop_token stop) const {
    const PlotFrame plot = frame(style, sizePt);
    plot.paintPaper(painter);
    plot.paintGrid(painter);
    plot.clip(painter);
    if (!style.vector)
        paintRaster(painter, style, plot, style.pixelsPerPoint, stop);
    else if (points_->x.size() > static_cast<std::size_t>(std::max(style.mostShapes, 0)))
        paintRaster(painter, style, plot, style.rasterDpi / 72, stop);
    else
        paintPaths(painter, style, plot);
    paintPinned(painter, style, plot);
    painter.restore();
    if (!stop.stop_requested()) plot.paintAxes(painter);
}

void ScatterScene::paintRaster(QPainter& painter, const PanelStyle& style, const PlotFrame& frame,
                               double pixelsPerPoint, const std::stop_token& stop) const {
    const QRectF target = frame.plot();
    pixelsPerPoint = std::min(pixelsPerPoint, kMostRasterSide / std::max(target.width(), target.height()));
    QImage image(std::max(1, static_cast<int>(std::lround(target.width() * pixelsPerPoint))),
                 std::max(1, static_cast<int>(std::lround(target.height() * pixelsPerPoint))),
                 QImage::Format_ARGB32_Premultiplied);
    if (image.isNull()) return;
    image.fill(Qt::transparent);
    const double scaleX = image.width() / target.width(), scaleY = image.height() / target.height();
    MarkerRaster raster(image, diameterPt(frame) / 2 * pixelsPerPoint);
    const int alpha = opacity();
    const bool anySelected =
        std::find(marks.selected.begin(), marks.selected.end(), 1) != marks.selected.end();
    const double ringWidth = std::max(1.0, style.linePt * 1.4 * pixelsPerPoint);
    const QRgb ink = style.theme.ink.rgb();
    std::size_t done = 0;
    inOrder(marks, points_->x.size(), [&](std::size_t row, bool isSelected) {
        if ((++done & 0xffff) == 0 && stop.stop_requested()) return;
        const double x = points_->x[row], y = points_->y[row];
        if (std::isnan(x)) return;
        const double column = (frame.drawingX(x) - target.left()) * scaleX,
                     line = (frame.drawingY(y) - target.top()) * scaleY;
        if (!anySelected || isSelected)
            raster.disc(column, line, points_->colour[row], isSelected ? 255 : alpha);
        else
            raster.disc(column, line, faded(points_->colour[row], style.theme), alpha);
        if (isSelected) raster.ring(column, line, ringWidth, ink);
    });
    painter.save();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(target, image);
    painter.restore();
}

void ScatterScene::paintPaths(QPainter& painter, const PanelStyle& style, const PlotFrame& frame) const {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const double radius = diameterPt(frame) / 2;
    const QRectF plot = frame.plot();
    const bool anySelected =
        std::find(marks.selected.begin(), marks.selected.end(), 1) != marks.selected.end();
    inOrder(marks, points_->x.size(), [&](std::size_t row, bool isSelected) {
        if (std::isnan(points_->x[row])) return;
        const QPointF at = frame.toDrawing(points_->x[row], points_->y[row]);
        if (!plot.contains(at)) return;  // an SVG does not clip
        QColor colour(anySelected && !isSelected ? faded(points_->colour[row], style.theme)
                                                 : points_->colour[row]);
        if (!isSelected) colour.setAlpha(opacity());
        if (isSelected)
            painter.setPen(QPen(style.theme.ink, style.linePt * 1.4));
        else
            painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        painter.drawEllipse(at, radius, radius);
    });
    painter.restore();
}

// The current sample is a cross-hair ring, the pinned one a diamond: they differ by shape, not by colour.
void ScatterScene::paintPinned(QPainter& painter, const PanelStyle& style, const PlotFrame& frame) const {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const double reach = std::max(diameterPt(frame) * 0.9, style.fontPt * 0.6);
    for (const bool isCurrent : {false, true}) {
        const auto row = isCurrent ? marks.current : marks.reference;
        if (row < 0 || row >= static_cast<std::int64_t>(points_->x.size())) continue;
        const auto index = static_cast<std::size_t>(row);
        if (std::isnan(points_->x[index])) continue;
        const QPointF at = frame.toDrawing(points_->x[index], points_->y[index]);
        if (!frame.plot().contains(at)) continue;
        QColor halo = style.theme.paper;
        halo.setAlpha(255);
        for (const bool isHalo : {true, false}) {
            painter.setPen(QPen(isHalo ? halo : style.theme.ink, style.linePt * (isHalo ? 5 : 2.4)));
            painter.setBrush(Qt::NoBrush);
            if (isCurrent) {
                painter.drawEllipse(at, reach, reach);
                for (const QPointF way : {QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)})
                    painter.drawLine(at + way * reach, at + way * reach * 1.7);
            } else {
                const double r = reach * 1.25;
                const QPointF corners[] = {at + QPointF(-r, 0), at + QPointF(0, -r), at + QPointF(r, 0),
                                           at + QPointF(0, r)};
                painter.drawConvexPolygon(corners, 4);
            }
        }
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(points_->colour[index]));
        painter.drawEllipse(at, diameterPt(frame) / 2, diameterPt(frame) / 2);
    }
    painter.restore();
}

std::int64_t ScatterScene::rowAt(const PlotFrame& frame, const QPointF& drawing, double reachPt) const {
    std::int64_t best = -1;
    double nearest = reachPt * reachPt;
    for (std::size_t row = 0; row < points_->x.size(); ++row) {
        if (std::isnan(points_->x[row])) continue;
        const QPointF apart = frame.toDrawing(points_->x[row], points_->y[row]) - drawing;
        const double distance = QPointF::dotProduct(apart, apart);
        if (distance <= nearest) {  // of equals the last, which lies on top
            nearest = distance;
            best = static_cast<std::int64_t>(row);
        }
    }
    return best;
}

std::vector<Table> ScatterScene::numbers() const {
    const Table& table = *points_->table;
    Table result{"scatter", heading.toStdString(), {}, table.sampleColumn};
    const auto add = [&](const std::string& name) {
        const Column* column = name.empty() ? nullptr : table.column(name);
        if (column && !result.column(name)) result.columns.push_back(*column);
    };
    add(table.sampleColumn);
    add(points_->choice.x);
    add(points_->choice.y);
    add(points_->choice.colour);
    if (!marks.selected.empty())
        result.columns.push_back({"selected", "Selected", "", "1 where the row was selected.",
                                  std::vector<std::int64_t>(marks.selected.begin(), marks.selected.end())});
    return {std::move(result)};
}

}  // namespace tessera
