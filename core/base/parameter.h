// SPDX-License-Identifier: GPL-3.0-or-later
// A probe's parameters, declared once: the panel, the command line, sessions and the manual are made from
// this list.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

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

}  // namespace tessera
