// SPDX-License-Identifier: GPL-3.0-or-later
// A table made from rows: a column is what a function says of each of them; and back.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/record.h"

namespace tessera {

// The values of a column, null if the table has none of that name and type.
template <typename T>
const std::vector<T>* columnValues(const Table& table, std::string_view name) {
    const Column* column = table.column(name);
    return column ? std::get_if<std::vector<T>>(&column->values) : nullptr;
}

// Rows and table must outlive it.
template <typename Row>
class RecordColumns {
  public:
    RecordColumns(Table& table, const std::vector<Row>& rows) : table_(table), rows_(rows) {}
    // Texts, doubles, or anything else as whole numbers.
    template <typename Value>
    void add(const char* name, const char* label, const char* unit, const char* sentence,
             const Value& value) {
        using Kind = std::decay_t<std::invoke_result_t<const Value&, const Row&>>;
        using Stored =
            std::conditional_t<std::is_convertible_v<Kind, std::string>, std::string,
                               std::conditional_t<std::is_same_v<Kind, double>, double, std::int64_t>>;
        std::vector<Stored> values;
        values.reserve(rows_.size());
        for (const auto& row : rows_) values.push_back(static_cast<Stored>(value(row)));
        table_.columns.push_back({name, label, unit, sentence, std::move(values)});
    }

  private:
    Table& table_;
    const std::vector<Row>& rows_;
};

}  // namespace tessera
