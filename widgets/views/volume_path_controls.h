// SPDX-License-Identifier: GPL-3.0-or-later
// What is shown of the counterfactual searches in a volume, and how far along they are.
#pragma once

#include <QGroupBox>

#include "widgets/scenes/volume_scene.h"

class QCheckBox;
class QLabel;
class QSlider;

namespace tessera {

class VolumePathControls : public QGroupBox {
    Q_OBJECT
  public:
    explicit VolumePathControls(QWidget* parent = nullptr);

    // Hidden where there are no searches. The result outlives its being shown here.
    void setResult(const VolumeResult* result, const SceneContext& context);
    void showLook(const VolumeLook& look);
    void readLook(VolumeLook& look) const;
    QString text() const;  // a line a search, at the step

  Q_SIGNALS:
    void changed();

  private:
    void showStep();

    const VolumeResult* result_ = nullptr;
    SceneContext context_;
    bool isShowing_ = false;
    QCheckBox *paths_, *ball_;
    QSlider* step_;
    QLabel *stepText_, *text_;
};

}  // namespace tessera
