// SPDX-License-Identifier: GPL-3.0-or-later
// Whether the tolerance of a run told vertices on a line from vertices off it. In a window far wider than
// what it shows, cells can be smaller than a tolerance that suits the window; rounding is smaller still, so a
// lower tolerance between the two gives the true counts. Where nothing lies between, the result says so.
#pragma once

#include <functional>

#include "core/base/result.h"
#include "core/geometry/arrangement_assembly.h"

namespace tessera {

using ArrangementRun = std::function<Result<Arrangement>(const ArrangementOptions&, Progress&)>;

// Runs once, and once more with a lower tolerance if that tells apart what the first could not. Sets
// resolutionNote. The time budget is for both. The second run starts the progress again, its phrases after
// "closer: ".
Result<Arrangement> arrangementWithinResolution(const ArrangementOptions& options, Progress& progress,
                                                const ArrangementRun& run);

}  // namespace tessera
