// SPDX-License-Identifier: GPL-3.0-or-later
// Slices in volumes: every open volume is told of the slices there are, and moves those that lie in it.
#pragma once

#include <QObject>
#include <QTimer>

#include "core/geometry/slice_plane.h"

namespace tessera {

class SliceView;
class ViewArea;

class VolumeSlices : public QObject {
    Q_OBJECT
  public:
    explicit VolumeSlices(ViewArea& views);

  private:
    void watch(SliceView* view);
    void tellVolumes();
    void move(const QString& name, const SlicePlane& plane);
    ViewArea& views_;
    QTimer soon_;
};

}  // namespace tessera
