// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/session/file_writer.h"

namespace tessera {

using Json = nlohmann::ordered_json;

Json modelJson(const ModelInfo& info) {
    Json layers = Json::array();
    bool exact = true;
    for (const auto& layer : info.layers) {
        exact = exact && layer.mark == Mark::Exact;
        layers.push_back({{"name", layer.name},
                          {"kind", layer.kind},
                          {"shape", layer.outputShape},
                          {"parameters", layer.parameters},
                          {"mark", markText(layer.mark)},
                          {"why", layer.why},
                          {"node", layer.node},
                          {"inputs", layer.inputs}});
    }
    const auto& check = info.selfCheck;
    return {{"model", info.path.string()},
            {"format", info.format},
            {"architecture", info.architecture},
            {"sha256", info.sha256},
            {"input_shape", info.inputShape},
            {"outputs", info.outputs},
            {"parameters", info.parameters},
            {"exact", exact},
            {"layers", std::move(layers)},
            {"self_check",
             {{"done", check.done},
              {"max_difference", check.maxDifference},
              {"dtype", check.dtype},
              {"points", check.points},
              {"tolerance", check.tolerance},
              {"passed", check.passed},
              {"note", check.note}}},
            {"notes", info.notes}};
}

Json evaluationJson(const Evaluation::Output& output) {
    Json classes = Json::array();
    for (std::size_t label = 0; label < output.classes.size(); ++label) {
        const auto& row = output.classes[label];
        classes.push_back({{"label", label},
                           {"name", row.name},
                           {"samples", row.samples},
                           {"correct", row.correct},
                           {"predicted", row.predicted}});
    }
    Json document = {{"samples", output.samples}, {"labelled", output.labelled}};
    // Without labels there is nothing to be right or wrong about: null, not zero.
    const bool isLabelled = output.labelled > 0;
    document["accuracy"] = isLabelled ? Json(output.accuracy) : Json();
    document["cross_entropy"] = isLabelled ? Json(output.crossEntropy) : Json();
    document["ece"] = isLabelled ? Json(output.ece) : Json();
    document["outputs"] = output.outputs;
    document["classes"] = std::move(classes);
    document["provenance"] = provenanceJson(output.provenance);
    return document;
}

namespace {

Json boundaryJson(const Arrangement& arrangement) {
    struct Pair {
        std::int64_t segments = 0;
        double length = 0;
    };
    std::map<std::pair<std::int32_t, std::int32_t>, Pair> pairs;
    for (const auto& segment : arrangement.boundary) {
        auto& pair = pairs[{segment.classA, segment.classB}];
        ++pair.segments;
        pair.length += (segment.b - segment.a).norm();
    }
    Json list = Json::array();
    for (const auto& [classes, pair] : pairs)
        list.push_back({{"classes", {classes.first, classes.second}},
                        {"segments", pair.segments},
                        {"length", pair.length}});
    return {{"segments", arrangement.boundary.size()},
            {"length", arrangement.boundaryLength()},
            {"pairs", std::move(list)}};
}

Json checksJson(const ArrangementChecks& checks) {
    return {{"window_area", checks.windowArea},
            {"area_sum", checks.areaSum},
            {"euler", checks.euler},
            {"max_interpolation_error", checks.maxInterpolationError},
            {"faces_checked", checks.facesChecked},
            {"pattern_mismatches", checks.patternMismatches},
            {"smallest_off_margin", checks.smallestOffMargin},
            {"largest_on_margin", checks.largestOnMargin}};
}

Json windowJson(const Polygon& window) {
    Json corners = Json::array();
    for (const auto& corner : window) corners.push_back({corner.x(), corner.y()});
    return corners;
}

}  // namespace

Json regionsJson(const LinearRegions::Output& output) {
    const auto& arrangement = *output.arrangement;
    Json classes = Json::array();
    const auto areas = arrangement.areaPerClass();
    for (std::size_t label = 0; label < areas.size(); ++label)
        classes.push_back({{"label", label}, {"area", areas[label]}});
    Json layers = Json::array();
    for (const auto& site : arrangement.sites)
        layers.push_back({{"name", site.name}, {"regions_after", site.regionsAfter}, {"edges", site.edges}});
    return {{"regions", arrangement.faceCount()},
            {"pieces", arrangement.pieces},
            {"vertices", arrangement.vertices.size()},
            {"edges", arrangement.edges.size()},
            {"area", arrangement.checks.areaSum},
            {"euler", arrangement.checks.euler},
            {"boundary", boundaryJson(arrangement)},
            {"classes", std::move(classes)},
            {"max_interpolation_error", arrangement.checks.maxInterpolationError},
            {"exact", arrangement.resolutionNote.empty()},
            {"complete", arrangement.complete},
            {"stop_reason", arrangement.stopReason},
            {"coverage", arrangement.coverageNote()},
            {"resolution_note", arrangement.resolutionNote},
            {"seconds", output.provenance.seconds},
            {"dtype", output.provenance.dtype},
            {"tolerance", arrangement.tolerance},
            {"layers", std::move(layers)},
            {"engine", output.engine},
            {"outputs", arrangement.outputs},
            {"window", windowJson(arrangement.window)},
            {"checks", checksJson(arrangement.checks)},
            {"provenance", provenanceJson(output.provenance)}};
}

Json classMapJson(const ClassMap::Output& output) {
    const auto& field = *output.field;
    std::vector<std::int64_t> points(static_cast<std::size_t>(field.outputs == 1 ? 2 : field.outputs), 0);
    for (const auto label : field.label)
        if (label >= 0 && static_cast<std::size_t>(label) < points.size())
            ++points[static_cast<std::size_t>(label)];
    const Eigen::Vector2d size = field.high - field.low;
    const double cell = size.x() * size.y() / (static_cast<double>(field.rows) * field.columns);
    Json classes = Json::array();
    for (std::size_t label = 0; label < points.size(); ++label)
        classes.push_back({{"label", label}, {"area", static_cast<double>(points[label]) * cell}});
    return {{"exact", false},
            {"complete", output.provenance.complete},
            {"rows", field.rows},
            {"columns", field.columns},
            {"evaluations", field.evaluations},
            {"outputs", field.outputs},
            {"classes", std::move(classes)},
            {"seconds", output.provenance.seconds},
            {"dtype", output.provenance.dtype},
            {"window", windowJson(output.plane.window)},
            {"provenance", provenanceJson(output.provenance)}};
}

Json parametersJson(const std::vector<Parameter>& parameters) {
    Json list = Json::array();
    for (const auto& parameter : parameters) {
        Json entry = {{"name", parameter.name},
                      {"label", parameter.label},
                      {"sentence", parameter.sentence},
                      {"unit", parameter.unit}};
        std::visit([&entry](const auto& value) { entry["default"] = value; }, parameter.standard);
        if (hasRange(parameter)) {
            entry["minimum"] = parameter.minimum;
            entry["maximum"] = parameter.maximum;
        }
        if (!parameter.choices.empty()) entry["choices"] = parameter.choices;
        list.push_back(std::move(entry));
    }
    return list;
}

Result<Done> writeReport(const Json& document, const std::string& text, const std::string& json) {
    // Names in files are bytes; what is not UTF-8 must not throw here.
    const auto dump = [&document] {
        return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    };
    const std::string shown = json == "-" ? dump() : text;
    if (std::fwrite(shown.data(), 1, shown.size(), stdout) != shown.size() || std::fflush(stdout) != 0)
        return fileError("standard output cannot be written; the disk may be full.");
    if (json.empty() || json == "-") return Done{};
    std::error_code failure;
    const bool isSpecial =
        std::filesystem::exists(json, failure) && !std::filesystem::is_regular_file(json, failure);  // a pipe
    if (!isSpecial) return writeTextFile(json, dump());
    std::ofstream file(json, std::ios::binary);
    file << dump();
    file.close();
    if (!file) return fileError(json + " cannot be written; check that the folder exists and has room.");
    return Done{};
}

}  // namespace tessera
