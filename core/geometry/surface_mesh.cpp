// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/surface_mesh.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <utility>

namespace tessera {

double SurfaceMesh::area() const {
    double sum = 0;
    for (std::int64_t f = 0; f < faceCount(); ++f) sum += faceArea(f);
    return sum;
}

double SurfaceMesh::faceArea(std::int64_t face) const {
    const std::int32_t begin = faceBegin[face], end = faceBegin[face + 1];
    const Eigen::Vector3d base = vertices[faceVertices[begin]];
    Eigen::Vector3d twice = Eigen::Vector3d::Zero();
    for (std::int32_t i = begin + 2; i < end; ++i)
        twice += (vertices[faceVertices[i - 1]] - base).cross(vertices[faceVertices[i]] - base);
    return twice.norm() / 2;
}

std::size_t SurfaceMesh::bytes() const {
    const auto held = [](const auto& list) { return list.size() * sizeof(list[0]); };
    return held(vertices) + held(faceBegin) + held(faceVertices) + held(classA) + held(classB);
}

SurfaceEdges surfaceEdges(const SurfaceMesh& mesh, const Eigen::Vector3d& low, const Eigen::Vector3d& high,
                          double tolerance) {
    std::vector<std::pair<std::int32_t, std::int32_t>> sides;
    sides.reserve(mesh.faceVertices.size());
    for (std::int64_t f = 0; f < mesh.faceCount(); ++f) {
        const std::int32_t begin = mesh.faceBegin[f], end = mesh.faceBegin[f + 1];
        for (std::int32_t i = begin; i < end; ++i)
            sides.push_back(
                std::minmax(mesh.faceVertices[i], mesh.faceVertices[i + 1 < end ? i + 1 : begin]));
    }
    std::sort(sides.begin(), sides.end());
    const auto isOnBox = [&](const auto& side) {
        const Eigen::Vector3d &a = mesh.vertices[side.first], &b = mesh.vertices[side.second];
        for (int axis = 0; axis < 3; ++axis)
            for (const double at : {low[axis], high[axis]})
                if (std::abs(a[axis] - at) <= tolerance && std::abs(b[axis] - at) <= tolerance) return true;
        return false;
    };
    SurfaceEdges found;
    for (std::size_t i = 0; i < sides.size();) {
        std::size_t next = i;
        while (next < sides.size() && sides[next] == sides[i]) ++next;
        ++found.edges;
        if (next - i > 2) ++found.branching;
        if (next - i == 1) ++(isOnBox(sides[i]) ? found.onBox : found.open);
        i = next;
    }
    return found;
}

}  // namespace tessera
