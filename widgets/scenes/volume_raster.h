// SPDX-License-Identifier: GPL-3.0-or-later
// A volume as pixels by depth at every sample: the nearest opaque thing hides what is behind it, and
// translucent polygons before it are blended from far to near, whatever order they come in. Polygons that cut
// each other show where they do.
#pragma once

#include <QImage>
#include <stop_token>

#include "widgets/scenes/volume_shapes.h"

namespace tessera {

struct VolumeRaster {
    QImage image;  // Format_ARGB32_Premultiplied, clear where there is nothing; null:
                   // stopped, or no memory
    // Per PageMark: how much of the light from its middle comes through polygons before it, 0 to 1.
    std::vector<float> markSeen;
};

// `pixels` of the target; each is the mean of samples x samples. Of opaque polygons in one plane the first
// one named is seen.
VolumeRaster rasterVolume(const VolumeDrawing& drawing, const PageShapes& shapes, const QRectF& target,
                          const QSize& pixels, int samples, const std::stop_token& stop);

struct VolumeSight {
    std::vector<std::uint8_t> faceSeen;  // per PageFace; empty: stopped
    std::vector<float> markSeen;         // as in VolumeRaster
};
// What can be seen of polygons and marks at so many samples a point.
VolumeSight volumeSight(const VolumeDrawing& drawing, const PageShapes& shapes, const QRectF& target,
                        double samplesPerPoint, const std::stop_token& stop);

}  // namespace tessera
