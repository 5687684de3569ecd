// SPDX-License-Identifier: GPL-3.0-or-later
// Two small charts of the statistics panel.
#pragma once

#include <QWidget>

#include "widgets/panels/statistics_report.h"

namespace tessera {

// Region areas on a logarithmic axis; the pointer reads a bin.
class AreaHistogramChart : public QWidget {
    Q_OBJECT
  public:
    explicit AreaHistogramChart(QWidget* parent = nullptr);
    void setHistogram(AreaHistogram histogram);
    QSize sizeHint() const override { return {220, 120}; }
    QSize minimumSizeHint() const override { return {140, 100}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

  private:
    QRectF plot() const;
    AreaHistogram histogram_;
};

// One bar a layer, as long as its edges are many, with its name and the regions after it.
class LayerBarsChart : public QWidget {
    Q_OBJECT
  public:
    explicit LayerBarsChart(QWidget* parent = nullptr);
    void setSites(std::vector<SiteSummary> sites);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {140, sizeHint().height()}; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    int rowHeight() const;
    std::vector<SiteSummary> sites_;
};

}  // namespace tessera
