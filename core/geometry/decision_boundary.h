// SPDX-License-Identifier: GPL-3.0-or-later
// The decision boundary of an assembled subdivision: inside each face the upper envelope of its logits'
// affine forms, between faces the edges along which the prediction changes.
#pragma once

#include <cstdint>
#include <vector>

#include "core/geometry/arrangement.h"

namespace tessera {

// Whether any class is ahead of the centroid's at a corner of the face. By convexity one that is ahead of it
// at no corner is ahead of it nowhere, so this settles nearly every face.
bool isContested(const Arrangement& map, std::int32_t face);

// Fills `boundary` and `cells` from faces, edges, labels and forms. sideEdge[i] is the edge of side i,
// parallel to faceVertices; `contested` is per face.
void traceDecisionBoundary(Arrangement& map, const std::vector<std::int32_t>& sideEdge,
                           const std::vector<char>& contested);

}  // namespace tessera
