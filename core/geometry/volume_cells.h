// SPDX-License-Identifier: GPL-3.0-or-later
// The exact cells of a piecewise-linear network in a box: the box is cut by one unit after another, layer by
// layer, evaluating the network only at vertices, where it is exact; on a cell it is affine, so the signs at
// its vertices decide whether a unit cuts it. (Subdivision with sign vectors after Berzins, Polyhedral
// complex extraction from ReLU networks using edge subdivision, ICML 2023, with faces and cells kept,
// degenerate position, max-pooling and several classes; those are derived here.)
#pragma once

#include <stop_token>

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/geometry/arrangement_assembly.h"
#include "core/geometry/cell_complex.h"
#include "core/geometry/volume_network.h"

namespace tessera {

struct VolumeCellOptions {
    double relativeTolerance = 1e-11;  // of half the box's longest side
    ArrangementBudget budget;          // maxRegions counts cells; maxBytes is for cells and buffers together
    bool slopes = true;                // slopeNorm
};

// A budget or a stop request ends the run with what is there: complete = false and a reason. A box without a
// volume and a network with values that are not finite are refused.
Result<CellComplex> cellsOfVolume(const VolumeNetwork& network, const Eigen::Vector3d& low,
                                  const Eigen::Vector3d& high, const VolumeCellOptions& options,
                                  std::stop_token stop, Progress& progress);

}  // namespace tessera
