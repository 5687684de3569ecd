// SPDX-License-Identifier: GPL-3.0-or-later
// CSV with a header line: one sample per line, decimals with a point in every locale, fields quoted with ".
#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <string_view>

#include "core/data/dataset_formats.h"
#include "core/data/parts.h"
#include "core/data/stored_dataset.h"

namespace tessera {

namespace {

constexpr std::size_t kMaxColumns = 1 << 20;

// Splits text into lines of fields. Views point into the text, or into `unquoted_` for fields with doubled
// quotes.
class CsvLines {
  public:
    CsvLines(std::string_view text, char separator) : text_(text), separator_(separator) {}

    // False at the end. Skips empty lines. `line()` is where the last one began, counted from 1.
    bool next(std::vector<std::string_view>& fields) {
        while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) endLine();
        if (at_ >= text_.size()) return false;
        lineOfRow_ = line_;
        fields.clear();
        unquoted_.clear();
        broken_ = false;
        for (;;) {
            fields.push_back(field());
            if (at_ >= text_.size()) return true;
            if (text_[at_] == separator_) {
                ++at_;
                continue;
            }
            endLine();
            return true;
        }
    }
    std::size_t line() const { return lineOfRow_; }
    bool broken() const { return broken_; }  // a quote that is never closed, or text after a closing quote

  private:
    void endLine() {
        if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
        ++at_;
        ++line_;
    }
    std::string_view field() {
        if (at_ < text_.size() && text_[at_] == '"') return quotedField();
        const auto end = std::min(text_.find_first_of(separator_ == ','   ? ",\r\n"
                                                      : separator_ == ';' ? ";\r\n"
                                                                          : "\t\r\n",
                                                      at_),
                                  text_.size());
        auto view = text_.substr(at_, end - at_);
        at_ = end;
        while (!view.empty() && view.front() == ' ') view.remove_prefix(1);
        while (!view.empty() && view.back() == ' ') view.remove_suffix(1);
        return view;
    }
    std::string_view quotedField() {
        const std::size_t begin = ++at_;
        bool doubled = false;
        for (;; ++at_) {
            if (at_ >= text_.size()) return broken_ = true, text_.substr(begin);
            if (text_[at_] == '\n') ++line_;
            if (text_[at_] != '"') continue;
            if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
            doubled = true;
            ++at_;
        }
        std::string_view view = text_.substr(begin, at_ - begin);
        ++at_;
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
        if (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r') {
            broken_ = true;
            at_ = std::min(text_.find('\n', at_), text_.size());
        }
        if (!doubled) return view;
        std::string plain;
        for (std::size_t i = 0; i < view.size(); ++i) {
            plain += view[i];
            if (view[i] == '"') ++i;
        }
        unquoted_.push_back(std::move(plain));
        return unquoted_.back();
    }

    std::string_view text_;
    char separator_;
    std::size_t at_ = 0, line_ = 1, lineOfRow_ = 1;
    bool broken_ = false;
    std::deque<std::string> unquoted_;
};

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

constexpr std::string_view kSplitColumn = "split";
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

bool equalIgnoringCase(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
        return low(x) == low(y);
    });
}

// The label column by the rule of DataOptions::labelColumn, or kNone; `first` is the first line of data.
Result<std::size_t> labelColumnOf(const std::vector<std::string>& names,
                                  const std::vector<std::string_view>& first, const std::string& wanted,
                                  const std::string& what) {
    if (!wanted.empty()) {
        const auto at = std::find(names.begin(), names.end(), wanted);
        if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
        std::string all;
        for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
        return inputError(what + " has no column '" + shownText(wanted) + "'; its columns are " +
                          shownText(all) + ".");
    }
    for (const char* usual : {"label", "class", "target", "y"})
        for (std::size_t c = 0; c < names.size(); ++c)
            if (equalIgnoringCase(names[c], usual)) return c;
    double ignored = 0;
    for (std::size_t c = std::min(names.size(), first.size()); c-- > 0;)
        if (!equalIgnoringCase(names[c], kSplitColumn) && !parseNumber(first[c], ignored)) return c;
    return kNone;
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
    std::size_t labelColumn = kNone, splitColumn = kNone;
    std::vector<float> values;
    std::vector<std::string> labels, parts;
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
            const auto column = labelColumnOf(names, fields, options.labelColumn, what);
            if (!column.isOk()) return column.error();
            labelColumn = column.value();
            for (std::size_t c = 0; c < names.size(); ++c)
                if (c != labelColumn && equalIgnoringCase(names[c], kSplitColumn)) splitColumn = c;
        }
        ++facts.size;
        for (std::size_t c = 0; c < fields.size(); ++c) {
            if (c == labelColumn) {
                labels.emplace_back(fields[c]);
            } else if (c == splitColumn) {
                parts.emplace_back(fields[c]);
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
    const auto features = static_cast<std::int64_t>(names.size()) - (labelColumn == kNone ? 0 : 1) -
                          (splitColumn == kNone ? 0 : 1);
    if (features == 0)
        return inputError(what + " has only " +
                          (labelColumn == kNone
                               ? "the split column"
                               : "the label column '" + shownText(names[labelColumn]) + "'") +
                          "; add columns of numbers.");
    facts.shape = {features};
    auto reshaped = reshapeSamples(facts, options.sampleShape, what);
    if (!reshaped.isOk()) return std::move(reshaped).error();
    if (labelColumn == kNone) {
        facts.notes.push_back(
            "No labels: no column is named label, class, target or y, and all hold numbers.");
    } else {
        auto taken = takeTextLabels(facts, labels, names[labelColumn]);
        if (!taken.isOk()) return std::move(taken).error();
        facts.notes.push_back("Column '" + shownText(names[labelColumn]) + "' is the label.");
    }
    if (splitColumn != kNone) {
        auto taken = takeParts(facts, parts, what + ", column '" + shownText(names[splitColumn]) + "',");
        if (!taken.isOk()) return std::move(taken).error();
    }
    return std::shared_ptr<const Dataset>(
        std::make_shared<MemoryDataset>(std::move(facts), std::move(values)));
}

}  // namespace tessera
