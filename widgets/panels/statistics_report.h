// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of an exact slice, as rows and as a verdict in words.
#pragma once

#include <QString>
#include <utility>
#include <vector>

#include "core/probes/linear_regions.h"

namespace tessera {

struct StatisticsSection {
    QString title;
    std::vector<std::pair<QString, QString>> rows;  // name, value
};

// By label; a label beyond the list is "class 3".
using ClassNames = std::vector<QString>;
std::vector<StatisticsSection> statisticsOf(const LinearRegions::Output& output,
                                            const ClassNames& classNames);

struct Verdict {
    bool isGood = true;
    QString sentence;  // "Every check holds: ..." or which does not, and what it means
};
Verdict verdictOn(const Arrangement& arrangement);

QString statisticsText(const LinearRegions::Output& output, const ClassNames& classNames);

// Decades of face areas: counts per bin of `binsPerDecade`.
struct AreaHistogram {
    double lowLog10 = 0, binWidth = 0.25;
    std::vector<std::int64_t> counts;
};
AreaHistogram areaHistogram(const Arrangement& arrangement);

// All of it, made in a worker: a few hundredths of a second for 10^5 regions.
struct StatisticsReport {
    Verdict verdict;
    std::vector<StatisticsSection> sections;
    AreaHistogram areas;
};
StatisticsReport reportOn(const LinearRegions::Output& output, const ClassNames& classNames);

}  // namespace tessera
