// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/json_fields.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/data/byte_store.h"
#include "core/session/base64.h"

namespace tessera {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t kReadable = 16;  // longer lists of numbers are of no use to a reader
constexpr std::string_view kBinary = "f8:";

std::string rangeText(std::int64_t least, std::int64_t most) {
    return "a whole number from " + std::to_string(least) +
           (most == INT64_MAX ? " on" : " to " + std::to_string(most));
}

bool isWhole(const Json& json, std::int64_t least, std::int64_t most, std::int64_t& value) {
    if (!json.is_number_integer()) return false;
    if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
        return false;
    value = json.get<std::int64_t>();
    return value >= least && value <= most;
}

std::optional<std::vector<double>> numbersFromText(const std::string& text) {
    if (!text.starts_with(kBinary)) return std::nullopt;
    const auto bytes = bytesFromBase64(std::string_view(text).substr(kBinary.size()));
    if (!bytes || bytes->size() % sizeof(double) != 0) return std::nullopt;
    std::vector<double> values(bytes->size() / sizeof(double));
    if (!values.empty()) std::memcpy(values.data(), bytes->data(), bytes->size());
    return values;
}

}  // namespace

JsonFields::JsonFields(const Json& json, std::string place, JsonFailure& failure)
    : json_(&json), place_(std::move(place)), failure_(&failure) {
    if (!json.is_object()) fail(nullptr, "is not an object");
}

const Json* JsonFields::find(const char* name) const {
    if (!json_->is_object()) return nullptr;
    const auto found = json_->find(name);
    return found == json_->end() || found->is_null() ? nullptr : &*found;
}

void JsonFields::fail(const char* name, const std::string& sentenceEnd) {
    if (failed()) return;
    std::string place = name == nullptr ? place_ : placeOf(name);
    if (place.empty()) place = "all of it";
    failure_->error = fileError(failure_->what + " is not a session as Tessera writes it: " + place + " " +
                                sentenceEnd + "; it was changed by hand or damaged.");
}

void JsonFields::take(const char* name, std::string& value) {
    const auto* json = find(name);
    if (json == nullptr) return;
    if (!json->is_string()) return fail(name, "is not a text");
    value = json->get<std::string>();
}

void JsonFields::take(const char* name, bool& value) {
    const auto* json = find(name);
    if (json == nullptr) return;
    if (!json->is_boolean()) return fail(name, "is not true or false");
    value = json->get<bool>();
}

void JsonFields::take(const char* name, std::int64_t& value, std::int64_t least, std::int64_t most) {
    const auto* json = find(name);
    if (json != nullptr && !isWhole(*json, least, most, value))
        fail(name, "is not " + rangeText(least, most));
}

void JsonFields::take(const char* name, int& value, int least, int most) {
    std::int64_t whole = value;
    take(name, whole, least, most);
    if (!failed()) value = static_cast<int>(whole);
}

void JsonFields::take(const char* name, std::uint64_t& value) {
    const auto* json = find(name);
    if (json == nullptr) return;
    if (!json->is_number_unsigned() && !(json->is_number_integer() && json->get<std::int64_t>() >= 0))
        return fail(name, "is not " + rangeText(0, INT64_MAX));
    value = json->get<std::uint64_t>();
}

void JsonFields::take(const char* name, double& value) {
    const auto* json = find(name);
    if (json == nullptr) return;
    if (!json->is_number() || !std::isfinite(json->get<double>())) return fail(name, "is not a number");
    value = json->get<double>();
}

void JsonFields::take(const char* name, std::vector<double>& values) {
    const auto* json = find(name);
    if (json == nullptr) return;
    std::vector<double> read;
    if (json->is_string()) {
        auto decoded = numbersFromText(json->get<std::string>());
        if (!decoded) return fail(name, "is not f8: followed by base64");
        read = std::move(*decoded);
    } else if (json->is_array()) {
        for (const auto& item : *json) {
            if (!item.is_number()) return fail(name, "is not a list of numbers");
            read.push_back(item.get<double>());
        }
    } else {
        return fail(name, "is not a list of numbers");
    }
    if (!std::all_of(read.begin(), read.end(), [](double number) { return std::isfinite(number); }))
        return fail(name, "holds numbers that are not finite");
    values = std::move(read);
}

void JsonFields::take(const char* name, std::vector<std::int64_t>& values, std::int64_t least) {
    const auto* items = list(name);
    if (items == nullptr || items->empty()) return;
    std::vector<std::int64_t> read(items->size());
    for (std::size_t i = 0; i < read.size(); ++i)
        if (!isWhole((*items)[i], least, INT64_MAX, read[i]))
            return fail(name, "holds something that is not " + rangeText(least, INT64_MAX));
    values = std::move(read);
}

void JsonFields::take(const char* name, std::vector<std::string>& values) {
    const auto* items = list(name);
    if (items == nullptr || items->empty()) return;
    std::vector<std::string> read;
    for (const auto& item : *items) {
        if (!item.is_string()) return fail(name, "holds something that is not a text");
        read.push_back(item.get<std::string>());
    }
    values = std::move(read);
}

void JsonFields::choose(const char* name, std::string& value, std::initializer_list<const char*> choices) {
    std::string chosen = value, known;
    take(name, chosen);
    for (const char* choice : choices) {
        if (chosen == choice) return void(value = chosen);
        known += (known.empty() ? "" : ", ") + std::string(choice);
    }
    fail(name, "is \"" + shownText(chosen) + "\", not one of " + known);
}

const Json* JsonFields::list(const char* name) {
    const auto* json = find(name);
    if (json == nullptr || json->is_array()) return json;
    fail(name, "is not a list");
    return nullptr;
}

Json numbersJson(const std::vector<double>& values) {
    if (values.size() <= kReadable) return values;
    return std::string(kBinary) +
           base64Text({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double)});
}

}  // namespace tessera
