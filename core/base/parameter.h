// SPDX-License-Identifier: GPL-3.0-or-later
// A probe's parameters, declared once: the panel, the command line, sessions and the manual are made from
// this list.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"

namespace tessera {

using ParameterValue = std::variant<bool, std::int64_t, double, std::string>;

struct Parameter {
    std::string name;                       // "max-regions": as typed on the command line
    std::string label;                      // "Region budget": as shown
    std::string sentence;                   // one sentence for tooltip, help and manual
    std::string unit;                       // "s", "MiB", "" if none
    ParameterValue standard;                // the default, which also fixes the type
    double minimum = 0, maximum = 0;        // for numbers; both 0: unbounded
    std::vector<std::string> choices = {};  // for text with a fixed list
};

using ParameterMap = std::map<std::string, ParameterValue>;

// Whether a number is bounded.
inline bool hasRange(const Parameter& parameter) {
    return parameter.minimum != 0 || parameter.maximum != 0;
}
// One end of the range, as shown: whole numbers without an exponent.
std::string limitText(const Parameter& parameter, double limit);

// Shortest text that reads back as the same value; "true"/"false" for switches.
std::string parameterText(const ParameterValue& value);
// The text as a value of the parameter's type, checked against range and choices; else one sentence.
Result<ParameterValue> parseParameter(const Parameter& parameter, std::string_view text);
// Type (an integer is taken for a real number), range and choices of a value that came from elsewhere.
Result<ParameterValue> checkParameter(const Parameter& parameter, const ParameterValue& value);
// Every parameter with its given or standard value; unknown names are refused by name.
Result<ParameterMap> completeParameters(const std::vector<Parameter>& parameters, const ParameterMap& given);

// For probes: values of a completed map.
template <typename T>
const T& parameterValue(const ParameterMap& values, const std::string& name) {
    return std::get<T>(values.at(name));
}

}  // namespace tessera
