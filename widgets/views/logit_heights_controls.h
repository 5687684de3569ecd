// SPDX-License-Identifier: GPL-3.0-or-later
// What is shown of logits over a plane, beside their picture.
#pragma once

#include <QWidget>

#include "widgets/scenes/logit_heights_scene.h"

class QCheckBox;
class QComboBox;
class QListWidget;
class QPushButton;
class QSlider;

namespace tessera {

class LogitHeightsControls : public QWidget {
    Q_OBJECT
  public:
    explicit LogitHeightsControls(QWidget* parent = nullptr);

    void setResult(const LogitHeightsResult* result, const SceneContext& context);
    const HeightsLook& look() const { return look_; }
    void setLook(const HeightsLook& look);

  Q_SIGNALS:
    void lookChanged();
    void isometricChosen();
    void aboveChosen();
    void resetChosen();
    void meshChosen();

  private:
    QWidget* makeShow();
    QWidget* makeView();
    void showLook();
    void readLook();

    HeightsLook look_;
    bool isShowing_ = false;  // values are being put in: not the user's doing
    QComboBox *height_, *fill_;
    QCheckBox *floor_, *boundary_, *samples_, *outlines_;
    QSlider *opacity_, *tall_;
    QListWidget* classes_;
    QPushButton* mesh_;
};

}  // namespace tessera
