// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/sample_texts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/data/item_files.h"
#include "core/data/npy_texts.h"

namespace tessera {

namespace {

constexpr std::size_t kLongestPath = 4096;
// Files and folders looked at below an items_source: the file chose it, not a person, and it may be "/".
constexpr std::int64_t kMostLooked = 100'000, kLookedPerSample = 4;

class ListReader : public nlohmann::json::json_sax_t {
  public:
    std::vector<std::string> texts;

    bool null() override { return false; }
    bool boolean(bool) override { return false; }
    bool number_integer(std::int64_t) override { return false; }
    bool number_unsigned(std::uint64_t) override { return false; }
    bool number_float(double, const std::string&) override { return false; }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return false; }
    bool end_object() override { return false; }
    bool key(std::string&) override { return false; }
    bool start_array(std::size_t) override { return !std::exchange(isOpen_, true); }
    bool end_array() override { return true; }
    bool string(std::string& text) override {
        if (isOpen_) texts.push_back(std::move(text));
        return isOpen_;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
        return false;
    }

  private:
    bool isOpen_ = false;
};

Result<Done> checkPath(const DatasetFacts& facts, const std::string& text, const std::string& key) {
    const auto isControl = [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; };
    if (std::any_of(text.begin(), text.end(), isControl))
        return inputError(facts.path.string() + ": '" + key + "' holds the path '" + shownText(text) +
                          "' with control characters in it; give paths of one line.");
    if (text.size() <= kLongestPath) return Done{};
    return inputError(facts.path.string() + ": '" + key + "' holds a path of " + std::to_string(text.size()) +
                      " bytes; give paths of at most " + std::to_string(kLongestPath) + ".");
}

std::filesystem::path folderOf(const DatasetFacts& facts) {
    std::error_code error;
    const auto whole = std::filesystem::absolute(facts.path, error);
    return (error ? facts.path : whole).parent_path();
}

OpenedDataset openSource(const std::filesystem::path& source, std::int64_t samples) {
    std::error_code ignored;
    if (!std::filesystem::exists(source, ignored)) return fileError("it is not there.");
    DataOptions options;
    options.withItems = false;  // of items: a file may name itself
    if (std::filesystem::is_directory(source, ignored) && !looksLikeCifarFolder(source))
        return openImageFolder(source, kMostLooked + kLookedPerSample * samples);
    return openDataset(source.string(), options);
}

void takeSource(DatasetFacts& facts, const std::string& text) {
    const auto source = (folderOf(facts) / text).lexically_normal();
    const std::string what = "Its items_source '" + shownText(text) + "'";
    const std::string instead = "; the numbers are drawn instead of its samples.";
    auto opened = openSource(source, facts.size);
    if (!opened.isOk()) {
        std::string why = opened.isError() ? opened.error().message : "";
        if (why.ends_with('.')) why.pop_back();
        facts.notes.push_back(what + " cannot be opened: " + why + instead);
        return;
    }
    const auto items = std::move(opened).value();
    if (items->size() != facts.size) {
        facts.notes.push_back(what + " holds " + countText(items->size(), "sample") + " for " +
                              countText(facts.size, "row") + instead);
        return;
    }
    std::int64_t others = 0;
    if (!facts.labels.empty() && items->classNames() == facts.classNames)
        for (std::int64_t i = 0; i < facts.size; ++i)
            others += items->label(i) != facts.labels[static_cast<std::size_t>(i)] ? 1 : 0;
    if (others > 0)
        facts.notes.push_back(what + " labels " + countText(others, "sample") +
                              " otherwise; check that it still is what the rows were computed from.");
    facts.items = items;
}

}  // namespace

Result<SampleTexts> sampleTexts(const std::string& file,
                                const std::function<Result<KeyedTexts>(const std::string& key)>& textsUnder) {
    SampleTexts texts;
    const std::pair<const char*, std::vector<std::string>*> lists[] = {
        {"names", &texts.names}, {"class_names", &texts.classNames}, {"items", &texts.items}};
    for (const auto& [key, list] : lists) {
        auto found = textsUnder(key);
        if (!found.isOk()) return std::move(found).error();
        if (found.value()) *list = *std::move(found).value();
    }
    auto source = textsUnder("items_source");
    if (!source.isOk()) return std::move(source).error();
    if (!source.value()) return texts;
    if (source.value()->size() != 1)
        return inputError(file + ": 'items_source' has " + countText(std::ssize(*source.value()), "text") +
                          "; give one, the path of the data that the rows were computed from.");
    texts.itemsSource = std::move(source.value()->front());
    return texts;
}

Result<KeyedTexts> textsOfArray(const std::string& key, std::span<const ArrayEntry> entries,
                                const std::function<Result<StoredArray>(std::size_t)>& load,
                                std::vector<std::string>& notes) {
    const auto at =
        std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.name == key; });
    if (at == entries.end()) return KeyedTexts();
    if (at->isObject)
        notes.push_back("'" + key + "' holds Python objects, which are not read; save it with .astype(str).");
    if (!at->isText) return KeyedTexts();  // numbers of that name are something else
    auto array = load(static_cast<std::size_t>(at - entries.begin()));
    if (!array.isOk()) return std::move(array).error();
    auto texts = arrayTexts(*array.value().store, array.value().what);
    if (!texts.isOk()) return std::move(texts).error();
    return KeyedTexts(std::move(texts).value());
}

Result<std::vector<std::string>> listedTexts(const std::string& json, const std::string& what) {
    ListReader reader;
    if (!nlohmann::json::sax_parse(json, &reader))
        return inputError(what + " is not a JSON list of texts; write it as [\"one\", \"two\"].");
    return std::move(reader.texts);
}

Result<Done> takeClassNames(DatasetFacts& facts, std::vector<std::string> classNames) {
    if (classNames.size() > kMostClasses)
        return inputError(facts.path.string() + ": 'class_names' has " +
                          countText(std::ssize(classNames), "text") + "; give at most " +
                          std::to_string(kMostClasses) + ", the classes that Tessera tells apart.");
    for (std::size_t i = 0; i < classNames.size(); ++i) {
        const std::string name = nameText(classNames[i]);
        facts.classNames.push_back(name.empty() ? std::to_string(i) : name);
    }
    return Done{};
}

Result<Done> takeTexts(DatasetFacts& facts, SampleTexts texts, const DataOptions& options) {
    if (!texts.names.empty()) {
        if (std::ssize(texts.names) == facts.size) {
            for (auto& name : texts.names) name = nameText(name);
            facts.names = std::move(texts.names);
        } else {  // a usual word: they may be of something else
            facts.notes.push_back("'names' holds " + countText(std::ssize(texts.names), "text") + " for " +
                                  countText(facts.size, "sample") + ", so it names no samples.");
        }
    }
    if (!texts.items.empty()) {
        if (std::ssize(texts.items) != facts.size)
            return inputError(facts.path.string() + ": 'items' has " +
                              countText(std::ssize(texts.items), "text") + " for " +
                              countText(facts.size, "sample") + "; give one path per sample, or remove it.");
        for (const auto& path : texts.items)
            if (auto fits = checkPath(facts, path, "items"); !fits.isOk()) return fits;
        if (options.withItems)
            facts.items = ItemFiles::open(std::move(texts.items), folderOf(facts), "Its items", facts.notes);
    } else if (!texts.itemsSource.empty()) {
        if (auto fits = checkPath(facts, texts.itemsSource, "items_source"); !fits.isOk()) return fits;
        if (options.withItems) takeSource(facts, texts.itemsSource);
    }
    return Done{};
}

}  // namespace tessera
