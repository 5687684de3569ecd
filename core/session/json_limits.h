// SPDX-License-Identifier: GPL-3.0-or-later
// JSON from files that may be hostile, and JSON for people: bounded on the way in, short lists on one line on
// the way out.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace tessera {

// Refuses what nests deeper than any session does, before the parser sees it. `what` starts the sentence.
Result<nlohmann::ordered_json> parseJson(std::string_view text, const std::string& what);
// Indented; lists of plain values stay on one line. Bytes that are not UTF-8 are replaced.
std::string readableJson(const nlohmann::ordered_json& json);

}  // namespace tessera
