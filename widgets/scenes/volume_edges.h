// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/scenes/volume_drawing.h"

namespace tessera {

// Makes a layer's outlines, if it has any, fainter the denser they are, and leaves out those that would only
// be grey. `boxSide`: the box's longest, in volume coordinates.
void fadeEdges(VolumeFaces& layer, double boxSide);

}  // namespace tessera
