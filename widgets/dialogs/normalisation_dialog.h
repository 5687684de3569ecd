// SPDX-License-Identifier: GPL-3.0-or-later
// How samples become inputs: (value - mean) / std per channel, kept with the model-data pair.
#pragma once

#include <QDialog>

#include "core/data/dataset.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace tessera {

class NormalisationDialog : public QDialog {
    Q_OBJECT
  public:
    NormalisationDialog(const Normalisation& current, const Shape& sampleShape, QWidget* parent = nullptr);
    const Normalisation& normalisation() const { return normalisation_; }  // valid when accepted

  private:
    void takePreset(int index);
    void check();
    Shape sampleShape_;
    Normalisation normalisation_;
    QComboBox* presets_;
    QLineEdit* mean_;
    QLineEdit* std_;
    QLabel* verdict_;
    QPushButton* ok_;
};

}  // namespace tessera
