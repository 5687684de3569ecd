// SPDX-License-Identifier: GPL-3.0-or-later
// A record as JSON and back: what the command line prints and what a session keeps beside its binary numbers.
// NaN is null, infinities are "Infinity" and "-Infinity" (JSON has no numbers for them).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/base/record.h"

namespace tessera {

nlohmann::ordered_json parametersJson(const ParameterMap& parameters);
nlohmann::ordered_json provenanceJson(const Provenance& provenance);

struct RecordJsonParts {
    bool columnValues = true;  // false: the columns are described only; their numbers are kept elsewhere
};
// {"probe", "complete", "parameters", "summary", "tables", "arrays", "notes", "provenance"}. Tables are lists
// of columns; arrays are described only (name, dtype, shape).
nlohmann::ordered_json recordJson(const ResultRecord& record, const RecordJsonParts& parts = {});

// The other way; `what` names the file in errors. Columns written without values come back of length 0, and
// arrays are not restored: who kept their numbers puts them back.
Result<ParameterMap> parametersFromJson(const nlohmann::ordered_json& json, const std::string& what);
Result<Provenance> provenanceFromJson(const nlohmann::ordered_json& json, const std::string& what);
Result<ResultRecord> recordFromJson(const nlohmann::ordered_json& json, const std::string& what);

}  // namespace tessera
