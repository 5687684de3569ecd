// SPDX-License-Identifier: GPL-3.0-or-later
// Asks for the shape of one sample when a model's file does not tell.
#pragma once

#include <QDialog>
#include <optional>

#include "core/base/shape.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace tessera {

class ShapeDialog : public QDialog {
    Q_OBJECT
  public:
    // `reason`: why it is asked. `ofTheData`: offered as the obvious answer.
    ShapeDialog(const QString& reason, const std::optional<Shape>& ofTheData, QWidget* parent = nullptr);
    Shape shape() const;  // valid when accepted

  private:
    void check();
    QLineEdit* text_;
    QLabel* verdict_;
    QPushButton* ok_;
};

}  // namespace tessera
