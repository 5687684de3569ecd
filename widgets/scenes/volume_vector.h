// SPDX-License-Identifier: GPL-3.0-or-later
// A volume as paths, for SVG and PDF: what volume_order.h gives, one over the other.
#pragma once

#include <QPainter>

#include "widgets/scenes/volume_order.h"

namespace tessera {

void paintItems(QPainter& painter, const VolumeDrawing& drawing, const PageShapes& shapes,
                const std::vector<PageItem>& items);
// Straight lines one by one, as the lines of a volume are stroked.
void paintLine(QPainter& painter, const PageLine& line, double from = 0, double to = 1);

}  // namespace tessera
