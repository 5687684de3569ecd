// SPDX-License-Identifier: GPL-3.0-or-later
// From the regions along a path to the record that views, exports and sessions read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/record.h"
#include "core/data/dataset.h"
#include "core/geometry/exact_line.h"
#include "core/geometry/line_measures.h"

namespace tessera {

// The chosen samples without repeats in a row: segment i goes from anchor i to anchor i + 1.
struct SamplePath {
    std::vector<std::int64_t> samples;  // of the anchors, in order
    std::vector<float> values;          // anchors x values of one sample, not normalised
    std::vector<double> lengths;        // of the segments, in input units
    std::vector<std::string> notes;     // about what was skipped
};

ResultRecord pathRecord(const SamplePath& path, const LineRegions& lines, const std::vector<Site>& sites,
                        const Dataset& data, DeviationRule rule);

}  // namespace tessera
