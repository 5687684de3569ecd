// SPDX-License-Identifier: GPL-3.0-or-later
// The order in which a volume's shapes are painted over each other, from far to near, for a page of paths.
//
// Pairs that overlap on the page are told apart by depth where they overlap; polygons and lines that cut each
// other are cut there, and of shapes that hide each other in a circle one is cut. The work is bounded: beyond
// about two cuts a shape, or where a circle cannot be opened by a cut, what is left of it is painted by
// farthest depth and may hide the rest wrongly. A mark is one disc as far away as its front: it is never cut.
#pragma once

#include <optional>

#include "widgets/scenes/volume_raster.h"

namespace tessera {

// A shape, or a piece of one.
struct PageItem {
    enum class Kind : std::uint8_t { Face, Line, Mark };
    Kind kind = Kind::Face;
    std::int32_t source = 0;               // of PageShapes' faces, lines or marks
    std::vector<Eigen::Vector2d> polygon;  // what it covers
    std::vector<std::uint8_t> outline;     // of a face, per corner: as in PageShapes
    Eigen::Vector3d key;                   // of its front, as in PageFace
    double farthest = 0;
    bool isWhole = true;
    // Of a line: the stretch of it that is left, 0..1.
    double from = 0, to = 1;
};

// Those that `sight` sees, from far to near; nothing when stopped.
std::optional<std::vector<PageItem>> itemsFromFarToNear(const PageShapes& shapes, const VolumeSight& sight,
                                                        const std::stop_token& stop);

}  // namespace tessera
