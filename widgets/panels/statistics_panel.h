// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of the exact slice in view: counts, areas, edges by layer, boundary, classes, and whether its
// checks hold.
#pragma once

#include <QString>
#include <QWidget>
#include <memory>
#include <vector>

#include "core/probes/linear_regions.h"

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace tessera {

struct StatisticsReport;
class AreaHistogramChart;
class FactsTable;
class LayerBarsChart;
class SliceView;
class Workspace;

class StatisticsPanel : public QWidget {
    Q_OBJECT
  public:
    explicit StatisticsPanel(SliceView& view, QWidget* parent = nullptr);
    void setResult(std::shared_ptr<const LinearRegions::Output> output);  // null: says why there is none
    QString text() const;

  private:
    void explainAbsence();
    void showReport(const StatisticsReport& report);
    std::vector<QString> classNames() const;

    SliceView& view_;
    Workspace& workspace_;
    std::shared_ptr<const LinearRegions::Output> output_;
    QLabel *verdict_, *areaTitle_, *layersTitle_;
    FactsTable* facts_;
    AreaHistogramChart* areas_;
    LayerBarsChart* layers_;
    QPushButton* copy_;
};

}  // namespace tessera
