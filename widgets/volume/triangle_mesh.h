// SPDX-License-Identifier: GPL-3.0-or-later
// A layer's polygons as arrays for a graphics card, and a coarser copy of them for while the hand moves.
#pragma once

#include "widgets/scenes/volume_drawing.h"

namespace tessera {

// Every triangle has corners with its own colour: three a triangle, or a polygon's corners once.
struct TriangleMesh {
    std::vector<float> points;          // x, y, z in the volume
    std::vector<QRgb> colour;           // per point
    std::vector<std::int32_t> corners;  // three a triangle
    std::size_t triangleCount() const { return corners.size() / 3; }
};

TriangleMesh triangleMesh(const VolumeFaces& layer);

// At most `most` triangles: points within a cell of a grid become one, and triangles that are left without
// area go. Colours stay those of the triangles that remain.
TriangleMesh coarserMesh(const TriangleMesh& mesh, std::size_t most);

// In pieces of at most `most` triangles, each with the points it needs.
std::vector<TriangleMesh> pieces(const TriangleMesh& mesh, std::size_t most);

}  // namespace tessera
