// SPDX-License-Identifier: GPL-3.0-or-later
// A cube cut by planes into convex pieces, for tests of pictures of volumes: each piece by clipping alone, so
// that it depends on no engine.
#pragma once

#include <Eigen/Geometry>
#include <random>

#include "widgets/scenes/colours.h"
#include "widgets/scenes/volume_drawing.h"

namespace tessera::test {

using Piece = std::vector<std::vector<Eigen::Vector3d>>;  // polygons

struct CutPlane {
    Eigen::Vector3d normal;
    double offset = 0;
};

inline Piece cubePiece(double half) {
    Piece cube;
    for (int axis = 0; axis < 3; ++axis)
        for (const double side : {-1.0, 1.0}) {
            std::vector<Eigen::Vector3d> polygon;
            for (const auto& [u, v] :
                 {std::pair(-1, -1), std::pair(1, -1), std::pair(1, 1), std::pair(-1, 1)}) {
                Eigen::Vector3d p;
                p[axis] = side * half, p[(axis + 1) % 3] = u * half, p[(axis + 2) % 3] = v * half;
                polygon.push_back(p);
            }
            cube.push_back(polygon);
        }
    return cube;
}

// The part of a piece where normal . p <= offset, closed by a polygon in the plane; empty: none.
inline Piece below(const Piece& piece, const CutPlane& plane) {
    Piece result;
    std::vector<Eigen::Vector3d> section;
    for (const auto& polygon : piece) {
        std::vector<Eigen::Vector3d> kept;
        for (std::size_t i = 0; i < polygon.size(); ++i) {
            const auto &a = polygon[i], &b = polygon[(i + 1) % polygon.size()];
            const double da = plane.normal.dot(a) - plane.offset, db = plane.normal.dot(b) - plane.offset;
            if (da <= 0) kept.push_back(a);
            if ((da <= 0) == (db <= 0)) continue;
            kept.push_back(a + (b - a) * (da / (da - db)));
            section.push_back(kept.back());
        }
        if (kept.size() >= 3) result.push_back(kept);
    }
    if (result.empty() || section.size() < 3) return result;
    Eigen::Vector3d middle = Eigen::Vector3d::Zero();
    for (const auto& p : section) middle += p / double(section.size());
    const Eigen::Vector3d u = plane.normal.unitOrthogonal(), v = plane.normal.cross(u);
    std::sort(section.begin(), section.end(), [&](const auto& a, const auto& b) {
        return std::atan2(v.dot(a - middle), u.dot(a - middle)) <
               std::atan2(v.dot(b - middle), u.dot(b - middle));
    });
    // Every crossing was met on two polygons.
    std::vector<Eigen::Vector3d> once;
    for (const auto& p : section)
        if (once.empty() || (p - once.back()).norm() > 1e-9) once.push_back(p);
    if (once.size() > 1 && (once.front() - once.back()).norm() <= 1e-9) once.pop_back();
    if (once.size() >= 3) result.push_back(once);
    return result;
}

inline std::vector<Piece> cutCube(int planes, unsigned seed, double half = 1) {
    std::mt19937 random(seed);
    // Built from the generator's bits: the same on every system.
    const auto uniform = [&] { return random() / 4294967296.0 * 2 - 1; };
    std::vector<Piece> pieces{cubePiece(half)};
    for (int i = 0; i < planes; ++i) {
        CutPlane plane{Eigen::Vector3d(uniform(), uniform(), uniform()).normalized(), uniform() * 0.5 * half};
        std::vector<Piece> next;
        for (const auto& piece : pieces)
            for (const double side : {1.0, -1.0}) {
                Piece part = below(piece, {side * plane.normal, side * plane.offset});
                if (part.size() >= 4) next.push_back(std::move(part));
            }
        pieces = std::move(next);
    }
    return pieces;
}

inline void addPolygon(VolumeFaces& layer, const std::vector<Eigen::Vector3d>& polygon, QRgb colour,
                       const Eigen::Vector3d& shift = Eigen::Vector3d::Zero()) {
    for (const auto& p : polygon) {
        layer.faceVertices.push_back(static_cast<std::int32_t>(layer.points.size()));
        layer.points.push_back(p + shift);
    }
    layer.faceBegin.push_back(static_cast<std::int32_t>(layer.faceVertices.size()));
    layer.colour.push_back(colour);
}

// Moved apart from the middle by `apart` times their distance from it.
inline VolumeFaces facesOf(const std::vector<Piece>& pieces, double apart, int classes) {
    VolumeFaces layer;
    layer.name = "pieces";
    layer.edges = true;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        Eigen::Vector3d middle = Eigen::Vector3d::Zero();
        double count = 0;
        for (const auto& polygon : pieces[i])
            for (const auto& p : polygon) middle += p, ++count;
        for (const auto& polygon : pieces[i])
            addPolygon(layer, polygon, classColour(int(i) % classes, classes).rgb(), middle / count * apart);
    }
    return layer;
}

}  // namespace tessera::test
