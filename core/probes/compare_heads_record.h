// SPDX-License-Identifier: GPL-3.0-or-later
// The record of "compare-heads", from the heads' figures and the record of each one's search.
#pragma once

#include "core/heads/head_table.h"
#include "core/probes/head_regression.h"

namespace tessera {

struct ComparedRecords {
    HeadTable heads;
    std::vector<std::string> names;
    std::vector<ResultRecord> searches;  // of "counterfactual", by head; fewer than heads: stopped
    bool distanceOfFlipsOnly = false;    // of the regression: preset v2
    std::uint64_t seed = 0;
};

// A column for each number that searches sum up to, a row a head; heads beyond the summaries have no number.
// Without what says something of the samples rather than of the head.
std::vector<Column> summaryColumns(const std::vector<std::vector<Metric>>& summaries, std::size_t heads);

// Tables: heads, ranges (over seeds, if there are variants), searches (a row a head and sample), samples (a
// row a sample: what the heads agree on), regression.
ResultRecord compareHeadsRecord(const ComparedRecords& compared);

}  // namespace tessera
