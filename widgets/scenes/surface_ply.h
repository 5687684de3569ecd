// SPDX-License-Identifier: GPL-3.0-or-later
// Surfaces as .ply files, for volume_files.h.
#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/geometry/surface_mesh.h"

namespace tessera {

// Of a mesh whose numbers fit together.
Result<Done> writePly(const std::filesystem::path& path, const SurfaceMesh& mesh, int classCount);

}  // namespace tessera
