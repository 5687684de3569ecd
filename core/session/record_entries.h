// SPDX-License-Identifier: GPL-3.0-or-later
// Which entry of a stored record holds which column and array: by name where the name makes a good file name,
// else by number. Writer and reader both go by it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/base/record.h"

namespace tessera {

inline constexpr const char* kRecordHead = "record.json";

struct RecordEntries {
    std::vector<std::vector<std::string>> columns;  // by table and column, without suffix
    std::vector<std::string> arrays;
};
// Names of the arrays are given apart: a record read from its head has none yet.
RecordEntries recordEntries(const std::vector<Table>& tables, const std::vector<std::string>& arrays);

// One name for each table, none twice, that may stand in a folder as it is: whatever the tables are called,
// no name leads out of it.
std::vector<std::string> tableFileNames(std::span<const Table> tables);

// Texts of a column: "NAME~offsets.npy" (rows + 1 whole numbers) into "NAME~text.txt" (UTF-8, end to end).
inline std::string offsetsEntry(const std::string& name) {
    return name + "~offsets.npy";
}
inline std::string textEntry(const std::string& name) {
    return name + "~text.txt";
}

}  // namespace tessera
