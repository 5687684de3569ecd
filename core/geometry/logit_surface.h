// SPDX-License-Identifier: GPL-3.0-or-later
// The decision boundary of logits on a grid in three dimensions, exactly that of their interpolant that is
// affine on the six tetrahedra of each grid cube (Kuhn, all along the same diagonal).
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <stop_token>

#include "core/base/result.h"
#include "core/geometry/surface_mesh.h"

namespace tessera {

// Points with both ends on the box: (i, j, k) lies at low + (i / (nx - 1), j / (ny - 1), k / (nz - 1)) of the
// box's sides and is entry (k * ny + j) * nx + i.
struct GridShape {
    int nx = 0, ny = 0, nz = 0;  // at least 2 each
    Eigen::Vector3d low = Eigen::Vector3d::Zero(), high = Eigen::Vector3d::Zero();
    std::int64_t points() const { return std::int64_t{nx} * ny * nz; }
    std::int64_t at(int i, int j, int k) const { return (std::int64_t{k} * ny + j) * nx + i; }
    Eigen::Vector3d position(int i, int j, int k) const;
};

// Faces run counter-clockwise seen from where classB is ahead. Where classes tie the lower is thought to be
// ahead by a trifle (tetrahedron_envelope.h): the surface closes whatever the values, with edges of one face
// on the box alone and of exactly three where three classes meet. Where logits tie at grid points it
// therefore holds faces and edges without extent.
//
// `logits`: points x outputs, finite, at most 1e60 in magnitude; below 1e-60 they are taken as zero. outputs
// 1 is a two-class model with its boundary at zero. Single-threaded; looks at `stop` once a layer of cubes.
template <typename Scalar>
Result<SurfaceMesh> logitSurface(const GridShape& grid, std::int32_t outputs, std::span<const Scalar> logits,
                                 std::stop_token stop = {});

extern template Result<SurfaceMesh> logitSurface(const GridShape&, std::int32_t, std::span<const float>,
                                                 std::stop_token);
extern template Result<SurfaceMesh> logitSurface(const GridShape&, std::int32_t, std::span<const double>,
                                                 std::stop_token);

}  // namespace tessera
