// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/json_limits.h"

#include <algorithm>

namespace tessera {
namespace {

using Json = nlohmann::ordered_json;
constexpr int kDeepest = 32;

int depthOf(std::string_view text) {
    int depth = 0, deepest = 0;
    bool isText = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (isText) {
            if (c == '\\') ++i;
            if (c == '"') isText = false;
        } else if (c == '"') {
            isText = true;
        } else if (c == '[' || c == '{') {
            deepest = std::max(deepest, ++depth);
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return deepest;
}

std::string plain(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append(std::string& out, const Json& json, int indent) {
    const auto isPlain = [](const Json& value) { return !value.is_structured() || value.empty(); };
    const std::string margin(static_cast<std::size_t>(indent) + 2, ' ');
    if (isPlain(json)) {
        out += plain(json);
    } else if (json.is_array() && std::all_of(json.begin(), json.end(), isPlain)) {
        out += '[';
        for (std::size_t i = 0; i < json.size(); ++i) out += (i ? ", " : "") + plain(json[i]);
        out += ']';
    } else {
        out += json.is_array() ? '[' : '{';
        const char* separator = "\n";
        for (const auto& [key, value] : json.items()) {
            out += separator + margin;
            if (json.is_object()) out += plain(Json(key)) + ": ";
            append(out, value, indent + 2);
            separator = ",\n";
        }
        out += '\n' + margin.substr(2) + (json.is_array() ? ']' : '}');
    }
}

}  // namespace

Result<Json> parseJson(std::string_view text, const std::string& what) {
    if (depthOf(text) > kDeepest)
        return fileError(what + " nests deeper than Tessera writes; do not trust this file.");
    try {
        return Json::parse(text);
    } catch (const std::exception& exception) {
        return Error{ErrorKind::File,
                     what + " is not valid JSON; it was changed by hand or cut short.",
                     {exception.what()}};
    }
}

std::string readableJson(const Json& json) {
    std::string out;
    append(out, json, 0);
    return out + '\n';
}

}  // namespace tessera
