// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/logit_heights_record.h"

#include <algorithm>

#include "core/base/record_columns.h"
#include "core/geometry/height_surface.h"
#include "core/probes/record_plane.h"
#include "core/probes/regions_record.h"

namespace tessera {
namespace {

constexpr std::size_t kMostLogitColumns = 32;

Table classTable(const LogitMesh& mesh, double& tieLength) {
    struct Row {
        std::int64_t label;
        LogitRange range;
        double area, share;
    };
    const auto ranges = logitRanges(mesh);
    const auto surface = winningSurface(mesh);
    tieLength = 0;
    for (const auto& tie : surface.ties) tieLength += (tie.b - tie.a).head<2>().norm();
    const auto areas = surface.areaPerClass(mesh.classes);
    double all = 0;
    for (const double area : areas) all += area;
    std::vector<Row> rows;
    for (std::size_t k = 0; k < ranges.size(); ++k)
        rows.push_back({std::int64_t(k), ranges[k], areas[k], all > 0 ? areas[k] / all : 0});
    Table table{"classes", "Classes", {}};
    RecordColumns<Row> columns(table, rows);
    columns.add("class", "Class", "", "Whose logit it is.", [](const Row& row) { return row.label; });
    columns.add("min", "Smallest logit", "logits", "Over what is shown of the plane.",
                [](const Row& row) { return row.range.low; });
    columns.add("max", "Largest logit", "logits", "Over what is shown of the plane.",
                [](const Row& row) { return row.range.high; });
    columns.add("mean", "Mean logit", "logits", "Over the area of what is shown of the plane.",
                [](const Row& row) { return row.range.mean; });
    columns.add("area", "Area", "slice units²", "In which the class is predicted.",
                [](const Row& row) { return row.area; });
    columns.add("share", "Share", "", "Of what is shown of the plane, in which the class is predicted.",
                [](const Row& row) { return row.share; });
    return table;
}

Table sampleTable(const std::vector<HeightsSample>& samples) {
    Table table{"samples", "Samples", {}, "sample"};
    RecordColumns<HeightsSample> columns(table, samples);
    columns.add("sample", "Sample", "", "Index in the data.", [](const auto& of) { return of.sample; });
    columns.add("label", "Label", "", "Its class in the data; -1: none.",
                [](const auto& of) { return std::int64_t{of.label}; });
    columns.add("prediction", "Prediction", "", "Its class by the model.",
                [](const auto& of) { return std::int64_t{of.prediction}; });
    columns.add("s", "s", "input units", "Where it lies along the first axis.",
                [](const auto& of) { return of.at.x(); });
    columns.add("t", "t", "input units", "Where it lies along the second axis.",
                [](const auto& of) { return of.at.y(); });
    columns.add("off_plane", "Off the plane", "input units", "Distance of the sample from the plane.",
                [](const auto& of) { return of.offPlane; });
    columns.add("margin", "Margin", "logits", "Its largest logit less its second.", [](const auto& of) {
        auto sorted = of.logits;
        std::ranges::partial_sort(sorted, sorted.begin() + 2, std::greater());
        return sorted[0] - sorted[1];
    });
    const std::size_t classes = std::min(samples.front().logits.size(), kMostLogitColumns);
    for (std::size_t k = 0; k < classes; ++k) {
        std::vector<double> values;
        for (const auto& of : samples) values.push_back(of.logits[k]);
        table.columns.push_back({"logit_" + std::to_string(k), "Logit " + std::to_string(k), "logits",
                                 "Of this class.", std::move(values)});
    }
    return table;
}

void addGrid(const std::shared_ptr<const LogitGrid>& grid, std::vector<Array>& arrays) {
    arrays.push_back(
        Array::of<double>("bounds", {2, 2}, {grid->low.x(), grid->low.y(), grid->high.x(), grid->high.y()}));
    arrays.push_back(Array::view<float>("logits", {grid->rows, grid->columns, grid->outputs},
                                        std::span<const float>(grid->logits), grid));
}

}  // namespace

std::vector<double> classLogits(std::span<const double> outputs) {
    if (outputs.size() == 1) return {0, outputs[0]};
    return {outputs.begin(), outputs.end()};
}

ResultRecord logitHeightsRecord(const LogitHeightsResult& result, const LogitMesh& mesh,
                                const Provenance& provenance) {
    ResultRecord record;
    if (result.exact) {
        record = regionsRecord({result.exact, result.plane, {}, provenance}, {});
        record.parameters.clear();
        record.notes.clear();
        std::erase_if(record.tables, [](const Table& table) { return table.name == "classes"; });
    } else {
        addPlane(result.plane, record.arrays);
        addGrid(result.sampled, record.arrays);
        record.summary = {
            {"rows", "Rows", "", double(result.sampled->rows), "Of the grid's points."},
            {"columns", "Columns", "", double(result.sampled->columns), "Of the grid's points."},
            {"evaluations", "Evaluations", "", double(result.evaluations), "Times the network was run."},
            {"outputs", "Logits", "", double(result.outputs), "Of the network; 1 is a two-class model."}};
    }
    double tieLength = 0;
    auto classes = classTable(mesh, tieLength);
    double low = 0, high = 0;
    for (std::size_t k = 0; const auto& range : logitRanges(mesh)) {
        low = k == 0 ? range.low : std::min(low, range.low);
        high = k++ == 0 ? range.high : std::max(high, range.high);
    }
    if (!result.exact)
        record.summary.push_back({"boundary_length", "Boundary length", "slice units", tieLength,
                                  "Length of the boundary of the interpolated logits in the window."});
    record.summary.push_back({"logit_min", "Smallest logit", "logits", low, "Of any class in the window."});
    record.summary.push_back({"logit_max", "Largest logit", "logits", high, "Of any class in the window."});
    record.tables.insert(record.tables.begin(), std::move(classes));
    if (!result.samples.empty()) {
        record.tables.insert(record.tables.begin() + 1, sampleTable(result.samples));
        std::vector<double> logits;
        for (const auto& of : result.samples) logits.insert(logits.end(), of.logits.begin(), of.logits.end());
        record.arrays.push_back(Array::of(
            "sample_logits", {std::int64_t(result.samples.size()), result.classCount()}, std::move(logits)));
    }
    record.probe = kLogitHeightsProbe;
    record.provenance = provenance;
    return record;
}

}  // namespace tessera
