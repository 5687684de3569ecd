// SPDX-License-Identifier: GPL-3.0-or-later
// CSV with a header line: one sample per line, decimals with a point in every locale, fields quoted with ".
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string_view>

#include "core/data/csv_lines.h"
#include "core/data/dataset_formats.h"
#include "core/data/parts.h"
#include "core/data/sample_texts.h"
#include "core/data/stored_dataset.h"

namespace tessera {

namespace {

constexpr std::size_t kMaxColumns = 1 << 20;

bool parseNumber(std::string_view text, double& value) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && std::isfinite(value) &&
           std::abs(value) <= std::numeric_limits<float>::max();
}

char separatorOf(std::string_view text) {
    const auto line = text.substr(0, text.find('\n'));
    const auto count = [&](char c) { return std::count(line.begin(), line.end(), c); };
    if (count(',') >= count(';') && count(',') >= count('\t')) return ',';
    return count(';') >= count('\t') ? ';' : '\t';
}

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

bool equalIgnoringCase(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
        return low(x) == low(y);
    });
}

// Columns that are not numbers of the samples.
struct WordColumns {
    std::size_t label = kNone, split = kNone, name = kNone, item = kNone;
    bool has(std::size_t column) const {
        return column == label || column == split || column == name || column == item;
    }
    std::int64_t count() const {
        return (label != kNone) + (split != kNone) + (name != kNone) + (item != kNone);
    }
};

std::size_t columnNamed(const std::vector<std::string>& names, std::string_view wanted) {
    for (std::size_t c = 0; c < names.size(); ++c)
        if (equalIgnoringCase(names[c], wanted)) return c;
    return kNone;
}

// The label column by the rule of DataOptions::labelColumn, or kNone; `first` is the first line of data, and
// `others` are taken already.
Result<std::size_t> labelColumnOf(const std::vector<std::string>& names,
                                  const std::vector<std::string_view>& first, const WordColumns& others,
                                  const std::string& wanted, const std::string& what) {
    if (!wanted.empty()) {
        const auto at = std::find(names.begin(), names.end(), wanted);
        if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
        std::string all;
        for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
        return inputError(what + " has no column '" + shownText(wanted) + "'; its columns are " +
                          shownText(all) + ".");
    }
    for (const char* usual : {"label", "class", "target", "y"})
        if (const auto c = columnNamed(names, usual); c != kNone) return c;
    double ignored = 0;
    for (std::size_t c = std::min(names.size(), first.size()); c-- > 0;)
        if (!others.has(c) && !parseNumber(first[c], ignored)) return c;
    return kNone;
}

Result<WordColumns> wordColumnsOf(const std::vector<std::string>& names,
                                  const std::vector<std::string_view>& first, const std::string& wantedLabel,
                                  const std::string& what) {
    WordColumns columns;
    columns.split = columnNamed(names, "split");
    columns.name = columnNamed(names, "name");
    columns.item = columnNamed(names, "item");
    if (columns.item == kNone) columns.item = columnNamed(names, "path");
    double ignored = 0;  // numbers of that name are values, as they have always been
    for (auto* column : {&columns.name, &columns.item})
        if (*column < first.size() && parseNumber(first[*column], ignored)) *column = kNone;
    const auto label = labelColumnOf(names, first, columns, wantedLabel, what);
    if (!label.isOk()) return label.error();
    columns.label = label.value();
    for (auto* column : {&columns.split, &columns.name, &columns.item})
        if (*column == columns.label) *column = kNone;
    return columns;
}

// Names tell samples apart; texts that repeat, in a table without labels, are classes.
bool areClasses(const std::vector<std::string>& names) {
    const std::set<std::string_view> distinct(names.begin(), names.end());
    return !names.empty() && 2 * distinct.size() <= names.size();
}

// Labels that are whole numbers stay what they are; else the distinct texts, sorted, are the classes.
Result<Done> takeTextLabels(DatasetFacts& facts, const std::vector<std::string>& texts,
                            const std::string& column) {
    std::vector<double> labels(texts.size(), -1);
    bool numeric = true, whole = true;
    for (std::size_t i = 0; i < texts.size() && numeric; ++i) {
        if (texts[i].empty()) continue;
        numeric = parseNumber(texts[i], labels[i]);
        whole = whole && labels[i] == std::floor(labels[i]);
    }
    if (numeric && !whole)
        return inputError(facts.path.string() + ": column '" + shownText(column) +
                          "' holds fractions, not class labels; choose another label column.");
    if (!numeric) {
        std::map<std::string, double> classes;
        for (const auto& text : texts)
            if (!text.empty()) classes[text] = 0;
        for (auto& [name, label] : classes) {
            label = static_cast<double>(facts.classNames.size());
            facts.classNames.push_back(name);
        }
        for (std::size_t i = 0; i < texts.size(); ++i) labels[i] = texts[i].empty() ? -1 : classes[texts[i]];
    }
    return takeLabels(facts, labels, facts.path.string() + ", column '" + shownText(column) + "'");
}

}  // namespace

OpenedDataset openCsv(const std::filesystem::path& path, const DataOptions& options) {
    const std::string what = path.string();
    const auto bytes = readWhole(path);
    if (!bytes.isOk()) return bytes.error();
    std::string_view text(reinterpret_cast<const char*>(bytes.value().data()), bytes.value().size());
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    const char separator = separatorOf(text);
    CsvLines lines(text, separator);
    std::vector<std::string_view> fields;
    if (!lines.next(fields))
        return fileError(what + " is empty; give a header line and one line per sample.");
    if (fields.size() > kMaxColumns)
        return fileError(what + " has more than a million columns; save it as .npy.");
    const std::vector<std::string> names(fields.begin(), fields.end());
    double number = 0;
    if (std::all_of(fields.begin(), fields.end(), [&](auto field) { return parseNumber(field, number); }))
        return inputError(what +
                          " has no header line (line 1 holds only numbers); add one that names the columns, "
                          "one of them 'label'.");

    DatasetFacts facts;
    facts.path = path;
    facts.format = "CSV";
    facts.namePrefix = path.stem().string();
    facts.sources = {path};
    WordColumns columns;
    std::vector<float> values;
    std::vector<std::string> labels, parts;
    SampleTexts texts;
    while (lines.next(fields)) {
        const std::string line = "line " + std::to_string(lines.line());
        if (lines.broken())
            return inputError(what + ", " + line +
                              ", has a quoted field that does not end; check its quotation marks.");
        if (fields.size() != names.size())
            return inputError(what + ", " + line + ", has " +
                              countText(static_cast<std::int64_t>(fields.size()), "field") +
                              " where the header has " + std::to_string(names.size()) +
                              "; check its separators and quotation marks.");
        if (facts.size == 0) {
            auto found = wordColumnsOf(names, fields, options.labelColumn, what);
            if (!found.isOk()) return std::move(found).error();
            columns = found.value();
        }
        ++facts.size;
        for (std::size_t c = 0; c < fields.size(); ++c) {
            if (columns.has(c)) {
                (c == columns.label   ? labels
                 : c == columns.split ? parts
                 : c == columns.name  ? texts.names
                                      : texts.items)
                    .emplace_back(fields[c]);
            } else if (parseNumber(fields[c], number)) {
                values.push_back(static_cast<float>(number));
            } else {
                return inputError(
                    what + ", " + line + ", column '" + shownText(names[c]) + "', holds " +
                    (fields[c].empty() ? "nothing" : "'" + shownText(fields[c]) + "'") +
                    " where a number is expected; write decimals with a point, or remove the column.");
            }
        }
    }
    if (facts.size == 0)
        return inputError(what + " holds no samples, only a header line; add one line per sample.");
    const auto features = static_cast<std::int64_t>(names.size()) - columns.count();
    if (features == 0)
        return inputError(what + " has only " +
                          (columns.label == kNone
                               ? (columns.split == kNone ? "columns of texts" : "the split column")
                               : "the label column '" + shownText(names[columns.label]) + "'") +
                          "; add columns of numbers.");
    if (columns.label == kNone && areClasses(texts.names)) {
        columns.label = columns.name;
        labels = std::move(texts.names);
        texts.names.clear();
    }
    facts.shape = {features};
    auto reshaped = reshapeSamples(facts, options.sampleShape, what);
    if (!reshaped.isOk()) return std::move(reshaped).error();
    if (columns.label == kNone) {
        facts.notes.push_back(
            "No labels: no column is named label, class, target or y, and all hold numbers.");
    } else {
        auto taken = takeTextLabels(facts, labels, names[columns.label]);
        if (!taken.isOk()) return std::move(taken).error();
        facts.notes.push_back("Column '" + shownText(names[columns.label]) + "' is the label.");
    }
    if (columns.split != kNone) {
        auto taken = takeParts(facts, parts, what + ", column '" + shownText(names[columns.split]) + "',");
        if (!taken.isOk()) return std::move(taken).error();
    }
    if (auto taken = takeTexts(facts, std::move(texts), options); !taken.isOk())
        return std::move(taken).error();
    return std::shared_ptr<const Dataset>(
        std::make_shared<MemoryDataset>(std::move(facts), std::move(values)));
}

}  // namespace tessera
