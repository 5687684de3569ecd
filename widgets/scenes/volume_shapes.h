// SPDX-License-Identifier: GPL-3.0-or-later
// A volume's polygons, lines and marks on the page: projected, cut to what is ahead of the eye and within a
// rectangle, and lit from the eye. Both painters start from it. Lengths in points; keys as in
// VolumeProjection, smaller is nearer.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "widgets/scenes/volume_projection.h"

namespace tessera {

struct PageFace {
    std::int32_t begin = 0, count = 0;  // of corners
    Eigen::Vector3d key;                // (x, y, 1) -> key
    double nearest = 0, farthest = 0;   // keys
    QRgb colour = 0;                    // lit
    std::int32_t layer = 0;             // of VolumeDrawing::faces
};

// Straight; `bulge` is by how much the key of its surface is smaller: half the width, in volume units.
struct PageLine {
    Eigen::Vector2d from, to;
    double keyFrom = 0, keyTo = 0, bulgeFrom = 0, bulgeTo = 0;
    double width = 0;
    QRgb colour = 0;
    bool tube = false;
};

// A mark is drawn nearer than it is by so many radii: one on a surface is then seen (nearly) whole.
inline constexpr double kMarkNearer = 1;

struct PageMark {
    Eigen::Vector2d at;
    double key = 0, bulge = 0;  // of a ball
    double radius = 0;
    QRgb colour = 0;
    std::int32_t layer = 0, mark = 0;  // of VolumeDrawing::marks
};

struct PageShapes {
    std::vector<Eigen::Vector2d> corners;
    std::vector<std::uint8_t> outline;  // per corner: the edge to the next one is one of the polygon's own
    std::vector<PageFace> faces;
    std::vector<PageLine> lines;
    std::vector<PageMark> marks;
    double keyLow = 0, keyHigh = 1;  // of everything

    double opacity(const VolumeDrawing& drawing, const PageFace& face) const {
        return drawing.faces[static_cast<std::size_t>(face.layer)].opacity;
    }
};

// Light from the eye: 0.55 + 0.45 |cosine| of the colour, so that classes can be told on every side.
QRgb litColour(QRgb colour, double cosine);

// Nothing when stopped.
std::optional<PageShapes> shapesOnPage(const VolumeDrawing& drawing, const VolumeProjection& projection,
                                       const QRectF& target, const std::stop_token& stop);

// Finds keyLow and keyHigh again, after lines were added.
void includeLines(PageShapes& shapes);

// The stretches of a line that a pattern of points on and off leaves, starting with on.
std::vector<PageLine> dashed(const PageLine& line, double on, double off);

// One straight line in volume coordinates, cut like all others; nothing where it is out of sight.
std::optional<PageLine> lineOnPage(const Eigen::Vector3d& from, const Eigen::Vector3d& to, double widthPt,
                                   QRgb colour, const VolumeProjection& projection, const QRectF& target);

}  // namespace tessera
