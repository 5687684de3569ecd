// SPDX-License-Identifier: GPL-3.0-or-later
// Two columns of a table against each other: a marker a row, coloured by class or by a third column.
#pragma once

#include <string>

#include "widgets/scenes/colour_bar.h"
#include "widgets/scenes/plot_frame.h"

namespace tessera {

struct ScatterChoice {
    std::string x, y;         // names of columns
    std::string colour = {};  // empty: one colour for all
    bool logX = false, logY = false, logColour = false;
    ColourBar::Map map = ColourBar::Map::Viridis;
    bool operator==(const ScatterChoice&) const = default;
};

// A table's rows as points; made once for a choice of columns and shared by all windows on it.
struct ScatterPoints {
    std::shared_ptr<const Table> table;
    ScatterChoice choice;
    PlotAxis xAxis, yAxis;          // with the range of all points
    std::vector<double> x, y;       // by row; NaN: not drawn
    std::vector<QRgb> colour;       // by row
    std::vector<LegendItem> kinds;  // of a class colouring
    std::optional<ColourBar> bar;
    std::size_t notDrawn = 0;  // rows without a place: a missing value, or not positive on a logarithmic axis
};
// Null if the table has no column x or y. Any thread.
std::shared_ptr<const ScatterPoints> scatterPoints(std::shared_ptr<const Table> table,
                                                   const ScatterChoice& choice, const SceneContext& context);
// A good first choice: the two first columns of real numbers, coloured by the first that names classes.
ScatterChoice firstChoice(const Table& table);

struct ScatterMarks {
    std::vector<unsigned char> selected;        // by row; empty: none
    std::int64_t current = -1, reference = -1;  // rows; -1: none
};

class ScatterScene : public PanelScene {
  public:
    explicit ScatterScene(std::shared_ptr<const ScatterPoints> points) : points_(std::move(points)) {
        xRange = {points_->xAxis.low, points_->xAxis.high};
        yRange = {points_->yAxis.low, points_->yAxis.high};
    }
    const ScatterPoints& points() const { return *points_; }
    AxisRange xRange, yRange;  // what is shown
    ScatterMarks marks;
    QString heading;
    bool grid = true;
    bool keepsLegend = false;  // the row for selected points is there even if none is: a view does not jump
    double markerPt = 0;       // diameter; 0: by the number of points

    QString title() const override { return heading; }
    void paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
               std::stop_token stop) const override;
    std::optional<ColourBar> colourBar() const override { return points_->bar; }
    std::vector<LegendItem> legend() const override;
    std::vector<Table> numbers() const override;

    PlotFrame frame(const PanelStyle& style, const QSizeF& sizePt) const;
    // The row whose marker is nearest to a point of the drawing, within `reachPt`; -1: none.
    std::int64_t rowAt(const PlotFrame& frame, const QPointF& drawing, double reachPt) const;
    // Fewer points and larger plots have larger markers.
    double diameterPt(const PlotFrame& frame) const;

  private:
    void paintRaster(QPainter& painter, const PanelStyle& style, const PlotFrame& frame,
                     double pixelsPerPoint, const std::stop_token& stop) const;
    void paintPaths(QPainter& painter, const PanelStyle& style, const PlotFrame& frame) const;
    void paintPinned(QPainter& painter, const PanelStyle& style, const PlotFrame& frame) const;
    bool isSelected(std::size_t row) const { return !marks.selected.empty() && marks.selected[row]; }
    int opacity() const;

    std::shared_ptr<const ScatterPoints> points_;
};

}  // namespace tessera
