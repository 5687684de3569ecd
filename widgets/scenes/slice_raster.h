// SPDX-License-Identifier: GPL-3.0-or-later
// The plot area of a slice as pixels: fill, edges and boundary of 10^5 faces in a few hundredths of a second.
#pragma once

#include <QImage>
#include <stop_token>

#include "widgets/scenes/slice_scene.h"

namespace tessera {

struct RasterParts {
    bool fill = true, edges = true, boundary = true;
};

// `map` takes slice coordinates to pixels of the image. Transparent where there is nothing to show. Null when
// stopped.
QImage rasterSlice(const SliceScene& scene, const SliceStyle& style, const QSize& size, const SliceMap& map,
                   const RasterParts& parts, std::stop_token stop);

}  // namespace tessera
