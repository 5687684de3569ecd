// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/probes/record_plane.h"
#include "core/probes/regions_record.h"

namespace tessera {

ParameterMap classMapParameters(const ClassMap::Options& options) {
    return {{"resolution", std::int64_t{options.resolution}},
            {"coarse", std::int64_t{options.coarse}},
            {"adaptive", options.adaptive}};
}

Result<ClassMap::Options> classMapOptions(const ParameterMap& parameters) {
    auto completed = completeParameters(ClassMap::Options::parameters(), parameters);
    if (!completed.isOk()) return std::move(completed).propagate<ClassMap::Options>();
    const auto& values = completed.value();
    ClassMap::Options options;
    options.resolution = static_cast<int>(parameterValue<std::int64_t>(values, "resolution"));
    options.coarse = static_cast<int>(parameterValue<std::int64_t>(values, "coarse"));
    options.adaptive = parameterValue<bool>(values, "adaptive");
    return options;
}

ResultRecord classMapRecord(const ClassMap::Output& output, const ClassMap::Options& options) {
    const auto& field = *output.field;
    const Shape grid{field.rows, field.columns};
    ResultRecord record;
    record.probe = kClassMapProbe;
    record.parameters = classMapParameters(options);
    const auto evaluated = std::count(field.evaluated.begin(), field.evaluated.end(), 1);
    record.summary = {
        {"rows", "Rows", "", static_cast<double>(field.rows), "Of the grid."},
        {"columns", "Columns", "", static_cast<double>(field.columns), "Of the grid."},
        {"evaluations", "Evaluations", "", static_cast<double>(field.evaluations),
         "Times the network was run."},
        {"evaluated", "Points evaluated", "", static_cast<double>(evaluated),
         "Points of the grid where the network was run; the others are filled from neighbours that agree."},
        {"outputs", "Logits", "", static_cast<double>(field.outputs),
         "Of the network; 1 is a two-class model."},
    };
    addPlane(output.plane, record.arrays);
    record.arrays.push_back(
        Array::of<double>("bounds", {2, 2}, {field.low.x(), field.low.y(), field.high.x(), field.high.y()}));
    record.arrays.push_back(Array::view<std::int32_t>("label", grid, field.label, output.field));
    record.arrays.push_back(Array::view<float>("confidence", grid, field.confidence, output.field));
    record.arrays.push_back(Array::view<unsigned char>("evaluated", grid, field.evaluated, output.field));
    record.provenance = output.provenance;
    return record;
}

Result<ClassMap::Output> classMapFromRecord(const ResultRecord& record, const std::string& what) {
    RecordParts parts(record, what);
    parts.check(record.probe == kClassMapProbe, "it is of probe " + record.probe.substr(0, 40));
    ClassMap::Output output;
    output.plane = readPlane(parts);
    output.provenance = record.provenance;
    auto field = std::make_shared<SampledField>();
    const auto rows = parts.extent("label", 0), columns = parts.extent("label", 1);
    parts.check(rows >= 1 && columns >= 1 && rows <= 65536 && columns <= 65536,
                "its grid is empty or too large");
    field->rows = static_cast<int>(std::clamp<std::int64_t>(rows, 0, 65536));
    field->columns = static_cast<int>(std::clamp<std::int64_t>(columns, 0, 65536));
    field->outputs = static_cast<std::int32_t>(parts.whole("outputs", 1, 1 << 20));
    field->evaluations = parts.whole("evaluations", 0, std::int64_t{1} << 53);
    const auto label = parts.values<std::int32_t>("label", {rows, columns});
    const auto confidence = parts.values<float>("confidence", {rows, columns});
    const auto evaluated = parts.values<unsigned char>("evaluated", {rows, columns});
    const auto bounds = parts.values<double>("bounds", {2, 2});
    const auto classes = field->outputs == 1 ? 2 : field->outputs;
    parts.check(std::all_of(label.begin(), label.end(), [&](auto one) { return one >= 0 && one < classes; }),
                "a point has a class that is not there");
    parts.check(
        std::all_of(confidence.begin(), confidence.end(), [](auto one) { return one >= 0 && one <= 1; }),
        "a confidence is not between 0 and 1");
    if (!parts.failed()) {
        field->low = {bounds[0], bounds[1]};
        field->high = {bounds[2], bounds[3]};
        parts.check(isNearWindow(bounds, output.plane) && (field->high - field->low).minCoeff() > 0,
                    "its bounds are not those of the window");
    }
    if (parts.failed()) return parts.error();
    field->label.assign(label.begin(), label.end());
    field->confidence.assign(confidence.begin(), confidence.end());
    field->evaluated.assign(evaluated.begin(), evaluated.end());
    output.field = std::move(field);
    return output;
}

}  // namespace tessera
