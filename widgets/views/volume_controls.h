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

// A slice view whose plane lies in the volume.
struct VolumeSlice {
    QString name, title;  // of the view; as shown
    VolumePlane plane;
};

class VolumePathControls;

class VolumeControls : public QWidget {
    Q_OBJECT
  public:
    explicit VolumeControls(QWidget* parent = nullptr);

    // What there is to show; keeps what was chosen where it still can be.
    void setResult(const VolumeResult* result, const SceneContext& context);
    VolumePathControls& paths() const { return *paths_; }
    const VolumeLook& look() const { return look_; }
    void setLook(const VolumeLook& look);

    // Moved by hand in the picture; signals as if moved here.
    void setCutPlane(const VolumePlane& plane);
    // Slices that lie in the volume: each can be the cut, and then moves with it.
    void setSlices(std::vector<VolumeSlice> slices);
    QString cutSlice() const;                  // name of the one that is the cut; empty: none is
    void setCutSlice(const QString& name);     // as if chosen here
    void showOrbit(int done, int frames);      // 0 of 0: none under way
    void setCutNote(const QString& sentence);  // why there is no cut; empty: there is

  Q_SIGNALS:
    void lookChanged();
    // The cut was moved while it was this slice.
    void sliceMoved(const QString& name, const tessera::VolumePlane& plane);
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
    void showCut();
    void listPlanes();
    void choosePlane(int index);
    void movePlane(double position);
    void enableWhatApplies();

    VolumeLook look_;
    Eigen::Vector3d low_ = Eigen::Vector3d::Constant(-1), high_ = Eigen::Vector3d::Constant(1);
    bool hasCells_ = false, hasLabels_ = false, hasBoth_ = false;
    bool isShowing_ = false;    // values are being put in: not the user's doing
    bool isCutPlaced_ = false;  // by somebody; else it lies in the middle of the box
    std::vector<VolumeSlice> slices_;
    QCheckBox *boundary_, *sampled_, *cells_, *samples_, *outlines_, *cut_, *clip_;
    QComboBox *fill_, *plane_;
    QSlider *boundaryOpacity_, *cellOpacity_, *explode_, *position_;
    QLabel *positionText_, *cutNote_;
    QListWidget* classes_;
    VolumePathControls* paths_;
    QPushButton *slice_, *mesh_, *orbit_;
};

}  // namespace tessera
