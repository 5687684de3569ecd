// SPDX-License-Identifier: GPL-3.0-or-later
// The painted parts of the statistics panel: painted, since rich text in a label takes a hundred times as
// long to lay out.
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

// Titled rows of a name and a value.
class FactsTable : public QWidget {
    Q_OBJECT
  public:
    explicit FactsTable(QWidget* parent = nullptr);
    void setSections(std::vector<StatisticsSection> sections);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {180, sizeHint().height()}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;  // what was cut off, as a tooltip

  private:
    int rowHeight() const { return fontMetrics().height() + 2; }
    std::vector<StatisticsSection> sections_;
};

}  // namespace tessera
