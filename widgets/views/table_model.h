// SPDX-License-Identifier: GPL-3.0-or-later
// A table for a view: reads the columns as they lie, formats only what is seen. Order and filter come from
// outside (tableOrder), so that sorting 50,000 rows is a job of its own.
#pragma once

#include <QAbstractTableModel>
#include <QStringList>

#include "widgets/views/row_selection.h"
#include "widgets/views/thumbnail_cache.h"

namespace tessera {

class TableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    TableModel(RowSelection& rows, ThumbnailCache& thumbnails, QObject* parent = nullptr);

    void setTable(std::shared_ptr<const Table> table, QStringList classNames);
    void setOrder(std::vector<std::uint32_t> order);
    void setThumbnailsShown(bool shown);  // in the first column
    const std::shared_ptr<const Table>& table() const { return table_; }
    const std::vector<std::uint32_t>& order() const { return order_; }
    std::size_t rowAt(int line) const { return order_[static_cast<std::size_t>(line)]; }
    int lineOf(qint64 row) const;  // -1: not shown
    // Tab-separated with a header, numbers in full.
    QString tsv(const std::vector<std::size_t>& rows) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    QString shownText(const Column& column, std::size_t column_, std::size_t row) const;

    RowSelection& rows_;
    ThumbnailCache& thumbnails_;
    std::shared_ptr<const Table> table_;
    QStringList classNames_;
    std::vector<char> namesClass_;  // by column
    std::vector<std::uint32_t> order_;
    std::vector<int> lines_;  // by row; -1: not shown
    bool thumbnailsShown_ = false;
};

}  // namespace tessera
