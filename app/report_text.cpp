// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "app/report.h"

namespace tessera {
namespace {

template <typename... Values>
std::string formatted(const char* format, Values... values) {
    const int size = std::snprintf(nullptr, 0, format, values...);
    std::string text(static_cast<std::size_t>(std::max(size, 0)) + 1, '\0');
    std::snprintf(text.data(), text.size(), format, values...);
    text.pop_back();
    return text;
}

std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
        digits.insert(static_cast<std::size_t>(at), 1, ',');
    return digits;
}

using Row = std::vector<std::string>;

// Columns separated by two spaces; those in `right` are aligned to the right. No trailing blanks.
std::string table(const std::vector<Row>& rows, const std::vector<bool>& right) {
    std::vector<std::size_t> width(right.size(), 0);
    for (const auto& row : rows)
        for (std::size_t column = 0; column < row.size(); ++column)
            width[column] = std::max(width[column], row[column].size());
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t column = 0; column < row.size(); ++column) {
            if (column > 0) line += "  ";
            const std::string blanks(width[column] - row[column].size(), ' ');
            line += right[column] ? blanks + row[column] : row[column] + blanks;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string selfCheckText(const SelfCheck& check) {
    if (!check.done)
        return "self-check: none" + (check.note.empty() ? std::string() : " (" + check.note + ")");
    std::string text = formatted(
        "self-check: %s, largest difference %.3g from the original module on %d points in %s (tolerance "
        "%.3g)",
        check.passed ? "passed" : "FAILED", check.maxDifference, check.points, check.dtype.c_str(),
        check.tolerance);
    if (!check.note.empty()) text += "; " + check.note;
    return text;
}

std::string layerTable(const ModelInfo& info) {
    const bool hasWhy = std::any_of(info.layers.begin(), info.layers.end(),
                                    [](const LayerInfo& layer) { return !layer.why.empty(); });
    std::vector<Row> rows{{"layer", "kind", "output", "parameters", "mark"}};
    if (hasWhy) rows.front().push_back("why");
    for (const auto& layer : info.layers) {
        rows.push_back({layer.name, layer.kind, shapeText(layer.outputShape),
                        layer.parameters > 0 ? grouped(layer.parameters) : "-", markText(layer.mark)});
        if (hasWhy) rows.back().push_back(layer.why);
    }
    return table(rows, {false, false, false, true, false, false});
}

}  // namespace

std::string modelText(const ModelInfo& info) {
    const bool exact = std::all_of(info.layers.begin(), info.layers.end(),
                                   [](const LayerInfo& layer) { return layer.mark == Mark::Exact; });
    std::string text = info.path.string() + ": " + info.format;
    if (!info.architecture.empty() && !info.architecture.starts_with(info.format))
        text += ", " + info.architecture;
    text += "\ninput " + shapeText(info.inputShape) + ", " + std::to_string(info.outputs) +
            (info.outputs == 1 ? " logit, " : " logits, ") + grouped(info.parameters) + " parameters, " +
            (exact ? "exact" : "not exact: regions are sampled only") + "\n\n";
    text += layerTable(info) + "\n" + selfCheckText(info.selfCheck) + "\n";
    for (const auto& note : info.notes) text += "note: " + note + "\n";
    return text;
}

std::string evaluationText(const Evaluation::Output& output) {
    std::string text = grouped(output.samples) + " samples";
    if (output.labelled == 0) return text + ", none of them labelled: no accuracy\n";
    if (output.labelled != output.samples) text += ", " + grouped(output.labelled) + " of them labelled";
    text += formatted("\naccuracy       %.4f\ncross-entropy  %.4f\nECE            %.4f\n\n", output.accuracy,
                      output.crossEntropy, output.ece);
    std::vector<Row> rows{{"class", "samples", "correct", "predicted", "accuracy"}};
    for (const auto& row : output.classes)
        rows.push_back({row.name, grouped(row.samples), grouped(row.correct), grouped(row.predicted),
                        row.samples > 0 ? formatted("%.4f", static_cast<double>(row.correct) /
                                                                static_cast<double>(row.samples))
                                        : "-"});
    return text + table(rows, {false, true, true, true, true});
}

std::string regionsText(const LinearRegions::Output& output) {
    const auto& arrangement = *output.arrangement;
    const auto& checks = arrangement.checks;
    std::string text =
        grouped(arrangement.faceCount()) + " regions, " + grouped(arrangement.pieces) + " pieces, " +
        grouped(static_cast<std::int64_t>(arrangement.vertices.size())) + " vertices, " +
        grouped(static_cast<std::int64_t>(arrangement.edges.size())) + " edges" +
        (arrangement.complete
             ? "\n"
             : " (partial: " + arrangement.stopReason + "; " + arrangement.coverageNote() + ")\n");
    text += formatted(
        "boundary: %zu segments, length %.9g; window area %.9g, sum of face areas %.9g; V - E + F = %lld\n",
        arrangement.boundary.size(), arrangement.boundaryLength(), checks.windowArea, checks.areaSum,
        static_cast<long long>(checks.euler));
    text += formatted(
        "largest interpolation error %.3g on %lld faces, %lld pattern mismatches; %s engine, %s, %.3f s\n\n",
        checks.maxInterpolationError, static_cast<long long>(checks.facesChecked),
        static_cast<long long>(checks.patternMismatches), output.engine.c_str(),
        output.provenance.dtype.c_str(), output.provenance.seconds);
    if (!arrangement.resolutionNote.empty()) text += "not exact: " + arrangement.resolutionNote + "\n\n";
    std::vector<Row> layers{{"layer", "regions after", "edges"}};
    for (const auto& site : arrangement.sites)
        layers.push_back({site.name, grouped(site.regionsAfter), grouped(site.edges)});
    text += table(layers, {false, true, true}) + "\n";
    std::vector<Row> classes{{"class", "area", "share"}};
    const auto areas = arrangement.areaPerClass();
    for (std::size_t label = 0; label < areas.size(); ++label)
        classes.push_back(
            {std::to_string(label), formatted("%.6g", areas[label]),
             checks.areaSum > 0 ? formatted("%.2f %%", 100 * areas[label] / checks.areaSum) : "-"});
    return text + table(classes, {false, true, true});
}

std::string classMapText(const ClassMap::Output& output) {
    const auto& field = *output.field;
    return "sampled class map, " + std::to_string(field.columns) + " x " + std::to_string(field.rows) +
           " points, " + grouped(field.evaluations) + " evaluated" +
           (output.provenance.complete ? "" : " (partial: " + output.provenance.note + ")") +
           formatted("; %s, %.3f s\n", output.provenance.dtype.c_str(), output.provenance.seconds);
}

}  // namespace tessera
