// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of the result browser, newest first.
#pragma once

#include <QAbstractTableModel>

#include "widgets/panels/result_list.h"

namespace tessera {

class ResultsModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { Name, Probe, Changed, Samples, OutcomeColumn, Seconds, Started, kColumns };
    enum Role { IdRole = Qt::UserRole };

    ResultsModel(ResultList& results, JobRunner& jobs, std::vector<ProbeDescription> probes,
                 QObject* parent = nullptr);
    QString idAt(int row) const;
    int rowOf(const QString& id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : kColumns; }
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    int row(int listRow) const { return static_cast<int>(shown_) - 1 - listRow; }
    const ResultEntry& at(int row) const;
    QString text(const ResultEntry& entry, int column) const;
    const ProbeDescription* description(const std::string& probe) const;

    ResultList& results_;
    JobRunner& jobs_;
    std::vector<ProbeDescription> probes_;
    std::size_t shown_ = 0;
};

}  // namespace tessera
