// SPDX-License-Identifier: GPL-3.0-or-later
// A chain run forward at points, beside and apart from the engine that cuts it: what results are checked
// against.
#pragma once

#include <cstdint>
#include <span>

#include "core/geometry/depth_first.h"

namespace tessera {

// Logits (points x outputs, row-major) and, unless null, pattern hashes at the points.
void forwardChain(const AffineChain& chain, std::span<const Eigen::Vector2d> pointsInSlice, double* logits,
                  std::uint64_t* patternHash);

// Whether the pattern at a point can be the one with this hash, given that a unit whose input is within
// rounding of a knot (one that vanishes on the whole face, say) may be on either side of it. One point, not
// fast.
bool patternFits(const AffineChain& chain, const Eigen::Vector2d& pointInSlice, std::uint64_t patternHash);

}  // namespace tessera
