// SPDX-License-Identifier: GPL-3.0-or-later
// Reads an object field by field. The first thing wrong becomes one sentence that names its place; fields
// that are absent keep their standard values, as older minor versions wrote fewer.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace tessera {

struct JsonFailure {
    std::string what;  // names the file
    std::optional<Error> error;
};

class JsonFields {
  public:
    using Json = nlohmann::ordered_json;
    JsonFields(const Json& json, std::string place, JsonFailure& failure);

    bool has(const char* name) const { return find(name) != nullptr; }
    // Null and absent leave `value` alone.
    void take(const char* name, std::string& value);
    void take(const char* name, bool& value);
    void take(const char* name, std::int64_t& value, std::int64_t least, std::int64_t most);
    void take(const char* name, int& value, int least, int most);
    void take(const char* name, std::uint64_t& value);
    void take(const char* name, double& value);                // finite
    void take(const char* name, std::vector<double>& values);  // finite; a list, or "f8:" and base64
    void take(const char* name, std::vector<std::int64_t>& values, std::int64_t least);
    void take(const char* name, std::vector<std::string>& values);
    void choose(const char* name, std::string& value, std::initializer_list<const char*> choices);
    template <typename Read>
    void each(const char* name, const Read& read) {
        const auto* items = list(name);
        for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
            JsonFields item((*items)[i], placeOf(name) + "[" + std::to_string(i) + "]", *failure_);
            if (failed()) return;
            read(item);
        }
    }
    template <typename Read>
    void with(const char* name, const Read& read) {
        if (!has(name)) return;
        JsonFields child(*find(name), placeOf(name), *failure_);
        if (!failed()) read(child);
    }
    void fail(const char* name, const std::string& sentenceEnd);  // "... is not a list"
    bool failed() const { return failure_->error.has_value(); }
    const Json* find(const char* name) const;  // null: absent or null

  private:
    std::string placeOf(const std::string& name) const { return place_.empty() ? name : place_ + "." + name; }
    const Json* list(const char* name);  // null: absent or not a list, which fails
    const Json* json_;
    std::string place_;
    JsonFailure* failure_;
};

// Numbers as they are, NaN and infinities excluded; long lists as "f8:" and base64 of their little-endian
// bytes.
nlohmann::ordered_json numbersJson(const std::vector<double>& values);

}  // namespace tessera
