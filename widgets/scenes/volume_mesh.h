// SPDX-License-Identifier: GPL-3.0-or-later
// The mesh of a volume's result for other programs: cells where the suffix is .vtu, else the decision
// boundary.
#pragma once

#include <filesystem>

#include "core/base/record.h"
#include "core/probes/volume_record.h"

namespace tessera {

// Cells carry region, class, volume, slope norm and pattern; polygons of the boundary their area and classes.
// A result without what the suffix asks for is refused with one sentence.
Result<Done> writeVolumeMesh(const std::filesystem::path& path, const VolumeResult& result);
// The same from a record, for the command line.
Result<Done> writeRecordMesh(const std::filesystem::path& path, const ResultRecord& record);
// Before anything is computed: whether the suffix names a mesh.
Result<Done> checkMeshPath(const std::filesystem::path& path);

}  // namespace tessera
