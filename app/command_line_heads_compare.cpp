// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/catalogue.h"
#include "app/command_line.h"
#include "app/command_line_console.h"
#include "app/command_line_heads.h"
#include "app/command_line_model.h"
#include "app/report.h"
#include "core/heads/head_file.h"
#include "core/heads/head_table.h"
#include "core/probes/compare_heads_record.h"
#include "core/session/record_csv.h"

namespace tessera {
namespace {

Result<std::vector<ComparedHead>> openHeads(const CompareHeadsOptions& options) {
    std::vector<ComparedHead> heads;
    for (const auto& file : options.heads) {
        auto model = openHead(file);
        if (!model.isOk()) return std::move(model).propagate<std::vector<ComparedHead>>();
        // Files of two folders may have one name; then the paths tell them apart.
        std::string name = std::filesystem::path(file).stem().string();
        for (const auto& other : heads)
            if (other.name == name) name = file;
        heads.push_back({std::move(name), std::move(model).value(), recipeOf(readHeadMetadata(file))});
    }
    return heads;
}

// What the searches of the heads sum up to, of the first heads alone if it was interrupted.
Result<std::vector<std::vector<Metric>>> searchHeads(const CompareHeadsOptions& options,
                                                     const OpenedEmbeddings& opened,
                                                     const std::vector<ComparedHead>& heads, Part part,
                                                     std::stop_token stop, Progress& progress) {
    using Summaries = std::vector<std::vector<Metric>>;
    const auto* entry = catalogueEntry("counterfactual");
    auto settings = settingsFrom(options.settings, entry->probe->description().parameters);
    if (!settings.isOk()) return std::move(settings).propagate<Summaries>();
    Summaries summaries;
    for (const auto& head : heads) {
        ProbeInputs inputs;
        inputs.model = head.model;
        inputs.dataset = opened.dataset;
        inputs.samples = opened.embeddings.splits.of(part);
        inputs.seed = options.seed;
        inputs.threads = threadCount(options.threads);
        auto found = runProbe(*entry->probe, inputs, settings.value(), stop, progress);
        if (found.isError()) return std::move(found).propagate<Summaries>();
        // A search of some samples only is not a row to compare with.
        if (found.isCancelled() || !found.value()->provenance.complete) break;
        summaries.push_back(found.value()->summary);
    }
    return summaries;
}

std::string cellText(const Column& column, std::size_t row) {
    if (const auto* texts = std::get_if<std::vector<std::string>>(&column.values)) return (*texts)[row];
    if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&column.values))
        return std::to_string((*whole)[row]);
    const double value = std::get<std::vector<double>>(column.values)[row];
    if (std::isnan(value)) return "-";
    char text[32];
    std::snprintf(text, sizeof text, "%.5g", value);
    return text;
}

}  // namespace

std::string tableText(const Table& table) {
    std::vector<std::string> lines(table.rows() + 1);
    for (const auto& column : table.columns) {
        std::vector<std::string> cells{column.label};
        for (std::size_t row = 0; row < table.rows(); ++row) cells.push_back(cellText(column, row));
        std::size_t widest = 0;
        for (const auto& cell : cells) widest = std::max(widest, cell.size());
        const bool isText = std::holds_alternative<std::vector<std::string>>(column.values);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const std::string gap(widest - cells[i].size(), ' ');
            lines[i] += (lines[i].empty() ? "" : "  ") + (isText ? cells[i] + gap : gap + cells[i]);
        }
    }
    std::string text;
    for (const auto& line : lines) text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    return text;
}

int runCompareHeads(const CompareHeadsOptions& options) {
    const InterruptGuard interrupt;
    ConsoleProgress progress;
    const auto cancelled = [&] {
        progress.clear();
        return failWith(inputError("cancelled before all heads were compared; nothing was written."),
                        options.embeddings);
    };
    progress.report(0, 0, "reading the embeddings");
    setComputeThreads(threadCount(options.threads));
    auto opened =
        openEmbeddings(options.embeddings, options.labelColumn, options.split, interrupt.token(), progress);
    if (opened.isCancelled()) return cancelled();
    if (opened.isError()) return progress.clear(), failWith(std::move(opened).error(), options.embeddings);
    auto heads = openHeads(options);
    if (!heads.isOk()) return progress.clear(), failWith(std::move(heads).error(), "");
    const Part part = options.part == "train"       ? Part::Train
                      : options.part == "reference" ? Part::Reference
                                                    : Part::Test;
    auto compared = compareHeads(opened.value().embeddings, heads.value(), part, interrupt.token(), progress);
    if (compared.isCancelled()) return cancelled();
    if (compared.isError()) return progress.clear(), failWith(std::move(compared).error(), "");
    std::vector<std::vector<Metric>> summaries;
    if (options.counterfactual) {
        auto found = searchHeads(options, opened.value(), heads.value(), part, interrupt.token(), progress);
        if (!found.isOk()) return progress.clear(), failWith(std::move(found).error(), options.embeddings);
        summaries = std::move(found).value();
    }
    progress.clear();
    ResultRecord record;
    record.probe = "heads-compare";
    record.tables = tablesOf(compared.value(), summaryColumns(summaries, heads.value().size()));
    record.provenance.version = tesseraVersion();
    record.provenance.dtype = "float64";
    record.provenance.seed = options.seed;
    record.provenance.threads = threadCount(options.threads);
    record.provenance.samples = compared.value().samples;
    for (const auto& head : heads.value())
        record.provenance.files.push_back({head.model->info().path.string(), head.model->info().sha256});
    const bool isComplete = !options.counterfactual || summaries.size() == heads.value().size();
    record.provenance.complete = isComplete;
    if (!isComplete)
        record.notes.push_back("Interrupted: counterfactuals were searched under " +
                               std::to_string(summaries.size()) + " of " +
                               std::to_string(heads.value().size()) + " heads.");
    if (compared.value().seedVariants.size() < 2)
        record.notes.push_back(
            "No ranges over seeds: no other head was made like the first but for its seed.");
    if (!options.csv.empty())
        if (auto written = writeCsvFolder(options.csv, record.tables); !written.isOk())
            return failWith(std::move(written).error(), options.csv);
    auto document = recordJson(record);
    document["embeddings"] = options.embeddings;
    document["part"] = options.part;
    std::string text;
    for (const auto& table : record.tables) text += table.title + "\n" + tableText(table) + "\n";
    for (const auto& note : record.notes) text += "note: " + note + "\n";
    if (const auto written = writeReport(document, text, options.json); !written.isOk())
        return failWith(written.error(), "");
    return isComplete
               ? kExitDone
               : failWith(inputError("cancelled; what was searched until then is written, and marked."),
                          options.embeddings);
}

}  // namespace tessera
