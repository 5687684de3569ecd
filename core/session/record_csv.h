// SPDX-License-Identifier: GPL-3.0-or-later
// Tables as CSV (RFC 4180: commas, CRLF, quotes where needed) and records as npz. Numbers are the shortest
// text that reads back as the same value, whatever the locale; NaN is an empty field.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/record.h"

namespace tessera {

std::string csvText(const Table& table);
// Written beside and renamed: the file is whole or untouched.
Result<Done> writeCsv(const std::filesystem::path& path, const Table& table);
// One file per table, DIR/TABLE.csv, or DIR/table~N.csv where the name is taken or makes no good file name;
// makes the folder if it is not there. Returns the files.
Result<std::vector<std::filesystem::path>> writeCsvFolder(const std::filesystem::path& folder,
                                                          std::span<const Table> tables);
// All arrays by name and all number columns as TABLE.COLUMN; NumPy opens it, text columns are left to CSV.
Result<Done> writeRecordNpz(const std::filesystem::path& path, const ResultRecord& record);

}  // namespace tessera
