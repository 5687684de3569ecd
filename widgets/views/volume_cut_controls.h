// SPDX-License-Identifier: GPL-3.0-or-later
// The cut plane of a volume: shown or not, where it lies, and whose plane it is.
#pragma once

#include <QGroupBox>

#include "widgets/scenes/volume_scene.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QSlider;

namespace tessera {

// A slice view whose plane lies in the volume.
struct VolumeSlice {
    QString name, title;  // of the view; as shown
    VolumePlane plane;
};

class VolumeCutControls : public QGroupBox {
    Q_OBJECT
  public:
    explicit VolumeCutControls(QWidget* parent = nullptr);

    // The plane comes into its middle if it was nowhere or is outside now.
    void setBox(const Eigen::Vector3d& low, const Eigen::Vector3d& high);
    void showLook(const VolumeLook& look);
    void readLook(VolumeLook& look) const;
    void setPlane(const VolumePlane& plane);  // moved by hand in the picture; signals as if moved here
    // Slices that lie in the volume: each can be the cut, and then moves with it.
    void setSlices(std::vector<VolumeSlice> slices);
    QString slice() const;                  // name of the one that is the cut; empty: none is
    void setSlice(const QString& name);     // as if chosen here
    void setNote(const QString& sentence);  // why there is no cut; empty: there is

  Q_SIGNALS:
    void changed();
    // The cut was moved while it was this slice.
    void sliceMoved(const QString& name, const tessera::VolumePlane& plane);
    void sliceWanted();  // the cut as a slice of its own

  private:
    void showPlane();
    void listPlanes();
    void choosePlane(int index);
    void movePlane(double position);

    Eigen::Vector3d low_ = Eigen::Vector3d::Constant(-1), high_ = Eigen::Vector3d::Constant(1);
    VolumePlane plane_;
    bool isPlaced_ = false;   // by somebody; else it lies in the middle of the box
    bool isShowing_ = false;  // values are being put in: not the user's doing
    std::vector<VolumeSlice> slices_;
    QCheckBox *cut_, *clip_;
    QComboBox* planes_;
    QSlider* position_;
    QLabel *positionText_, *note_;
    QPushButton* open_;
};

}  // namespace tessera
