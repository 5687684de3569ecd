// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/surface_mesh.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

// Whether a segment lies in one of the six planes of the box's sides.
bool isOnBox(const Eigen::Vector3d& from, const Eigen::Vector3d& to, const Eigen::Vector3d& low,
             const Eigen::Vector3d& high, double tolerance) {
    for (int axis = 0; axis < 3; ++axis) {
        for (const double side : {low[axis], high[axis]}) {
            if (std::abs(from[axis] - side) <= tolerance && std::abs(to[axis] - side) <= tolerance) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace

double SurfaceMesh::faceArea(std::int64_t face) const {
    const std::span<const std::int32_t> corners(faceVertices);
    const auto begin = static_cast<std::size_t>(faceBegin[face]);
    return twiceArea(vertices, corners.subspan(begin, static_cast<std::size_t>(faceBegin[face + 1]) - begin))
               .norm() /
           2;
}

double SurfaceMesh::area() const {
    double sum = 0;
    for (std::int64_t face = 0; face < faceCount(); ++face) sum += faceArea(face);
    return sum;
}

std::size_t SurfaceMesh::bytes() const {
    return sizeof(*this) + vertices.capacity() * sizeof(Eigen::Vector3d) +
           (faceBegin.capacity() + faceVertices.capacity() + classA.capacity() + classB.capacity()) *
               sizeof(std::int32_t);
}

SurfaceEdges surfaceEdges(const SurfaceMesh& mesh, const Eigen::Vector3d& low, const Eigen::Vector3d& high,
                          double tolerance) {
    std::vector<std::uint64_t> sides;  // the two vertices, the smaller above
    sides.reserve(mesh.faceVertices.size());
    for (std::int64_t face = 0; face < mesh.faceCount(); ++face) {
        const std::int32_t begin = mesh.faceBegin[face], end = mesh.faceBegin[face + 1];
        for (std::int32_t i = begin; i < end; ++i) {
            const auto [from, to] =
                std::minmax(mesh.faceVertices[i], mesh.faceVertices[i + 1 == end ? begin : i + 1]);
            sides.push_back(static_cast<std::uint64_t>(from) << 32 | static_cast<std::uint32_t>(to));
        }
    }
    std::sort(sides.begin(), sides.end());
    SurfaceEdges found;
    for (std::size_t i = 0; i < sides.size();) {
        std::size_t next = i + 1;
        while (next < sides.size() && sides[next] == sides[i]) ++next;
        ++found.edges;
        if (next - i > 2) {
            ++found.branching;
        } else if (next - i == 1) {
            const Eigen::Vector3d &from = mesh.vertices[sides[i] >> 32],
                                  &to = mesh.vertices[sides[i] & 0xffffffff];
            ++(isOnBox(from, to, low, high, tolerance) ? found.onBox : found.open);
        }
        i = next;
    }
    return found;
}

}  // namespace tessera
