// SPDX-License-Identifier: GPL-3.0-or-later
// Axes, ticks, titles, grid, legend and colour bar round a plot, laid out from the size of the text so that
// nothing overlaps or is cut off; and where data lie on the drawing. Lengths in points.
#pragma once

#include <QRectF>
#include <optional>

#include "widgets/scenes/panel_scene.h"
#include "widgets/scenes/plot_axis.h"

namespace tessera {

struct PlotSpec {
    QString title, subtitle = {};
    PlotAxis x, y;
    bool grid = false;
    std::vector<LegendItem> legend = {};
    std::optional<ColourBar> bar = {};
};

class PlotFrame {
  public:
    // Title, axes, legend and colour bar as far as the style's switches and the room allow.
    PlotFrame(PlotSpec spec, const PanelStyle& style, const QSizeF& size);

    const QRectF& plot() const { return plot_; }  // the rectangle that data are drawn in
    const PlotAxis& x() const { return spec_.x; }
    const PlotAxis& y() const { return spec_.y; }
    QPointF toDrawing(double x, double y) const { return {drawingX(x), drawingY(y)}; }
    double drawingX(double x) const { return plot_.left() + axisFraction(spec_.x, x) * plot_.width(); }
    double drawingY(double y) const { return plot_.bottom() - axisFraction(spec_.y, y) * plot_.height(); }
    QPointF toData(const QPointF& drawing) const;

    void paintPaper(QPainter& painter) const;  // over the whole panel, unless it is transparent
    void paintGrid(QPainter& painter) const;   // before the data
    void paintAxes(QPainter& painter) const;   // after them, with title, legend and colour bar
    // For the data: clips to the plot. Pair with painter.restore().
    void clip(QPainter& painter) const;

  private:
    struct Margins {
        double left = 0, top = 0, right = 0, bottom = 0;
    };
    Margins margins() const;
    void placeColumn();
    double columnWidth() const;
    void paintAxisX(QPainter& painter) const;
    void paintAxisY(QPainter& painter) const;

    PlotSpec spec_;
    PanelStyle style_;
    QSizeF size_;
    QRectF plot_, legendRect_, barRect_;
    std::vector<LegendItem> legend_;  // what there is room for
    bool hasBar_ = false;
    PlotTicks xTicks_, yTicks_;
};

}  // namespace tessera
