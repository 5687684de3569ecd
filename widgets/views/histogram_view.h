// SPDX-License-Identifier: GPL-3.0-or-later
// A histogram with the choosers of its column, groups and bins; dragging over it selects the rows in a range.
#pragma once

#include <QImage>
#include <optional>

#include "widgets/scenes/histogram_scene.h"
#include "widgets/views/result_view.h"
#include "widgets/views/row_selection.h"

class QCheckBox;
class QComboBox;
class QSpinBox;

namespace tessera {

class HistogramPlot : public QWidget {
    Q_OBJECT
  public:
    explicit HistogramPlot(RowSelection& rows, QWidget* parent = nullptr);
    void setBins(std::shared_ptr<const HistogramBins> bins);
    std::shared_ptr<const HistogramScene> scene() const;  // null: none
    const PlotFrame& frame() const;                       // of what is on the screen; until the next redraw
    QPointF widgetPoint(double x, double count) const;
    QSize sizeHint() const override { return {520, 340}; }
    QSize minimumSizeHint() const override { return {180, 100}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    std::shared_ptr<HistogramScene> newScene() const;
    const HistogramScene& screenScene() const;
    // False while the bins of another table are being made: rows of the old ones mean nothing then.
    bool isInteractive() const { return bins_ && bins_->table == rows_.table(); }
    void redraw();
    void sayBin(const QPointF& at);  // as a tooltip
    std::optional<std::size_t> binAt(const QPointF& at) const;
    void selectRange(QPointF from, QPointF to, SelectionMode mode);

    RowSelection& rows_;
    std::shared_ptr<const HistogramBins> bins_;
    // Made when first asked for after a redraw: every move of the mouse looks for the bar under it.
    mutable std::shared_ptr<const HistogramScene> shown_;
    mutable std::optional<PlotFrame> frame_;
    QImage image_;
    bool isStale_ = true;  // the image, whose memory is kept
    bool isBrushing_ = false;
    QPointF brushFrom_, brushTo_;
};

class HistogramView : public QWidget {
    Q_OBJECT
  public:
    HistogramView(const ViewContext& context, RowSelection& rows, QWidget* parent = nullptr);
    void setTable(std::shared_ptr<const Table> table);
    HistogramPlot& plot() const { return *plot_; }
    HistogramChoice choice() const;
    void setChoice(const HistogramChoice& choice);
    bool isSettled() const { return !isPreparing_; }

  private:
    void prepare();

    Workspace& workspace_;
    JobRunner& jobs_;
    std::shared_ptr<const Table> table_;
    HistogramPlot* plot_;
    QComboBox *column_, *groups_;
    QSpinBox* binCount_;
    QCheckBox *logX_, *logCounts_;
    bool isFilling_ = false, isPreparing_ = false;
};

}  // namespace tessera
