// SPDX-License-Identifier: GPL-3.0-or-later
// Whether two runs gave the same numbers, bit for bit, and if not, where they part most.
#pragma once

#include <string>
#include <vector>

#include "core/base/record.h"

namespace tessera {

struct RecordDifference {
    bool isSame = true;  // bit for bit
    bool isRounding =
        true;            // no more than how sums are grouped makes of it: 1e-5 of float32, 1e-10 of float64
    double largest = 0;  // of two numbers at the same place; infinite if one is missing or not a number
    std::string where;   // "metric crossings_mean", "column samples.margin", "array forms"; empty: nowhere
    // "differs by 0.5 in column samples.margin"; empty: the same
    std::string sentence() const;
};

// Numbers alone: wall times (unit "s"), notes and provenance may differ.
RecordDifference compareRecords(const ResultRecord& a, const ResultRecord& b);
RecordDifference compareSummaries(const std::vector<Metric>& a, const std::vector<Metric>& b);

}  // namespace tessera
