// SPDX-License-Identifier: GPL-3.0-or-later
// One result of "path-regions": its plot, the crossings of each layer, and what the network sees and says at
// the position under the reading line.
#pragma once

#include "widgets/views/path_plot.h"
#include "widgets/views/result_view.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QToolButton;

namespace tessera {

class PathView : public ResultView {
    Q_OBJECT
  public:
    explicit PathView(const ViewContext& context, QWidget* parent = nullptr);

    void show(std::shared_ptr<const ResultRecord> record) override;
    std::shared_ptr<const ResultRecord> record() const override { return record_; }
    std::vector<std::shared_ptr<const PanelScene>> panels() const override;

    PathPlot& plot() { return *plot_; }
    bool isUpToDate() const { return plot_->isUpToDate() && layers_->isUpToDate(); }
    // The input at a position, as a picture; null if it is no image.
    QImage inputAt(double position) const;
    QString readoutAt(double position) const;

  private:
    void fillLogits();
    void readOff(double position);
    std::vector<double> valuesAt(double position) const;

    Workspace& workspace_;
    std::shared_ptr<const ResultRecord> record_;
    QLabel* summary_;
    QComboBox* logit_;
    QCheckBox* probabilities_;
    QToolButton* fit_;
    PathPlot* plot_;
    PanelCanvas* layers_;
    QWidget* side_;
    QLabel* input_;
    QLabel* readout_;
};

}  // namespace tessera
