// SPDX-License-Identifier: GPL-3.0-or-later
// Results as JSON (keys are a contract, resources/manual/command-line.md) and as text for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/base/provenance.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/probes/class_map.h"
#include "core/probes/evaluation.h"
#include "core/probes/linear_regions.h"
#include "core/session/record_json.h"

namespace tessera {

nlohmann::ordered_json modelJson(const ModelInfo& info);
nlohmann::ordered_json evaluationJson(const Evaluation::Output& output);
nlohmann::ordered_json regionsJson(const LinearRegions::Output& output);
nlohmann::ordered_json classMapJson(const ClassMap::Output& output);
nlohmann::ordered_json parametersJson(const std::vector<Parameter>& parameters);

std::string modelText(const ModelInfo& info);
std::string evaluationText(const Evaluation::Output& output);
std::string regionsText(const LinearRegions::Output& output);
std::string classMapText(const ClassMap::Output& output);

// Text to standard output and JSON to `json` ("" none, "-" standard output instead of the text). A file
// appears complete or not at all.
Result<Done> writeReport(const nlohmann::ordered_json& document, const std::string& text,
                         const std::string& json);

}  // namespace tessera
