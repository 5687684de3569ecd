// SPDX-License-Identifier: GPL-3.0-or-later
// A scatter scene to hold: wheel zooms about the pointer, right or middle drag pans, double click fits, drag
// draws a box and Shift+drag a lasso round what is selected (Ctrl adds, Alt takes away), click goes to a
// sample.
#pragma once

#include <QImage>
#include <QPolygonF>
#include <QWidget>
#include <functional>
#include <optional>

#include "widgets/scenes/scatter_scene.h"
#include "widgets/views/row_selection.h"
#include "widgets/views/thumbnail_cache.h"

namespace tessera {

class ScatterPlot : public QWidget {
    Q_OBJECT
  public:
    ScatterPlot(RowSelection& rows, ThumbnailCache& thumbnails, QWidget* parent = nullptr);

    // Another table or other columns; keeps the window on the data if the axes are the same. Null: empty.
    void setPoints(std::shared_ptr<const ScatterPoints> points);
    // As seen now; null if there is none.
    std::shared_ptr<const ScatterScene> scene() const;
    void setSampleNames(std::function<QString(qint64)> names) { sampleNames_ = std::move(names); }
    const PlotFrame& frame() const;  // of what is on the screen; until the next redraw
    QPointF widgetPoint(double x, double y) const;
    qint64 hoveredRow() const { return hoveredRow_; }
    AxisRange xRange() const { return x_; }
    AxisRange yRange() const { return y_; }

    QSize sizeHint() const override { return {520, 380}; }
    QSize minimumSizeHint() const override { return {180, 110}; }

  public Q_SLOTS:
    void fit();
    void zoom(double factor);  // about the middle
    void pan(double fractionX, double fractionY);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    std::shared_ptr<ScatterScene> newScene() const;
    const ScatterScene& screenScene() const;
    enum class Drag { None, Undecided, Box, Lasso, Pan };
    // False while the points of another table are being made: rows of the old ones mean nothing then.
    bool isInteractive() const { return points_ && points_->table == rows_.table(); }
    void redraw();  // the points, at the next paint event
    void zoomAt(const QPointF& at, double factor);
    void shift(AxisRange& range, const PlotAxis& axis, double fraction) const;
    void endDrag();
    void finishSelection(Qt::KeyboardModifiers modifiers);
    QPolygonF outline() const;  // of the box or lasso, widget coordinates
    void paintOutline(QPainter& painter) const;
    void paintCard(QPainter& painter);
    void updateHover(const QPointF& at);

    RowSelection& rows_;
    ThumbnailCache& thumbnails_;
    std::function<QString(qint64)> sampleNames_;
    std::shared_ptr<const ScatterPoints> points_;
    AxisRange x_, y_;
    // Made when first asked for after a redraw: every move of the mouse looks for the marker under it.
    mutable std::shared_ptr<const ScatterScene> shown_;
    mutable std::optional<PlotFrame> frame_;
    QImage image_;
    bool isStale_ = true;  // the image, whose memory is kept
    Drag drag_ = Drag::None;
    QPointF dragFrom_, pointer_;
    QPolygonF path_;
    qint64 hoveredRow_ = -1;
};

}  // namespace tessera
