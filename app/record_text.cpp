// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/record_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tessera {
namespace {

std::string shortNumber(double value) {
    if (std::isnan(value)) return "-";
    char buffer[32];
    std::snprintf(buffer, sizeof buffer,
                  value == std::floor(value) && std::abs(value) < 1e15 ? "%.0f" : "%.6g", value);
    return buffer;
}

std::string counted(std::size_t count, const char* one) {
    return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

}  // namespace

std::string recordText(const ResultRecord& record, const ProbeDescription& description) {
    std::string text = description.title + (record.provenance.complete ? "\n\n" : " (partial)\n\n");
    std::size_t widest = 0;
    for (const auto& metric : record.summary) widest = std::max(widest, metric.label.size());
    for (const auto& metric : record.summary) {
        text += metric.label + std::string(widest - metric.label.size() + 2, ' ') + shortNumber(metric.value);
        if (!metric.unit.empty() && !std::isnan(metric.value)) text += " " + metric.unit;
        text += "\n";
    }
    if (!record.summary.empty()) text += "\n";
    for (const auto& table : record.tables)
        text += "table " + table.name + ": " + counted(table.rows(), "row") + ", " +
                counted(table.columns.size(), "column") + " (--csv DIR, --npz FILE, --json FILE)\n";
    for (const auto& note : record.notes) text += "note: " + note + "\n";
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.3f", record.provenance.seconds);
    return text + record.provenance.dtype + " on " + record.provenance.device + ", " + seconds + " s\n";
}

}  // namespace tessera
