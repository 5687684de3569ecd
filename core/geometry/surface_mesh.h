// SPDX-License-Identifier: GPL-3.0-or-later
// Polygons in the coordinates of a volume (slice_volume.h) along which two classes tie for the largest logit.
#pragma once

#include <Eigen/Geometry>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tessera {

// Twice the area of a plane polygon, along its normal; `corners` name its points, in order round it.
inline Eigen::Vector3d twiceArea(std::span<const Eigen::Vector3d> points,
                                 std::span<const std::int32_t> corners) {
    const Eigen::Vector3d& base = points[static_cast<std::size_t>(corners[0])];
    Eigen::Vector3d sum = Eigen::Vector3d::Zero(),
                    before = points[static_cast<std::size_t>(corners[1])] - base;
    for (const std::int32_t corner : corners.subspan(2)) {
        const Eigen::Vector3d here = points[static_cast<std::size_t>(corner)] - base;
        sum += before.cross(here);
        before = here;
    }
    return sum;
}

// Vertices are shared: where two polygons meet along an edge they name the same two vertices.
struct SurfaceMesh {
    std::vector<Eigen::Vector3d> vertices;  // float64, (s, t, r)
    std::vector<std::int32_t> faceBegin{
        0};  // faces + 1: face f has faceVertices[faceBegin[f] .. faceBegin[f+1])
    std::vector<std::int32_t> faceVertices;    // in order round the polygon
    std::vector<std::int32_t> classA, classB;  // per face, classA < classB

    std::int64_t faceCount() const { return static_cast<std::int64_t>(faceBegin.size()) - 1; }
    double area() const;
    double faceArea(std::int64_t face) const;
    std::size_t bytes() const;
};

// How a surface closes: of a boundary inside a box, only edges on the box's sides may have one face, and only
// where three classes meet may more than two share one.
struct SurfaceEdges {
    std::int64_t edges = 0;
    std::int64_t open = 0;       // one face, and not on a side of the box
    std::int64_t onBox = 0;      // one face, on a side of the box
    std::int64_t branching = 0;  // three or more faces
};
SurfaceEdges surfaceEdges(const SurfaceMesh& mesh, const Eigen::Vector3d& low, const Eigen::Vector3d& high,
                          double tolerance);

}  // namespace tessera
