// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parameter.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tessera {
namespace {

std::string numberText(double value) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    return {buffer, end};
}

std::string withUnit(const std::string& text, const Parameter& parameter) {
    return parameter.unit.empty() ? text : text + " " + parameter.unit;
}

Error wrong(const Parameter& parameter, const std::string& found, const std::string& wanted) {
    return inputError("Setting " + parameter.name + " is " + found + "; give " + wanted + ".");
}

const char* kindText(const Parameter& parameter) {
    return std::holds_alternative<std::int64_t>(parameter.standard) ? "a whole number" : "a number";
}

std::string rangeText(const Parameter& parameter) {
    const std::string kind = kindText(parameter);
    if (!hasRange(parameter)) return kind;
    return kind + " from " + limitText(parameter, parameter.minimum) + " to " +
           withUnit(limitText(parameter, parameter.maximum), parameter);
}

std::string choicesText(const Parameter& parameter) {
    std::string text = "one of";
    for (std::size_t i = 0; i < parameter.choices.size(); ++i)
        text += (i ? ", " : " ") + parameter.choices[i];
    return text;
}

bool isOutside(const Parameter& parameter, double value) {
    if (!std::isfinite(value)) return true;
    if (!hasRange(parameter)) return false;
    return value < parameter.minimum || value > parameter.maximum;
}

}  // namespace

std::string limitText(const Parameter& parameter, double limit) {
    if (std::holds_alternative<std::int64_t>(parameter.standard) && std::abs(limit) < 1e15)
        return std::to_string(static_cast<std::int64_t>(limit));
    return numberText(limit);
}

std::string parameterText(const ParameterValue& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    if (const auto* number = std::get_if<double>(&value)) return numberText(*number);
    return std::get<std::string>(value);
}

Result<ParameterValue> checkParameter(const Parameter& parameter, const ParameterValue& value) {
    const auto found = parameterText(value);
    if (std::holds_alternative<double>(parameter.standard)) {
        double number = 0;
        if (const auto* real = std::get_if<double>(&value))
            number = *real;
        else if (const auto* whole = std::get_if<std::int64_t>(&value))
            number = static_cast<double>(*whole);
        else
            return wrong(parameter, "\"" + found + "\"", rangeText(parameter));
        if (isOutside(parameter, number)) return wrong(parameter, found, rangeText(parameter));
        return ParameterValue(number);
    }
    if (value.index() != parameter.standard.index()) {
        if (std::holds_alternative<bool>(parameter.standard))
            return wrong(parameter, "\"" + found + "\"", "true or false");
        if (std::holds_alternative<std::int64_t>(parameter.standard))
            return wrong(parameter, "\"" + found + "\"", rangeText(parameter));
        return wrong(parameter, found, parameter.choices.empty() ? "a text" : choicesText(parameter));
    }
    if (const auto* whole = std::get_if<std::int64_t>(&value))
        if (isOutside(parameter, static_cast<double>(*whole)))
            return wrong(parameter, found, rangeText(parameter));
    if (const auto* text = std::get_if<std::string>(&value))
        if (!parameter.choices.empty() &&
            std::find(parameter.choices.begin(), parameter.choices.end(), *text) == parameter.choices.end())
            return wrong(parameter, "\"" + found + "\"", choicesText(parameter));
    return value;
}

Result<ParameterValue> parseParameter(const Parameter& parameter, std::string_view text) {
    const auto quoted = "\"" + std::string(text) + "\"";
    if (std::holds_alternative<bool>(parameter.standard)) {
        if (text == "true" || text == "yes" || text == "on" || text == "1") return ParameterValue(true);
        if (text == "false" || text == "no" || text == "off" || text == "0") return ParameterValue(false);
        return wrong(parameter, quoted, "true or false");
    }
    if (std::holds_alternative<std::string>(parameter.standard))
        return checkParameter(parameter, std::string(text));
    const auto parse = [&](auto number) -> Result<ParameterValue> {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || end != text.data() + text.size())
            return wrong(parameter, quoted, rangeText(parameter));
        return checkParameter(parameter, number);
    };
    return std::holds_alternative<double>(parameter.standard) ? parse(double{}) : parse(std::int64_t{});
}

Result<ParameterMap> completeParameters(const std::vector<Parameter>& parameters, const ParameterMap& given) {
    ParameterMap complete;
    for (const auto& parameter : parameters) {
        const auto found = given.find(parameter.name);
        auto value = checkParameter(parameter, found == given.end() ? parameter.standard : found->second);
        if (!value.isOk()) return std::move(value).propagate<ParameterMap>();
        complete[parameter.name] = std::move(value).value();
    }
    for (const auto& [name, value] : given)
        if (!complete.contains(name)) {
            std::string known;
            for (const auto& parameter : parameters) known += (known.empty() ? "" : ", ") + parameter.name;
            return inputError("There is no setting \"" + name + "\"; known are " +
                              (known.empty() ? "none" : known) + ".");
        }
    return complete;
}

}  // namespace tessera
