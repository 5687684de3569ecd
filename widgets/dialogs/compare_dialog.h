// SPDX-License-Identifier: GPL-3.0-or-later
// Two results side by side: what was asked differently, and how their numbers differ.
#pragma once

#include <QDialog>

#include "core/session/session_result.h"

class QTableWidget;

namespace tessera {

class CompareDialog : public QDialog {
    Q_OBJECT
  public:
    CompareDialog(const SessionResult& first, const SessionResult& second, QWidget* parent = nullptr);
    QString text() const;  // tab-separated, for a spreadsheet

  private:
    void addTitle(const QString& text);
    void addRow(const QString& name, const QString& first, const QString& second,
                const QString& difference = {}, const QString& tip = {});
    QTableWidget* table_;
};

}  // namespace tessera
