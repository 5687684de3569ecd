// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/sweep_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/data/byte_store.h"

namespace tessera {
namespace {

constexpr std::uint64_t kLongestRange = 1000;

std::vector<std::string_view> partsOf(std::string_view text) {
    constexpr std::string_view kBetween = ",; \t";
    std::vector<std::string_view> parts;
    for (std::size_t at = text.find_first_not_of(kBetween); at != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_of(kBetween, at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = text.find_first_not_of(kBetween, end);
    }
    return parts;
}

template <typename T>
std::optional<T> numberFrom(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

template <typename T>
void addOnce(std::vector<T>& values, T value) {
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

}  // namespace

Result<std::vector<std::uint64_t>> seedsFromText(std::string_view text, const std::string& what) {
    const std::string remedy = "; give whole numbers such as 42, 43, or a range such as 42-46.";
    std::vector<std::uint64_t> seeds;
    for (const auto part : partsOf(text)) {
        const std::size_t dash = part.find('-', 1);
        const auto first = numberFrom<std::uint64_t>(part.substr(0, dash));
        const auto last =
            dash == std::string_view::npos ? first : numberFrom<std::uint64_t>(part.substr(dash + 1));
        if (!first || !last) return inputError(what + " holds '" + shownText(part) + "'" + remedy);
        if (*last < *first)
            return inputError(what + " holds '" + shownText(part) + "', which ends before it begins" +
                              remedy);
        if (*last - *first >= kLongestRange)
            return inputError(what + " holds '" + shownText(part) + "', which is more than " +
                              std::to_string(kLongestRange) + " seeds; give a shorter range.");
        for (std::uint64_t i = 0; i <= *last - *first; ++i) addOnce(seeds, *first + i);
    }
    if (seeds.empty()) return inputError(what + " is empty" + remedy);
    return seeds;
}

Result<std::vector<double>> ratesFromText(std::string_view text, const std::string& what) {
    const std::string remedy = "; give numbers such as 0.001, 1e-4.";
    std::vector<double> rates;
    for (const auto part : partsOf(text)) {
        const auto rate = numberFrom<double>(part);
        if (!rate || !std::isfinite(*rate))
            return inputError(what + " holds '" + shownText(part) + "'" + remedy);
        addOnce(rates, *rate);
    }
    if (rates.empty()) return inputError(what + " is empty" + remedy);
    return rates;
}

}  // namespace tessera
