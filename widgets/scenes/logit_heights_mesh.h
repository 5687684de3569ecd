// SPDX-License-Identifier: GPL-3.0-or-later
// Logits over a plane as a mesh for other programs: points (s, t, height), heights in logits (of the
// confidence: from 0 to 1), polygons with their class and face.
#pragma once

#include <filesystem>

#include "widgets/scenes/logit_heights_scene.h"

namespace tessera {

// The surface of the look's height; of Logits every sheet that is not hidden.
Result<Done> writeHeightsMesh(const std::filesystem::path& path, const LogitHeightsResult& result,
                              const LogitMesh& mesh, const HeightsLook& look);
// Of a record, the largest logit, for the command line.
Result<Done> writeHeightsRecordMesh(const std::filesystem::path& path, const ResultRecord& record);

}  // namespace tessera
