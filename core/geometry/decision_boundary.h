// SPDX-License-Identifier: GPL-3.0-or-later
// The decision boundary of an assembled subdivision: inside each face the upper envelope of its logits'
// affine forms, between faces the edges along which the prediction changes.
#pragma once

#include <cstdint>
#include <vector>

#include "core/geometry/arrangement.h"

namespace tessera {

// Fills `boundary` and `cells` from faces, edges, labels and forms. sideEdge[i] is the edge of side i,
// parallel to faceVertices.
void traceDecisionBoundary(Arrangement& map, const std::vector<std::int32_t>& sideEdge, int threads);

}  // namespace tessera
