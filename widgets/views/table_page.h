// SPDX-License-Identifier: GPL-3.0-or-later
// One table of a result with its scatter plot and histogram beside it, all with one selection.
#pragma once

#include "widgets/views/histogram_view.h"
#include "widgets/views/scatter_view.h"
#include "widgets/views/table_view.h"

class QSplitter;
class QTabWidget;

namespace tessera {

class TablePage : public QWidget {
    Q_OBJECT
  public:
    TablePage(const ViewContext& context, ThumbnailCache& thumbnails, QWidget* parent = nullptr);

    void setTable(std::shared_ptr<const Table> table);
    void setOfOpenData(bool isOfOpenData) { rows_.setOfOpenData(isOfOpenData); }
    RowSelection& rows() { return rows_; }
    TableView& tableView() const { return *table_; }
    ScatterView& scatterView() const { return *scatter_; }
    HistogramView& histogramView() const { return *histogram_; }
    bool isSettled() const { return table_->isSettled() && scatter_->isSettled() && histogram_->isSettled(); }
    // The plots, the one in front first.
    std::vector<std::shared_ptr<const PanelScene>> panels() const;

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    RowSelection rows_;
    bool hasSizes_ = false;
    QSplitter* splitter_;
    QTabWidget* plots_;
    TableView* table_;
    ScatterView* scatter_;
    HistogramView* histogram_;
};

}  // namespace tessera
