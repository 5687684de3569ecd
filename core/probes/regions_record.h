// SPDX-License-Identifier: GPL-3.0-or-later
// The results on a slice as records, and back: what sessions keep, exports write and the result list
// compares.
#pragma once

#include <string>

#include "core/base/record.h"
#include "core/probes/class_map.h"
#include "core/probes/linear_regions.h"

namespace tessera {

inline constexpr const char* kRegionsProbe = "regions";
inline constexpr const char* kClassMapProbe = "class-map";

// Options from and to the schema (Options::parameters()).
ParameterMap regionsParameters(const LinearRegions::Options& options);
Result<LinearRegions::Options> regionsOptions(const ParameterMap& parameters);
ParameterMap classMapParameters(const ClassMap::Options& options);
Result<ClassMap::Options> classMapOptions(const ParameterMap& parameters);

// The arrays point into the arrangement and keep it alive: nothing large is copied.
ResultRecord regionsRecord(const LinearRegions::Output& output, const LinearRegions::Options& options);
// The record may come from any file: every size and index is checked, so that whatever is accepted can be
// drawn. `what` names it in the sentence.
Result<LinearRegions::Output> regionsFromRecord(const ResultRecord& record, const std::string& what);

ResultRecord classMapRecord(const ClassMap::Output& output, const ClassMap::Options& options);
Result<ClassMap::Output> classMapFromRecord(const ResultRecord& record, const std::string& what);

// The plane of either kind of record.
Result<SlicePlane> planeFromRecord(const ResultRecord& record, const std::string& what);

}  // namespace tessera
