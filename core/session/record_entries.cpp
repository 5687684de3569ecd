// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/record_entries.h"

#include <algorithm>
#include <set>

namespace tessera {
namespace {

// "~" is never part of a good name, so that numbered entries meet no others.
bool isGoodName(const std::string& name) {
    constexpr std::size_t kLongest = 100;
    return !name.empty() && name.size() <= kLongest && name.front() != '.' && name.front() != '-' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || c == '.';
           });
}

class Names {
  public:
    std::string choose(const std::string& name, bool isGood, std::string numbered) {
        return isGood && taken_.insert(name).second ? name : std::move(numbered);
    }

  private:
    std::set<std::string> taken_;
};

}  // namespace

RecordEntries recordEntries(const std::vector<Table>& tables, const std::vector<std::string>& arrays) {
    RecordEntries entries;
    Names names;
    for (std::size_t a = 0; a < arrays.size(); ++a)
        entries.arrays.push_back(
            names.choose(arrays[a], isGoodName(arrays[a]), "array~" + std::to_string(a)));
    for (std::size_t t = 0; t < tables.size(); ++t) {
        auto& columns = entries.columns.emplace_back();
        for (std::size_t c = 0; c < tables[t].columns.size(); ++c) {
            const auto& column = tables[t].columns[c].name;
            columns.push_back(names.choose(tables[t].name + "." + column,
                                           isGoodName(tables[t].name) && isGoodName(column),
                                           "table~" + std::to_string(t) + "~" + std::to_string(c)));
        }
    }
    return entries;
}

std::vector<std::string> tableFileNames(std::span<const Table> tables) {
    std::vector<std::string> files;
    Names names;
    for (std::size_t t = 0; t < tables.size(); ++t)
        files.push_back(
            names.choose(tables[t].name, isGoodName(tables[t].name), "table~" + std::to_string(t)));
    return files;
}

}  // namespace tessera
