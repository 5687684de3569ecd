// SPDX-License-Identifier: GPL-3.0-or-later
// Draws what is asked for: as much of it as keeps up with the hand, or all of it. On the thread that draws
// only.
#pragma once

#include "widgets/volume/volume_gl_vtk.h"
#include "widgets/volume/volume_stage_vtk.h"

namespace tessera {

class VolumeFrames {
  public:
    using GiveUp = std::function<bool()>;  // asked between the pieces of a picture

    explicit VolumeFrames(VolumeGl& gl);
    // Null takes all of it off the graphics card.
    void setVolume(const std::shared_ptr<const PreparedVolume>& volume,
                   const std::shared_ptr<const PreparedVolume>& overlay);

    // Of the present volume. Null if given up, or if the driver failed.
    QImage moving(const VolumeRequest& view, const GiveUp& giveUp);
    QImage still(const VolumeRequest& view, const GiveUp& giveUp) { return whole(view, giveUp, false); }
    QImage best(const VolumeRequest& view, const GiveUp& giveUp) { return whole(view, giveUp, true); }
    bool isGivenUp() const { return isGivenUp_; }  // the last one

  private:
    QImage draw(const VolumeRequest& view, const QSize& pixels, double pixelsPerPoint,
                const VolumeDetail& detail, int samples, const GiveUp& giveUp);
    QImage whole(const VolumeRequest& view, const GiveUp& giveUp, bool smooth);
    VolumeDetail movingDetail() const;

    VolumeGl& gl_;
    VolumeStage stage_;
    bool isGivenUp_ = false;
    int thrift_ = 0;           // how much a moving picture leaves out, so that it keeps up
    bool isThriftNew_ = true;  // its first picture takes longer: shaders are made
    bool isAtRest_ = true;     // the last picture was no moving one
    double movingMs_ = 0;      // that the last moving one took
};

}  // namespace tessera
