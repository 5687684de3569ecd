// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/triangle_mesh.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

namespace tessera {
namespace {

constexpr int kCoarserSteps = 8;
constexpr double kFinest = 1 << 20;  // cells along a side: three such numbers make one key

// The triangles whose corners lie in three cells of a grid with this many along its longest side.
TriangleMesh clustered(const TriangleMesh& mesh, const Eigen::AlignedBox3f& box, double cells) {
    struct Cluster {
        Eigen::Vector3f sum = Eigen::Vector3f::Zero();
        float count = 0;
    };
    std::unordered_map<std::uint64_t, std::int32_t> clusterAt;
    std::vector<Cluster> clusters;
    const std::size_t points = mesh.points.size() / 3;
    std::vector<std::int32_t> clusterOf(points);
    const double side = std::max<double>(box.sizes().maxCoeff(), 1e-30) / cells;
    for (std::size_t i = 0; i < points; ++i) {
        const Eigen::Vector3f p(&mesh.points[3 * i]);
        std::uint64_t key = 0;
        for (int axis = 0; axis < 3; ++axis)
            key = key << 21 | static_cast<std::uint64_t>((p[axis] - box.min()[axis]) / side);
        const auto [it, isNew] = clusterAt.try_emplace(key, static_cast<std::int32_t>(clusters.size()));
        if (isNew) clusters.emplace_back();
        clusterOf[i] = it->second;
        auto& cluster = clusters[static_cast<std::size_t>(it->second)];
        cluster.sum += p, cluster.count += 1;
    }
    TriangleMesh coarse;
    for (std::size_t i = 0; i + 2 < mesh.corners.size(); i += 3) {
        std::array<std::int32_t, 3> at;
        for (std::size_t k = 0; k < 3; ++k) at[k] = clusterOf[static_cast<std::size_t>(mesh.corners[i + k])];
        if (at[0] == at[1] || at[1] == at[2] || at[2] == at[0]) continue;
        for (const auto cluster : at) {
            const auto& from = clusters[static_cast<std::size_t>(cluster)];
            const Eigen::Vector3f p = from.sum / from.count;
            coarse.corners.push_back(static_cast<std::int32_t>(coarse.points.size() / 3));
            coarse.points.insert(coarse.points.end(), {p.x(), p.y(), p.z()});
            coarse.colour.push_back(mesh.colour[static_cast<std::size_t>(mesh.corners[i])]);
        }
    }
    return coarse;
}

}  // namespace

TriangleMesh triangleMesh(const VolumeFaces& layer) {
    TriangleMesh mesh;
    mesh.points.reserve(layer.faceVertices.size() * 3);
    mesh.colour.reserve(layer.faceVertices.size());
    for (std::size_t face = 0; face + 1 < layer.faceBegin.size(); ++face) {
        const auto begin = layer.faceBegin[face], end = layer.faceBegin[face + 1];
        const auto first = static_cast<std::int32_t>(mesh.colour.size());
        const QRgb colour = face < layer.colour.size() ? layer.colour[face] : qRgb(128, 128, 128);
        for (auto i = begin; i < end; ++i) {
            const auto vertex = static_cast<std::size_t>(layer.faceVertices[static_cast<std::size_t>(i)]);
            for (int axis = 0; axis < 3; ++axis)
                mesh.points.push_back(static_cast<float>(layer.points[vertex][axis]));
            mesh.colour.push_back(colour);
        }
        for (std::int32_t k = 1; k + 1 < end - begin; ++k)
            mesh.corners.insert(mesh.corners.end(), {first, first + k, first + k + 1});
    }
    return mesh;
}

TriangleMesh coarserMesh(const TriangleMesh& mesh, std::size_t most) {
    if (mesh.triangleCount() <= most) return mesh;
    Eigen::AlignedBox3f box;
    for (std::size_t i = 0; i + 2 < mesh.points.size(); i += 3) box.extend(Eigen::Vector3f(&mesh.points[i]));
    // A surface crosses about as many cells as the square of those along a side.
    double cells = std::clamp(std::sqrt(static_cast<double>(most)), 2.0, kFinest);
    TriangleMesh best;
    for (int step = 0; step < kCoarserSteps; ++step) {
        TriangleMesh coarse = clustered(mesh, box, cells);
        const auto count = static_cast<double>(std::max<std::size_t>(coarse.triangleCount(), 1));
        const bool fits = coarse.triangleCount() <= most;
        if (fits && coarse.triangleCount() >= best.triangleCount()) best = std::move(coarse);
        if (fits && count > 0.7 * static_cast<double>(most)) break;
        cells = std::clamp(cells * std::sqrt(0.85 * static_cast<double>(most) / count), 1.0, kFinest);
    }
    return best;
}

std::vector<TriangleMesh> pieces(const TriangleMesh& mesh, std::size_t most) {
    std::vector<TriangleMesh> result;
    std::vector<std::int32_t> moved(mesh.colour.size(), -1);
    for (std::size_t begin = 0; begin < mesh.corners.size(); begin += 3 * most) {
        TriangleMesh piece;
        const std::size_t end = std::min(mesh.corners.size(), begin + 3 * most);
        std::vector<std::int32_t> used;
        for (std::size_t i = begin; i < end; ++i) {
            const auto from = static_cast<std::size_t>(mesh.corners[i]);
            if (moved[from] < 0) {
                moved[from] = static_cast<std::int32_t>(piece.colour.size());
                used.push_back(mesh.corners[i]);
                piece.points.insert(piece.points.end(), &mesh.points[3 * from], &mesh.points[3 * from] + 3);
                piece.colour.push_back(mesh.colour[from]);
            }
            piece.corners.push_back(moved[from]);
        }
        for (const auto point : used) moved[static_cast<std::size_t>(point)] = -1;
        result.push_back(std::move(piece));
    }
    return result;
}

}  // namespace tessera
