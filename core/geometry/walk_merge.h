// SPDX-License-Identifier: GPL-3.0-or-later
// One set of faces from the outputs of many walks: vertices on sides between tasks become one.
#pragma once

#include <cstdint>
#include <vector>

#include "core/geometry/arrangement_assembly.h"
#include "core/geometry/prepared_chain.h"
#include "core/geometry/walk_output.h"

namespace tessera {

// `outputs[0]` is the walk that made the tasks, the others follow in the order of the tasks; they are
// emptied. At most maxFaces faces are taken, in order. Fills everything but stopReason and `complete`.
RawFaces mergeWalks(std::vector<WalkOutput>& outputs, const PreparedChain& chain,
                    const Eigen::Vector2d& formOrigin, double tolerance, std::int64_t maxFaces,
                    WorkerTeam& team);

// Leaves out vertices that no face has (of a walk that ended early).
void dropUnusedVertices(RawFaces& raw);

}  // namespace tessera
