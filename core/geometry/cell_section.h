// SPDX-License-Identifier: GPL-3.0-or-later
// The cut of exact cells by a plane: the exact arrangement on that plane, read off the cells and without
// running the network again.
#pragma once

#include "core/geometry/cell_complex.h"
#include "core/geometry/volume_plane.h"

namespace tessera {

// Convex polygons in volume coordinates, each the part of one cell that lies in the plane.
struct CellSection {
    std::vector<Eigen::Vector3d> vertices;
    std::vector<std::int32_t> faceBegin{0}, faceVertices;  // as in CellComplex
    std::vector<std::int32_t> cell;                        // per polygon
    std::int64_t faceCount() const { return static_cast<std::int64_t>(cell.size()); }
};

// Cells that the plane only touches have no part in it, but where it goes along a face, a cell beside that
// face has. Vertices within 1e-12 of the box's size of the plane count as on it.
CellSection sectionOfCells(const CellComplex& cells, const VolumePlane& plane);

}  // namespace tessera
