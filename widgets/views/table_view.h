// SPDX-License-Identifier: GPL-3.0-or-later
// A table of a result: sorted by its headers, filtered as one types, its rows linked to the selection of the
// workspace where they are samples.
#pragma once

#include <QWidget>

#include "widgets/views/result_view.h"
#include "widgets/views/table_filter.h"
#include "widgets/views/table_model.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QTableView;

namespace tessera {

class TableGrid;

class TableView : public QWidget {
    Q_OBJECT
  public:
    TableView(const ViewContext& context, RowSelection& rows, ThumbnailCache& thumbnails,
              QWidget* parent = nullptr);

    void setTable(std::shared_ptr<const Table> table);
    const TableModel& model() const { return model_; }
    QTableView* grid() const;
    QLineEdit* filterEdit() const { return filter_; }
    // Neither sorting nor filtering is under way.
    bool isSettled() const { return !isOrdering_; }

  public Q_SLOTS:
    void copySelected();  // as tab-separated text; all that is shown if nothing is selected
    void exportCsv();     // asks for a file
    void writeCsvFile(const QString& path);  // the rows that are shown, in their order

  Q_SIGNALS:
    void noticeRaised(const QString& sentence);

  private:
    void reorder();
    void showCurrent();
    void updateCount();
    std::vector<std::size_t> shownRows(bool selectedOnly) const;

    Workspace& workspace_;
    JobRunner& jobs_;
    RowSelection& rows_;
    TableModel model_;
    TableGrid* grid_;
    QLineEdit* filter_;
    QLabel *count_, *problem_;
    QCheckBox* pictures_;
    int sortColumn_ = -1;
    bool descending_ = false, isOrdering_ = false;
};

}  // namespace tessera
