// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/record_compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>

namespace tessera {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Comparison {
  public:
    void part(double by, const std::string& where, bool isRounding = false) {
        if (difference.isSame || by > difference.largest) {
            difference.largest = by;
            difference.where = where;
        }
        difference.isSame = false;
        if (!isRounding) difference.isRounding = false;
    }
    template <typename T>
    void values(std::span<const T> a, std::span<const T> b, const std::string& where) {
        if (a.size() != b.size()) return part(kInfinity, where);
        for (std::size_t i = 0; i < a.size(); ++i) {
            // NaN is as good as NaN, 0 as -0.
            const bool areBothNan = a[i] != a[i] && b[i] != b[i];
            if (a[i] == b[i] || areBothNan) continue;
            const double by = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
            // Of the larger of the two, or of one where both are small.
            const double scale =
                std::max({1.0, std::abs(static_cast<double>(a[i])), std::abs(static_cast<double>(b[i]))});
            const bool isRounding =
                std::is_floating_point_v<T> && by <= (sizeof(T) == 4 ? 1e-5 : 1e-10) * scale;
            part(std::isnan(by) ? kInfinity : std::max(by, std::numeric_limits<double>::denorm_min()), where,
                 isRounding);
        }
    }
    void columns(const Column& a, const Column& b, const std::string& where) {
        if (a.unit == "s") return;
        std::visit(
            [&](const auto& mine) {
                using Values = std::decay_t<decltype(mine)>;
                const auto* other = std::get_if<Values>(&b.values);
                if (other == nullptr) return part(kInfinity, where);
                if constexpr (std::is_same_v<Values, std::vector<std::string>>) {
                    if (mine != *other) part(kInfinity, where);
                } else {
                    values(std::span(mine), std::span(*other), where);
                }
            },
            a.values);
    }
    template <typename T>
    bool typed(const Array& a, const Array& b, const std::string& where) {
        if (!a.holds<T>() || !b.holds<T>()) return false;
        values(a.values<T>(), b.values<T>(), where);
        return true;
    }
    void arrays(const Array& a, const Array& b, const std::string& where) {
        const bool isSameKind = a.dtype() == b.dtype() && a.shape() == b.shape();
        if (isSameKind &&
            (a.bytes() == 0 || std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.bytes())) == 0))
            return;
        const bool isCompared =
            isSameKind && (typed<double>(a, b, where) || typed<float>(a, b, where) ||
                           typed<std::int32_t>(a, b, where) || typed<std::int64_t>(a, b, where) ||
                           typed<std::uint64_t>(a, b, where) || typed<unsigned char>(a, b, where));
        if (!isCompared) part(kInfinity, where);
    }
    // Pairs by name; what only one side has parts them.
    template <typename List, typename Find, typename Name, typename Compare>
    void pairs(const List& a, const List& b, const Find& find, const Name& name, const Compare& compare) {
        for (const auto& mine : a) {
            const auto* other = find(mine);
            if (other == nullptr)
                part(kInfinity, name(mine));
            else
                compare(mine, *other, name(mine));
        }
        if (a.size() == b.size()) return;
        const auto& more = a.size() < b.size() ? b : a;
        const auto& fewer = a.size() < b.size() ? a : b;
        const auto alone = std::find_if(more.begin(), more.end(), [&](const auto& one) {
            return std::none_of(fewer.begin(), fewer.end(),
                                [&](const auto& other) { return name(one) == name(other); });
        });
        part(kInfinity, name(alone != more.end() ? *alone : more.back()));
    }
    void summaries(const std::vector<Metric>& a, const std::vector<Metric>& b) {
        const auto find = [&](const Metric& mine) -> const Metric* {
            for (const auto& other : b)
                if (other.name == mine.name) return &other;
            return nullptr;
        };
        pairs(
            a, b, find, [](const Metric& metric) { return "metric " + metric.name; },
            [&](const Metric& mine, const Metric& other, const std::string& where) {
                if (mine.unit != "s") values(std::span(&mine.value, 1), std::span(&other.value, 1), where);
            });
    }

    RecordDifference difference;
};

std::string numberText(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

}  // namespace

std::string RecordDifference::sentence() const {
    if (isSame) return {};
    return (std::isinf(largest) ? "has other values" : "differs by " + numberText(largest)) + " in " + where;
}

RecordDifference compareSummaries(const std::vector<Metric>& a, const std::vector<Metric>& b) {
    Comparison comparison;
    comparison.summaries(a, b);
    return comparison.difference;
}

RecordDifference compareRecords(const ResultRecord& a, const ResultRecord& b) {
    Comparison comparison;
    comparison.summaries(a.summary, b.summary);
    comparison.pairs(
        a.tables, b.tables, [&](const Table& mine) { return b.table(mine.name); },
        [](const Table& table) { return "table " + table.name; },
        [&](const Table& mine, const Table& other, const std::string&) {
            comparison.pairs(
                mine.columns, other.columns, [&](const Column& column) { return other.column(column.name); },
                [&](const Column& column) { return "column " + mine.name + "." + column.name; },
                [&](const Column& x, const Column& y, const std::string& where) {
                    comparison.columns(x, y, where);
                });
        });
    comparison.pairs(
        a.arrays, b.arrays, [&](const Array& mine) { return b.array(mine.name()); },
        [](const Array& array) { return "array " + array.name(); },
        [&](const Array& x, const Array& y, const std::string& where) { comparison.arrays(x, y, where); });
    return comparison.difference;
}

}  // namespace tessera
