// SPDX-License-Identifier: GPL-3.0-or-later
// Which rows of a table are selected, shared by its table, scatter and histogram. Where the rows are samples
// it is the workspace's selection, both ways; else it is kept here.
#pragma once

#include <QObject>
#include <memory>
#include <vector>

#include "core/base/record.h"
#include "widgets/workspace.h"

namespace tessera {

class RowSelection : public QObject {
    Q_OBJECT
  public:
    explicit RowSelection(Workspace& workspace, QObject* parent = nullptr);

    void setTable(std::shared_ptr<const Table> table);  // null: none
    const std::shared_ptr<const Table>& table() const { return table_; }
    bool isLinked() const { return !samples_.empty(); }  // rows are samples of the open data
    // False: rows are samples of other data, and stand for themselves.
    void setOfOpenData(bool isOfOpenData);

    const std::vector<unsigned char>& mask() const { return mask_; }  // by row
    std::size_t count() const { return count_; }
    bool isSelected(std::size_t row) const { return mask_[row] != 0; }
    qint64 currentRow() const { return currentRow_; }  // -1: none
    qint64 referenceRow() const { return referenceRow_; }
    qint64 sampleOf(std::size_t row) const { return row < samples_.size() ? samples_[row] : -1; }

    // Rows that the table has not are passed over.
    void select(const std::vector<std::size_t>& rows, SelectionMode mode);
    void setCurrentRow(qint64 row);

  Q_SIGNALS:
    void changed();         // selected rows
    void currentChanged();  // or the reference

  private:
    void readSamples();
    qint64 rowOf(qint64 sample) const;  // the first; -1: none
    void followSelection();
    void followCurrent();
    void countRows();

    Workspace& workspace_;
    std::shared_ptr<const Table> table_;
    bool isOfOpenData_ = true;
    std::vector<qint64> samples_;                               // by row
    std::vector<std::pair<qint64, std::size_t>> rowsOfSample_;  // ascending
    std::vector<unsigned char> mask_;
    std::size_t count_ = 0;
    qint64 currentRow_ = -1, referenceRow_ = -1;
};

}  // namespace tessera
