// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/record.h"

#include <algorithm>

namespace tessera {
namespace {

template <typename List, typename Name>
auto* named(const List& list, std::string_view wanted, Name name) {
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const auto& item) { return name(item) == wanted; });
    return found == list.end() ? nullptr : &*found;
}

std::int64_t columnBytes(const Column& column) {
    if (const auto* texts = std::get_if<std::vector<std::string>>(&column.values)) {
        std::int64_t bytes = 0;
        for (const auto& text : *texts) bytes += static_cast<std::int64_t>(sizeof(std::string) + text.size());
        return bytes;
    }
    return static_cast<std::int64_t>(8 * column.size());
}

}  // namespace

const Column* Table::column(std::string_view columnName) const {
    return named(columns, columnName, [](const Column& column) { return std::string_view(column.name); });
}

const Metric* ResultRecord::metric(std::string_view name) const {
    return named(summary, name, [](const Metric& item) { return std::string_view(item.name); });
}

const Table* ResultRecord::table(std::string_view name) const {
    return named(tables, name, [](const Table& item) { return std::string_view(item.name); });
}

const Array* ResultRecord::array(std::string_view name) const {
    return named(arrays, name, [](const Array& item) { return std::string_view(item.name()); });
}

std::int64_t ResultRecord::bytes() const {
    std::int64_t total = 0;
    for (const auto& table : tables)
        for (const auto& column : table.columns) total += columnBytes(column);
    for (const auto& array : arrays) total += array.bytes();
    return total;
}

}  // namespace tessera
