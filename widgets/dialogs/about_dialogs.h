// SPDX-License-Identifier: GPL-3.0-or-later
// What the program is, and which keys it knows.
#pragma once

#include <QDialog>
#include <QList>
#include <QString>

namespace tessera {

class AboutDialog : public QDialog {
    Q_OBJECT
  public:
    explicit AboutDialog(QWidget* parent = nullptr);
};

class ShortcutsDialog : public QDialog {
    Q_OBJECT
  public:
    struct Row {
        QString group, keys, what;
    };
    explicit ShortcutsDialog(const QList<Row>& rows, QWidget* parent = nullptr);
};

}  // namespace tessera
