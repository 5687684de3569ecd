// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/record_csv.h"

#include <charconv>
#include <cmath>
#include <system_error>

#include "core/data/npz.h"
#include "core/session/file_writer.h"
#include "core/session/record_entries.h"

namespace tessera {
namespace {

constexpr const char* kNewLine = "\r\n";

template <typename Number>
void appendNumber(std::string& text, Number value) {
    char buffer[32];
    text.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

void appendField(std::string& text, const std::string& field) {
    if (field.find_first_of(",\"\r\n") == std::string::npos) {
        text += field;
        return;
    }
    text += '"';
    for (const char letter : field) text.append(letter == '"' ? 2 : 1, letter);
    text += '"';
}

void appendCell(std::string& text, const Column& column, std::size_t row) {
    if (const auto* real = std::get_if<std::vector<double>>(&column.values)) {
        if (!std::isnan((*real)[row])) appendNumber(text, (*real)[row]);
    } else if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&column.values)) {
        appendNumber(text, (*whole)[row]);
    } else {
        appendField(text, std::get<std::vector<std::string>>(column.values)[row]);
    }
}

}  // namespace

std::string csvText(const Table& table) {
    std::string text;
    for (std::size_t at = 0; at < table.columns.size(); ++at) {
        if (at > 0) text += ',';
        appendField(text, table.columns[at].name);
    }
    text += kNewLine;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const auto begin = text.size();
        for (std::size_t at = 0; at < table.columns.size(); ++at) {
            if (at > 0) text += ',';
            appendCell(text, table.columns[at], row);
        }
        if (text.size() == begin) text += "\"\"";  // an empty line would be no row at all
        text += kNewLine;
    }
    return text;
}

Result<Done> writeCsv(const std::filesystem::path& path, const Table& table) {
    return writeTextFile(path, csvText(table));
}

Result<std::vector<std::filesystem::path>> writeCsvFolder(const std::filesystem::path& folder,
                                                          std::span<const Table> tables) {
    using Paths = std::vector<std::filesystem::path>;
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure || !std::filesystem::is_directory(folder, failure))
        return fileError(folder.string() + " cannot be written; check that the folder exists and has room.");
    const auto names = tableFileNames(tables);
    Paths paths;
    for (std::size_t t = 0; t < tables.size(); ++t) {
        paths.push_back(folder / (names[t] + ".csv"));
        if (auto written = writeCsv(paths.back(), tables[t]); !written.isOk())
            return std::move(written).propagate<Paths>();
    }
    return paths;
}

Result<Done> writeRecordNpz(const std::filesystem::path& path, const ResultRecord& record) {
    std::vector<NpzEntry> entries;
    for (const auto& array : record.arrays)
        entries.push_back({array.name(), array.dtype(), array.shape(), array.data()});
    for (const auto& table : record.tables)
        for (const auto& column : table.columns) {
            const Shape shape{static_cast<std::int64_t>(column.size())};
            const std::string name = table.name + "." + column.name;
            if (const auto* real = std::get_if<std::vector<double>>(&column.values))
                entries.push_back({name, "<f8", shape, real->data()});
            else if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&column.values))
                entries.push_back({name, "<i8", shape, whole->data()});
        }
    return writeNpz(path, entries);
}

}  // namespace tessera
