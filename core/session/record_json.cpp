// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/record_json.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace tessera {
namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kInfinity = "Infinity";
constexpr const char* kMinusInfinity = "-Infinity";
constexpr const char* kTypes[] = {"real", "whole", "text"};  // in the order of Column::Values

Json numberJson(double value) {
    if (std::isnan(value)) return nullptr;
    if (std::isinf(value)) return value > 0 ? kInfinity : kMinusInfinity;
    return value;
}

double numberFromJson(const Json& json) {
    if (json.is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (json == kInfinity) return std::numeric_limits<double>::infinity();
    if (json == kMinusInfinity) return -std::numeric_limits<double>::infinity();
    return json.get<double>();
}

Json valuesJson(const Column::Values& values) {
    if (const auto* real = std::get_if<std::vector<double>>(&values)) {
        Json list = Json::array();
        for (const double value : *real) list.push_back(numberJson(value));
        return list;
    }
    if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&values)) return *whole;
    return std::get<std::vector<std::string>>(values);
}

Column::Values valuesFromJson(const std::string& type, const Json& json) {
    if (type == "whole") return json.get<std::vector<std::int64_t>>();
    if (type == "text") return json.get<std::vector<std::string>>();
    std::vector<double> real;
    real.reserve(json.size());
    for (const auto& value : json) real.push_back(numberFromJson(value));
    return real;
}

Table tableFromJson(const Json& json) {
    Table table{json.at("name"), json.at("title"), {}, json.at("sample_column")};
    for (const auto& entry : json.at("columns")) {
        const std::string type = entry.at("type");
        table.columns.push_back({entry.at("name"), entry.at("label"), entry.at("unit"), entry.at("sentence"),
                                 valuesFromJson(type, entry.value("values", Json::array()))});
        if (table.columns.back().size() != table.rows()) throw std::runtime_error("columns differ in length");
    }
    return table;
}

// nlohmann's exceptions end here; what they say is for the log.
template <typename T, typename Read>
Result<T> guarded(const std::string& what, const char* part, const Read& read) {
    try {
        return read();
    } catch (const std::exception& exception) {
        return Error{
            ErrorKind::File,
            what + " does not hold " + part +
                " as Tessera writes it; it was changed by hand, cut short or made by a newer version.",
            {exception.what()}};
    }
}

ParameterMap readParameters(const Json& json) {
    ParameterMap parameters;
    for (const auto& [name, value] : json.get_ref<const Json::object_t&>()) {
        if (value.is_boolean())
            parameters[name] = value.get<bool>();
        else if (value.is_number_integer())
            parameters[name] = value.get<std::int64_t>();
        else if (value.is_number())
            parameters[name] = value.get<double>();
        else
            parameters[name] = value.get<std::string>();
    }
    return parameters;
}

Provenance readProvenance(const Json& json) {
    Provenance provenance;
    provenance.version = json.at("version");
    provenance.dtype = json.at("dtype");
    provenance.device = json.at("device");
    provenance.seed = json.at("seed");
    provenance.tolerance = numberFromJson(json.at("tolerance"));
    provenance.samples = json.at("samples");
    provenance.seconds = numberFromJson(json.at("seconds"));
    provenance.threads = json.at("threads");
    provenance.complete = json.at("complete");
    provenance.note = json.at("note");
    for (const auto& file : json.at("files"))
        provenance.files.push_back({file.at("path"), file.at("sha256")});
    return provenance;
}

Json metricJson(const Metric& metric) {
    return {{"name", metric.name},
            {"label", metric.label},
            {"unit", metric.unit},
            {"value", numberJson(metric.value)},
            {"sentence", metric.sentence}};
}

// {"name", "label", "unit", "sentence", "type": "real" | "whole" | "text", "rows"}
Json columnJson(const Column& column) {
    return {{"name", column.name},
            {"label", column.label},
            {"unit", column.unit},
            {"sentence", column.sentence},
            {"type", kTypes[column.values.index()]},
            {"rows", column.size()}};
}

}  // namespace

Json parametersJson(const ParameterMap& parameters) {
    Json json = Json::object();
    for (const auto& [name, value] : parameters)
        std::visit([&json, &key = name](const auto& held) { json[key] = held; }, value);
    return json;
}

Json provenanceJson(const Provenance& provenance) {
    Json files = Json::array();
    for (const auto& file : provenance.files) files.push_back({{"path", file.path}, {"sha256", file.sha256}});
    return {{"version", provenance.version},
            {"dtype", provenance.dtype},
            {"device", provenance.device},
            {"seed", provenance.seed},
            {"tolerance", numberJson(provenance.tolerance)},
            {"samples", provenance.samples},
            {"seconds", numberJson(provenance.seconds)},
            {"threads", provenance.threads},
            {"complete", provenance.complete},
            {"note", provenance.note},
            {"files", std::move(files)}};
}

Json recordJson(const ResultRecord& record, const RecordJsonParts& parts) {
    Json summary = Json::array(), tables = Json::array(), arrays = Json::array();
    for (const auto& metric : record.summary) summary.push_back(metricJson(metric));
    for (const auto& table : record.tables) {
        Json columns = Json::array();
        for (const auto& column : table.columns) {
            columns.push_back(columnJson(column));
            if (parts.columnValues) columns.back()["values"] = valuesJson(column.values);
        }
        tables.push_back({{"name", table.name},
                          {"title", table.title},
                          {"sample_column", table.sampleColumn},
                          {"rows", table.rows()},
                          {"columns", std::move(columns)}});
    }
    for (const auto& array : record.arrays)
        arrays.push_back({{"name", array.name()}, {"dtype", array.dtype()}, {"shape", array.shape()}});
    return {{"probe", record.probe},
            {"complete", record.provenance.complete},
            {"parameters", parametersJson(record.parameters)},
            {"summary", std::move(summary)},
            {"tables", std::move(tables)},
            {"arrays", std::move(arrays)},
            {"notes", record.notes},
            {"provenance", provenanceJson(record.provenance)}};
}

Result<ParameterMap> parametersFromJson(const Json& json, const std::string& what) {
    return guarded<ParameterMap>(what, "parameters", [&] { return readParameters(json); });
}

Result<Provenance> provenanceFromJson(const Json& json, const std::string& what) {
    return guarded<Provenance>(what, "a provenance", [&] { return readProvenance(json); });
}

Result<ResultRecord> recordFromJson(const Json& json, const std::string& what) {
    return guarded<ResultRecord>(what, "a result", [&] {
        ResultRecord record;
        record.probe = json.at("probe");
        record.parameters = readParameters(json.at("parameters"));
        for (const auto& entry : json.at("summary"))
            record.summary.push_back({entry.at("name"), entry.at("label"), entry.at("unit"),
                                      numberFromJson(entry.at("value")), entry.at("sentence")});
        for (const auto& entry : json.at("tables")) record.tables.push_back(tableFromJson(entry));
        record.notes = json.at("notes").get<std::vector<std::string>>();
        record.provenance = readProvenance(json.at("provenance"));
        return record;
    });
}

}  // namespace tessera
