// SPDX-License-Identifier: GPL-3.0-or-later
// The exact cut of a volume by a plane, as polygons in the volume: read off the cells where there are any,
// else from the plane's own arrangement.
#pragma once

#include <QString>

#include "core/geometry/arrangement.h"
#include "core/geometry/cell_section.h"
#include "core/geometry/slice_volume.h"

namespace tessera {

struct VolumeSection {
    VolumePlane plane;
    std::vector<Eigen::Vector3d> points;
    std::vector<std::int32_t> faceBegin{0}, faceVertices;  // convex polygons, as in CellComplex
    std::vector<std::int32_t> cell;  // per polygon, of the result's cells; empty: of an arrangement, then
    std::vector<std::int32_t> label;
    std::vector<std::uint64_t> patternHash;
    std::vector<double> slopeNorm;  // logits per unit of length within the plane
    QString note;                   // what to know of it, a sentence; empty: nothing
    std::size_t faceCount() const { return faceBegin.size() - 1; }
};

VolumeSection volumeSection(const CellComplex& cells, const VolumePlane& plane);
// On SliceVolume::cut(plane). Faces in which two classes tie are parted there.
VolumeSection volumeSection(const Arrangement& map, const VolumePlane& plane);

}  // namespace tessera
