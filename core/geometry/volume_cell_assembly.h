// SPDX-License-Identifier: GPL-3.0-or-later
// From a cut-up box to a finished CellComplex: compact lists, volumes, logits, slopes and the checks.
#pragma once

#include <cstdint>
#include <vector>

#include "core/geometry/breadth_first_run.h"
#include "core/geometry/cell_splitter.h"
#include "core/geometry/line_margins.h"
#include "core/geometry/volume_cells.h"
#include "core/geometry/volume_columns.h"

namespace tessera {

// A region is the convex set of one activation pattern, so its parts are known by their hash. Without max
// windows every cell is a region.
std::int64_t countPatterns(const CellSplitter& cells, bool hasWindows);
// Sets `region` of every cell; returns the regions' hashes.
std::vector<std::uint64_t> numberRegions(CellSplitter& cells, bool hasWindows);

struct VolumeCellAssembly {
    const VolumeNetwork& network;
    const VolumeCellOptions& options;
    CellSplitter& cells;
    const std::vector<std::int32_t>& labels;  // per cell; empty: stopped before
    const VolumeColumns& logits;              // if there are labels
    const OnOffMargins& margins;
    std::int64_t undecided;  // cells that got their class, or winner, by their middle
    RunControl& control;

    // The rest of a result whose box, outputs, tolerance, sites, patternHash and refinedSites are there.
    void fill(CellComplex& result) const;

  private:
    void copyCells(CellComplex& result) const;
    void copyLogits(CellComplex& result) const;
    void measure(CellComplex& result) const;
    void check(CellComplex& result) const;
    void findSlopes(CellComplex& result) const;
};

}  // namespace tessera
