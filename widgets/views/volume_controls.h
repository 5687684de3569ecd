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
class QLabel;
class QListWidget;
class QPushButton;
class QSlider;

namespace tessera {

class VolumeControls : public QWidget {
    Q_OBJECT
  public:
    explicit VolumeControls(QWidget* parent = nullptr);

    // What there is to show; keeps what was chosen where it still can be.
    void setResult(const VolumeResult* result, const SceneContext& context);
    const VolumeLook& look() const { return look_; }
    void setLook(const VolumeLook& look);

    bool isCutShown() const;
    int cutAxis() const;
    double cutPosition() const;
    bool isClipped() const;
    void setCutPosition(int axis, double position);  // moved by hand in the picture; signals as if moved here
    void showOrbit(int done, int frames);            // 0 of 0: none under way
    void setCutNote(const QString& sentence);        // why there is no cut; empty: there is

  Q_SIGNALS:
    void lookChanged();
    void cutChanged();  // shown, axis, position or clip
    void viewChosen(tessera::StandardView view);
    void resetChosen();
    void sliceChosen();  // the cut as a slice of its own
    void meshChosen();
    void orbitChosen();

  private:
    QWidget* makeLayers();
    QWidget* makeCut();
    QWidget* makeViews();
    void readLook();
    void showLook();
    void showCutRange();
    void enableWhatApplies();

    VolumeLook look_;
    Eigen::Vector3d low_ = Eigen::Vector3d::Constant(-1), high_ = Eigen::Vector3d::Constant(1);
    bool hasCells_ = false, hasLabels_ = false, hasBoth_ = false;
    bool isShowing_ = false;  // values are being put in: not the user's doing
    QCheckBox *boundary_, *sampled_, *cells_, *samples_, *outlines_, *cut_, *clip_;
    QComboBox *fill_, *axis_;
    QSlider *boundaryOpacity_, *cellOpacity_, *explode_, *position_;
    QLabel *positionText_, *cutNote_;
    QListWidget* classes_;
    QPushButton *slice_, *mesh_, *orbit_;
};

}  // namespace tessera
