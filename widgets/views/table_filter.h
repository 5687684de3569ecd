// SPDX-License-Identifier: GPL-3.0-or-later
// Which rows of a table to show, as typed: "margin < 0.5 and label != predicted", "split = test", or words
// that any cell must hold.
#pragma once

#include <QString>
#include <QStringList>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/base/record.h"
#include "core/base/result.h"

namespace tessera {

// Comparisons (< <= > >= = != and ~, "holds") of columns, numbers and "texts", joined by and, or, not and
// brackets. Columns by name or by their label in quotes. Without a comparison: words, all of which must be
// found, in any case. The sentence of an error says what was not understood.
class TableFilter {
  public:
    static Result<TableFilter> parse(const QString& text, std::shared_ptr<const Table> table,
                                     const QStringList& classNames);
    TableFilter() = default;  // lets every row through
    bool isEmpty() const { return !root_; }
    bool accepts(std::size_t row) const;

    struct Node;

  private:
    std::shared_ptr<const Node> root_;
};

// Rows in the order that a table shows them: those the filter accepts, sorted (stably) by a column, missing
// values last either way. Column -1: as they come. Empty when stopped.
std::vector<std::uint32_t> tableOrder(const Table& table, const TableFilter& filter, int column,
                                      bool descending, std::stop_token stop = {});

}  // namespace tessera
