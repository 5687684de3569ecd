// SPDX-License-Identifier: GPL-3.0-or-later
// PLANE.npz: origin, u, v (input shape each) and an optional convex polygon (k, 2); default window [-1,1]^2.
#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/geometry/arrangement.h"
#include "core/geometry/slice_plane.h"

namespace tessera {

Result<SlicePlane> readPlaneFile(const std::filesystem::path& path);
Result<Done> writePlaneFile(const std::filesystem::path& path, const SlicePlane& plane);
// Everything in an arrangement as arrays (vertices, edges, face_begin, face_vertices, forms, area, label,
// pattern_hash, boundary...).
Result<Done> writeMeshFile(const std::filesystem::path& path, const Arrangement& arrangement);

}  // namespace tessera
