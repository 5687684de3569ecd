// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of an exact slice, as rows and as a verdict in words.
#pragma once

#include <QString>
#include <utility>
#include <vector>

#include "core/probes/linear_regions.h"
#include "widgets/workspace.h"

namespace tessera {

struct StatisticsSection {
    QString title;
    std::vector<std::pair<QString, QString>> rows;  // name, value
};

std::vector<StatisticsSection> statisticsOf(const LinearRegions::Output& output, const Workspace& workspace);

struct Verdict {
    bool isGood = true;
    QString sentence;  // "Every check holds: ..." or which does not, and what it means
};
Verdict verdictOn(const Arrangement& arrangement);

QString statisticsText(const LinearRegions::Output& output, const Workspace& workspace);

// Decades of face areas: counts per bin of `binsPerDecade`.
struct AreaHistogram {
    double lowLog10 = 0, binWidth = 0.25;
    std::vector<std::int64_t> counts;
};
AreaHistogram areaHistogram(const Arrangement& arrangement);

}  // namespace tessera
