// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_edges.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/geometry/surface_mesh.h"
#include "widgets/scenes/fill_colours.h"

namespace tessera {
namespace {

constexpr double kLeastEdges = 0.3;  // fainter outlines would only change the colour of what they are on
constexpr std::size_t kMostOutlined = 12'000;  // polygons
constexpr double kBoxPt = 300;                 // about how long a side of the box is in a picture

}  // namespace

void fadeEdges(VolumeFaces& layer, double boxSide) {
    const auto count = layer.colour.size();
    layer.edges = layer.edges && count <= kMostOutlined;
    if (!layer.edges || count == 0) return;
    double area = 0, red = 0, green = 0, blue = 0;
    const std::span<const std::int32_t> corners(layer.faceVertices);
    for (std::size_t f = 0; f < count; ++f) {
        const auto begin = static_cast<std::size_t>(layer.faceBegin[f]),
                   end = static_cast<std::size_t>(layer.faceBegin[f + 1]);
        area += twiceArea(layer.points, corners.subspan(begin, end - begin)).norm() / 2;
        red += qRed(layer.colour[f]), green += qGreen(layer.colour[f]), blue += qBlue(layer.colour[f]);
    }
    const double strength = edgeStrength(kBoxPt * std::sqrt(area / double(count)) / boxSide);
    layer.edges = strength > kLeastEdges;
    const auto mix = [&](double fill, int edge) {
        return int(fill / double(count) * (1 - strength) + edge * strength);
    };
    const QColor edge = layer.edgeColour;
    layer.edgeColour = QColor(mix(red, edge.red()), mix(green, edge.green()), mix(blue, edge.blue()));
}

}  // namespace tessera
