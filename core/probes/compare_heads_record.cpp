// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/compare_heads_record.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/base/record_columns.h"

namespace tessera {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
// Of each head's search, the columns that are compared.
// The two that say most come first among the real numbers: a scatter of the table begins with them.
const char* const kSearchColumns[] = {"sample",
                                      "outcome",
                                      "label",
                                      "predicted",
                                      "target",
                                      "landing_class",
                                      "flipped",
                                      "boundary_distance",
                                      "support_ratio_start",
                                      "support_ratio_end",
                                      "distance",
                                      "steps",
                                      "nearest_boundary",
                                      "support_start",
                                      "support_end",
                                      "margin_start",
                                      "margin_end"};
template <typename T>
const std::vector<T>& valuesOf(const Table& table, const char* column) {
    return *columnValues<T>(table, column);
}

Table searchesTable(const ComparedRecords& compared) {
    Table table{"searches", "Searches", {}, "sample"};
    std::vector<std::string> heads;
    for (std::size_t i = 0; i < compared.searches.size(); ++i)
        heads.insert(heads.end(), compared.searches[i].tables.front().rows(), compared.names[i]);
    table.columns.push_back({"head", "Head", "", "Whose search it is.", std::move(heads)});
    for (const char* name : kSearchColumns) {
        Column joined;
        for (const auto& search : compared.searches) {
            const auto* own = search.tables.front().column(name);
            if (joined.name.empty()) {
                joined = *own;
                continue;
            }
            std::visit(
                [&](auto& values) {
                    const auto& more = std::get<std::decay_t<decltype(values)>>(own->values);
                    values.insert(values.end(), more.begin(), more.end());
                },
                joined.values);
        }
        table.columns.push_back(std::move(joined));
    }
    return table;
}

struct SampleRow {
    std::int64_t sample = 0, label = -1, heads = 0, classes = 0, correct = 0, flips = 0, supported = 0;
    double nearest = std::numeric_limits<double>::infinity(), shortest = nearest, longest = -nearest;
    std::vector<std::int64_t> predicted;
};

Table samplesTable(const ComparedRecords& compared) {
    std::map<std::int64_t, SampleRow> bySample;
    for (const auto& search : compared.searches) {
        const auto& own = search.tables.front();
        const auto &samples = valuesOf<std::int64_t>(own, "sample"),
                   &labels = valuesOf<std::int64_t>(own, "label"),
                   &predicted = valuesOf<std::int64_t>(own, "predicted"),
                   &flipped = valuesOf<std::int64_t>(own, "flipped");
        const auto& outcomes = valuesOf<std::string>(own, "outcome");
        const auto &distances = valuesOf<double>(own, "distance"),
                   &boundaries = valuesOf<double>(own, "nearest_boundary");
        for (std::size_t i = 0; i < samples.size(); ++i) {
            auto& row = bySample[samples[i]];
            row.sample = samples[i], row.label = labels[i];
            ++row.heads;
            row.correct += labels[i] >= 0 && labels[i] == predicted[i];
            row.predicted.push_back(predicted[i]);
            row.supported += outcomes[i] == "supported";
            if (!std::isnan(boundaries[i])) row.nearest = std::min(row.nearest, boundaries[i]);
            if (flipped[i] == 0) continue;
            ++row.flips;
            row.shortest = std::min(row.shortest, distances[i]);
            row.longest = std::max(row.longest, distances[i]);
        }
    }
    std::vector<SampleRow> rows;
    for (auto& [sample, row] : bySample) {
        std::sort(row.predicted.begin(), row.predicted.end());
        row.predicted.erase(std::unique(row.predicted.begin(), row.predicted.end()), row.predicted.end());
        row.classes = static_cast<std::int64_t>(row.predicted.size());
        rows.push_back(std::move(row));
    }
    const auto known = [](double value) { return std::isfinite(value) ? value : kNan; };
    Table table{"samples", "Samples", {}, "sample"};
    RecordColumns<SampleRow> columns(table, rows);
    columns.add("sample", "Sample", "", "Index in the data set, from 0.",
                [](const SampleRow& row) { return row.sample; });
    columns.add("label", "Label", "", "Class in the data set; -1: none.",
                [](const SampleRow& row) { return row.label; });
    columns.add("predictions", "Different predictions", "", "Classes that the heads predict; 1: they agree.",
                [](const SampleRow& row) { return row.classes; });
    columns.add("right", "Heads right", "", "That predict the label.",
                [](const SampleRow& row) { return row.correct; });
    columns.add("flips", "Heads flipped", "", "Under which its search flips.",
                [](const SampleRow& row) { return row.flips; });
    columns.add("supported", "Supported flips", "", "Heads under which references support the flip.",
                [](const SampleRow& row) { return row.supported; });
    columns.add("heads", "Heads", "", "That searched from it.",
                [](const SampleRow& row) { return row.heads; });
    columns.add("nearest_boundary", "Nearest boundary of any head", "input units",
                "The smallest over the heads.", [&](const SampleRow& row) { return known(row.nearest); });
    columns.add("distance_lowest", "Shortest flip", "input units", "Over the heads; none: no head flips.",
                [&](const SampleRow& row) { return known(row.shortest); });
    columns.add("distance_highest", "Longest flip", "input units", "Over the heads; none: no head flips.",
                [&](const SampleRow& row) { return known(row.longest); });
    return table;
}

std::vector<RegressionRow> regressionRows(const ComparedRecords& compared) {
    std::vector<RegressionRow> rows;
    for (std::size_t head = 0; head < compared.searches.size(); ++head) {
        const auto& own = compared.searches[head].tables.front();
        const auto& flipped = valuesOf<std::int64_t>(own, "flipped");
        const auto &distances = valuesOf<double>(own, "distance"),
                   &boundaries = valuesOf<double>(own, "boundary_distance"),
                   &supports = valuesOf<double>(own, "support_start");
        for (std::size_t i = 0; i < flipped.size(); ++i)
            rows.push_back({head, compared.heads.figures[head].accuracy,
                            compared.heads.figures[head].crossEntropy, boundaries[i], supports[i],
                            static_cast<double>(flipped[i]), distances[i]});
    }
    return rows;
}

struct Range {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    void take(double value) {
        if (!std::isnan(value)) low = std::min(low, value), high = std::max(high, value);
    }
    double length() const { return low <= high ? high - low : kNan; }
};

void summarise(ResultRecord& record, const ComparedRecords& compared) {
    Range accuracy, flips, supported;
    for (const auto& figures : compared.heads.figures) accuracy.take(figures.accuracy);
    for (const auto& search : compared.searches) {
        flips.take(search.metric("success_rate")->value);
        supported.take(search.metric("supported_rate")->value);
    }
    const auto* samples = record.table("samples");
    std::int64_t disagree = 0, differ = 0;
    const auto &predictions = valuesOf<std::int64_t>(*samples, "predictions"),
               &flipsOf = valuesOf<std::int64_t>(*samples, "flips"),
               &headsOf = valuesOf<std::int64_t>(*samples, "heads");
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        disagree += predictions[i] > 1;
        differ += flipsOf[i] > 0 && flipsOf[i] < headsOf[i];
    }
    const auto share = [&](std::int64_t count) {
        return static_cast<double>(count) / static_cast<double>(predictions.size());
    };
    record.summary = {
        {"heads", "Heads", "", static_cast<double>(compared.searches.size()), "Compared."},
        {"samples", "Samples", "", static_cast<double>(predictions.size()), "Searched from under each head."},
        {"accuracy_range", "Accuracy, highest minus lowest", "", accuracy.length(), "Over the heads."},
        {"success_range", "Flips, highest minus lowest", "", flips.length(),
         "Share of samples that flip, over the heads."},
        {"supported_range", "Supported flips, highest minus lowest", "", supported.length(),
         "Share of samples with a supported flip, over the heads."},
        {"prediction_differs", "Predictions differ", "", share(disagree),
         "Share of samples that the heads do not all predict alike."},
        {"flip_differs", "Flips differ", "", share(differ),
         "Share of samples that flip under some heads and not under others."}};
}

}  // namespace

std::vector<Column> summaryColumns(const std::vector<std::vector<Metric>>& summaries, std::size_t heads) {
    std::vector<Column> columns;
    for (std::size_t i = 0; i < summaries.size(); ++i)
        for (const auto& metric : summaries[i]) {
            if (metric.name == "samples" || metric.name == "accuracy") continue;
            auto column = std::find_if(columns.begin(), columns.end(),
                                       [&](const Column& known) { return known.name == metric.name; });
            if (column == columns.end()) {
                columns.push_back({metric.name, metric.label, metric.unit, metric.sentence,
                                   std::vector<double>(heads, kNan)});
                column = columns.end() - 1;
            }
            std::get<std::vector<double>>(column->values)[i] = metric.value;
        }
    return columns;
}

ResultRecord compareHeadsRecord(const ComparedRecords& compared) {
    ResultRecord record;
    const auto heads = compared.names.size();
    std::vector<std::vector<Metric>> summaries;
    for (const auto& search : compared.searches) summaries.push_back(search.summary);
    auto columns = summaryColumns(summaries, heads);
    std::vector<std::string> files, hashes;
    for (const auto& head : compared.heads.heads) {
        files.push_back(head.model->info().path.string());
        hashes.push_back(head.model->info().sha256);
    }
    record.tables = tablesOf(compared.heads, std::move(columns));
    record.tables.front().columns.push_back({"file", "File", "", "Of the head.", std::move(files)});
    record.tables.front().columns.push_back({"sha256", "SHA-256", "", "Of the file.", std::move(hashes)});
    record.tables.push_back(searchesTable(compared));
    record.tables.push_back(samplesTable(compared));
    const std::vector<std::string> searched(
        compared.names.begin(),
        compared.names.begin() + static_cast<std::ptrdiff_t>(compared.searches.size()));
    record.tables.push_back(
        regressionTable(regressionRows(compared), searched, compared.distanceOfFlipsOnly, compared.seed));
    summarise(record, compared);
    auto& provenance = record.provenance;
    provenance.dtype = "float64";
    provenance.samples = static_cast<std::int64_t>(record.table("searches")->rows());
    provenance.complete = compared.searches.size() == heads && compared.searches.back().provenance.complete;
    if (!provenance.complete) {
        provenance.note = "cancelled under head " + std::to_string(compared.searches.size()) + " of " +
                          std::to_string(heads);
        record.notes.push_back("Partial: " + provenance.note + ".");
    }
    // What is said of the first search holds for all, but for its own cancelling and what flips under it.
    for (std::size_t i = 0; i < compared.searches.size(); ++i)
        for (const auto& note : compared.searches[i].notes) {
            if (note.starts_with("No sample flips"))
                record.notes.push_back(compared.names[i] + ": " + note);
            else if (i == 0 && !note.starts_with("Partial"))
                record.notes.push_back(note);
        }
    if (compared.heads.seedVariants.size() < 2)
        record.notes.push_back(
            "No ranges over seeds: no other head was made like the first but for its seed.");
    record.notes.push_back(
        "A head's scale changes its steps and what it reaches, not its boundaries: compare effort and "
        "success "
        "of heads whose weights differ in scale with care (column Scale of W).");
    return record;
}

}  // namespace tessera
