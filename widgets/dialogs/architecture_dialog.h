// SPDX-License-Identifier: GPL-3.0-or-later
// Asks for the JSON description of a weights-only file whose network could not be recognised.
#pragma once

#include <QDialog>

class QLabel;
class QLineEdit;
class QPushButton;

namespace tessera {

class ArchitectureDialog : public QDialog {
    Q_OBJECT
  public:
    ArchitectureDialog(const QString& modelPath, const QString& reason, QWidget* parent = nullptr);
    QString path() const;  // valid when accepted

  private:
    void browse();
    void check();
    QString folder_;
    QLineEdit* path_;
    QLabel* verdict_;
    QPushButton* ok_;
};

}  // namespace tessera
