// SPDX-License-Identifier: GPL-3.0-or-later
// What is shown of a volume, beside its picture: layers, colours, opacity, classes, the cut plane, and ways
// out.
#pragma once

#include <QWidget>

#include "widgets/scenes/volume_scene.h"
#include "widgets/volume/volume_motion.h"

class QCheckBox;
class QComboBox;
class QFormLayout;
class QListWidget;
class QPushButton;
class QSlider;

namespace tessera {

class VolumeCutControls;
class VolumePathControls;

class VolumeControls : public QWidget {
    Q_OBJECT
  public:
    explicit VolumeControls(QWidget* parent = nullptr);

    // What there is to show; keeps what was chosen where it still can be.
    void setResult(const VolumeResult* result, const SceneContext& context);
    VolumePathControls& paths() const { return *paths_; }
    VolumeCutControls& cut() const { return *cut_; }
    const VolumeLook& look() const { return look_; }
    void setLook(const VolumeLook& look);

    void showOrbit(int done, int frames);  // 0 of 0: none under way

  Q_SIGNALS:
    void lookChanged();
    void viewChosen(tessera::StandardView view);
    void resetChosen();
    void meshChosen();
    void orbitChosen();

  private:
    QWidget* makeLayers();
    QWidget* makeViews();
    void readLook();
    void showLook();
    void enableWhatApplies();

    VolumeLook look_;
    bool hasCells_ = false, hasLabels_ = false, hasBoth_ = false;
    bool isShowing_ = false;  // values are being put in: not the user's doing
    QCheckBox *boundary_, *sampled_, *cells_, *samples_, *outlines_;
    QComboBox* fill_;
    QSlider *boundaryOpacity_, *cellOpacity_, *explode_;
    QListWidget* classes_;
    VolumePathControls* paths_;
    VolumeCutControls* cut_;
    QPushButton *mesh_, *orbit_;
};

}  // namespace tessera
