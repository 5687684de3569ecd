// SPDX-License-Identifier: GPL-3.0-or-later
// An AffineChain laid out for the depth-first engine: columns contiguous and padded, units in a fixed random
// order, and every knot of every unit a "line" of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "core/geometry/depth_first.h"
#include "core/geometry/form_kernels.h"

namespace tessera {

// f(z) is its leftmost piece plus, for every knot where it bends, bend * max(z - knot, 0): so a line that is
// decided "below" adds nothing to the next stage, and one decided "above" adds a rank-one term.
struct PreparedLine {
    double knot = 0, bend = 0;
    std::uint64_t key = 0;   // XOR into the pattern hash when the unit is above
    std::int32_t piece = 0;  // of the function, just above the knot
    std::int32_t unit = 0;   // within the stage, in its cutting order
};

// Up to this many units of the next stage are summed unit by unit instead of column by column.
inline constexpr std::int32_t kFewUnits = 4;

struct PreparedStage {
    std::int32_t units = 0;
    std::int32_t nextUnits = 0;
    std::size_t padded = 0, nextPadded = 0;
    bool relu = false;                       // every unit is a plain ReLU: line i is unit i
    std::int32_t firstLabel = 0;             // label of line 0
    std::vector<std::int32_t> lineBegin;     // units + 1
    std::vector<PreparedLine> lines;         // by unit, then by knot
    std::vector<double> slopes, intercepts;  // piece * units + unit
    double steepest = 1, highest = 0;        // largest |slope| and |intercept|
    PackedDoubles rowSize, biasSize;         // per unit: sum of |weights| into it, |bias|
    PackedDoubles columns;                   // of the next stage's weights: units x nextPadded
    PackedDoubles rows;               // the same by next unit: nextUnits x padded; only if those are few
    PackedArray<std::uint64_t> keys;  // per unit, if it is a ReLU
    PackedDoubles nextBias;           // the next stage's biases as forms (0, 0, bias): 3 x nextPadded
};

struct PreparedChain {
    std::vector<PreparedStage> stages;  // one per site
    PackedDoubles firstForms;  // 3 x padded: forms of stage 0 (or of the outputs, if there is no site)
    std::size_t firstPadded = 0;
    std::int32_t outputs = 0;
    std::vector<std::int32_t> siteOfLabel, unitOfLabel;  // of line labels, units in the chain's own numbering
};

PreparedChain prepareChain(const AffineChain& chain);

}  // namespace tessera
