// SPDX-License-Identifier: GPL-3.0-or-later
// What is to be drawn of a volume, and what has been drawn of it.
#pragma once

#include <QImage>
#include <QSet>
#include <memory>
#include <vector>

#include "widgets/scenes/colours.h"
#include "widgets/volume/volume_cut.h"

namespace tessera {

struct PreparedVolume;

struct VolumeRequest {
    std::shared_ptr<const PreparedVolume> volume;   // null: nothing; what was drawn before is let go
    std::shared_ptr<const PreparedVolume> overlay;  // drawn with it, in the same box; may be null
    VolumeCamera camera;
    VolumeCut cut;
    QSet<QString> hidden;  // layers
    SceneTheme theme = SceneTheme::light();
    QSize pixels;
    double pixelsPerPoint = 1;
    bool isMoving = true;  // drawn so as to keep up with the hand; else as well as can be
    int version = 0;       // the asker's own count

    // Those that are there, of a request that has a volume.
    std::vector<const PreparedVolume*> parts() const {
        if (!overlay) return {volume.get()};
        return {volume.get(), overlay.get()};
    }
};

struct VolumePicture {
    VolumeRequest of;
    QImage image;         // a moving one may have fewer pixels; null: the driver failed
    bool isBest = false;  // none that is better will follow
    double milliseconds = 0;
};

}  // namespace tessera
