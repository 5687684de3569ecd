// SPDX-License-Identifier: GPL-3.0-or-later
// A scatter plot with the choosers of its axes and colour.
#pragma once

#include "widgets/views/result_view.h"
#include "widgets/views/scatter_plot.h"

class QCheckBox;
class QComboBox;

namespace tessera {

class ScatterView : public QWidget {
    Q_OBJECT
  public:
    ScatterView(const ViewContext& context, RowSelection& rows, ThumbnailCache& thumbnails,
                QWidget* parent = nullptr);

    void setTable(std::shared_ptr<const Table> table);  // keeps the chosen columns where it has them
    ScatterPlot& plot() const { return *plot_; }
    ScatterChoice choice() const;
    void setChoice(const ScatterChoice& choice);
    bool isSettled() const { return !isPreparing_; }

  private:
    void prepare();

    Workspace& workspace_;
    JobRunner& jobs_;
    std::shared_ptr<const Table> table_;
    ScatterPlot* plot_;
    QComboBox *x_, *y_, *colour_, *map_;
    QCheckBox *logX_, *logY_, *logColour_;
    bool isFilling_ = false, isPreparing_ = false;
};

}  // namespace tessera
