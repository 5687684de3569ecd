// SPDX-License-Identifier: GPL-3.0-or-later
// Exact arrangement of any network whose every layer is piecewise linear (convolutions, max-pooling, residual
// sums): refine the subdivision one site at a time, evaluating the network only at vertices. Works through
// the faces in chunks so that buffers stay within the budget.
#pragma once

#include <functional>
#include <stop_token>

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/geometry/arrangement_assembly.h"
#include "core/geometry/site_network.h"

namespace tessera {

// Same contract as arrangementDepthFirst for budgets and stopping.
Result<Arrangement> arrangementBreadthFirst(const SiteNetwork& network, const Polygon& window,
                                            const ArrangementOptions& options, std::stop_token stop,
                                            Progress& progress);

}  // namespace tessera
