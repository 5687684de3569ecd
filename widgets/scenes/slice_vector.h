// SPDX-License-Identifier: GPL-3.0-or-later
// The plot area of a slice as paths, one per colour, for SVG and PDF. Everything is cut to the target here,
// because Qt's SVG writer knows no clipping.
#pragma once

#include <QPainter>
#include <stop_token>

#include "widgets/scenes/slice_scene.h"

namespace tessera {

// False when stopped.
bool paintVectorFill(QPainter& painter, const SliceScene& scene, const SliceStyle& style, const SliceMap& map,
                     const QRectF& target, const std::stop_token& stop);
void paintVectorEdges(QPainter& painter, const SliceScene& scene, const SliceStyle& style,
                      const SliceMap& map, const QRectF& target);
void paintVectorBoundary(QPainter& painter, const SliceScene& scene, const SliceStyle& style,
                         const SliceMap& map, const QRectF& target);

}  // namespace tessera
