// SPDX-License-Identifier: GPL-3.0-or-later
// Asks how large a figure is to be and where it goes.
#pragma once

#include <QDialog>

#include "widgets/scenes/figure.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLineEdit;
class QSpinBox;

namespace tessera {

class FigureDialog : public QDialog {
    Q_OBJECT
  public:
    explicit FigureDialog(const SliceSwitches& switches, QWidget* parent = nullptr);

    FigureOptions options() const;
    QString path() const;  // with a suffix
    void setPath(const QString& path);

  public Q_SLOTS:
    void accept() override;  // only with a path that can be written

  private:
    void browse();
    SliceSwitches switches_;
    QLineEdit *path_, *title_;
    QComboBox *width_, *theme_;
    QDoubleSpinBox *widthMm_, *fontPt_;
    QSpinBox* dpi_;
    QCheckBox *legend_, *caption_, *grid_;
};

}  // namespace tessera
