// SPDX-License-Identifier: GPL-3.0-or-later
// The grid of a TableView. It keeps no selection of its own: Qt's is quadratic in the number of ranges, and
// the rows of a selection made elsewhere lie scattered.
#pragma once

#include <QTableView>

#include "widgets/views/table_model.h"

namespace tessera {

class TableGrid : public QTableView {
    Q_OBJECT
  public:
    TableGrid(TableModel& model, RowSelection& rows, QWidget* parent = nullptr);

  Q_SIGNALS:
    void copyRequested();

  protected:
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void takeLine(int line, Qt::KeyboardModifiers modifiers);
    void selectLines(int from, int to, tessera::SelectionMode mode);

    TableModel& model_;
    RowSelection& rows_;
    int anchorLine_ = 0;
};

}  // namespace tessera
