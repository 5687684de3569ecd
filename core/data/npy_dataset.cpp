// SPDX-License-Identifier: GPL-3.0-or-later
// NumPy arrays as datasets: an .npz with samples and labels by key, or a pair of .npy files by name.
#include <algorithm>
#include <array>
#include <optional>

#include "core/data/array_dataset.h"
#include "core/data/npy_texts.h"
#include "core/data/npz_archive.h"
#include "core/data/parts.h"
#include "core/data/sample_texts.h"

namespace tessera {

namespace {

// Names under which samples and labels are found, in order of preference; _test before _train.
constexpr std::array kSampleWords{"x",         "images",   "image",  "data",  "embeddings",
                                  "embedding", "features", "inputs", "input", "samples"};
constexpr std::array kLabelWords{"y", "labels", "label", "targets", "target", "classes", "class"};
// The split of one set of samples into parts; not to be confused with sets of one split each:
constexpr std::array kPartWords{"split"};
constexpr std::array kSplits{"", "test", "val", "valid", "train"};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

// "x", "x_test", "test_x"
bool isNamed(const std::string& name, const std::string& word, const std::string& split) {
    const std::string plain = lower(name);
    return split.empty()
               ? plain == word
               : plain == word + "_" + split || plain == split + "_" + word || plain == word + split;
}

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

template <std::size_t N>
std::size_t findNamed(std::span<const ArrayEntry> entries, const std::array<const char*, N>& words,
                      const std::string& split) {
    for (const char* word : words)
        for (std::size_t i = 0; i < entries.size(); ++i)
            if (isNamed(entries[i].name, word, split)) return i;
    return kNone;
}

std::uint64_t dataBytes(const NpyHeader& header, NpyType type) {
    const auto count = static_cast<std::uint64_t>(npyElementCount(header.shape));
    std::uint64_t bytes = 0;
    return __builtin_mul_overflow(count, static_cast<std::uint64_t>(type.bytes), &bytes) ? ~std::uint64_t{0}
                                                                                         : bytes;
}

// Labels: (N,), (N, 1), or one-hot rows (N, K).
Result<std::vector<double>> labelValues(const StoredArray& array, std::vector<std::string>& notes) {
    auto fits = checkFitsInMemory(array.store->size() * 8, array.what, "use fewer samples");
    if (!fits.isOk()) return std::move(fits).error();
    std::vector<unsigned char> bytes(array.store->size());
    auto read = array.store->read(0, bytes.size(), bytes.data());
    if (!read.isOk()) return std::move(read).error();
    auto parsed = parseNpy(bytes, array.what);
    if (!parsed.isOk()) return std::move(parsed).error();
    auto& [name, dtype, shape, values] = parsed.value();
    if (shape.size() == 1 || (shape.size() == 2 && shape[1] == 1)) return std::move(values);
    const Error refusal = inputError(array.what + " has the shape " + numpyShapeText(shape) +
                                     "; labels are one class index per sample.");
    if (shape.size() != 2 || shape[1] < 2) return refusal;
    const auto classes = static_cast<std::size_t>(shape[1]);
    std::vector<double> labels;
    for (std::size_t row = 0; row < values.size(); row += classes) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(row),
                   end = begin + static_cast<std::ptrdiff_t>(classes);
        if (std::count(begin, end, 1.0) != 1 ||
            std::count(begin, end, 0.0) != static_cast<std::ptrdiff_t>(classes) - 1)
            return refusal;
        labels.push_back(static_cast<double>(std::find(begin, end, 1.0) - begin));
    }
    notes.push_back("The labels are one-hot rows of " + std::to_string(classes) + " classes.");
    return labels;
}

OpenedDataset makeDataset(DatasetFacts facts, const StoredArray& samples,
                          const std::optional<StoredArray>& labels, const std::optional<StoredArray>& parts,
                          SampleTexts words, const DataOptions& options) {
    auto type = npyType(samples.header.dtype, samples.what);
    if (!type.isOk()) return std::move(type).error();
    const auto& shape = samples.header.shape;
    const std::uint64_t needed = dataBytes(samples.header, type.value()),
                        held = samples.store->size() - samples.header.dataOffset;
    if (shape.empty())
        return inputError(samples.what + " is a single number; give an array with one row per sample.");
    if (npyElementCount(shape) == 0)
        return inputError(samples.what + " holds no samples (its shape is " + numpyShapeText(shape) +
                          "); choose another file.");
    if (needed > held)
        return fileError(samples.what + " announces the shape " + numpyShapeText(shape) + " of '" +
                         shownText(samples.header.dtype) + "', " + byteText(needed) + ", but holds " +
                         byteText(held) + "; download or save it again.");
    facts.size = shape[0];
    const Shape sample = shape.size() == 1 ? Shape{1} : Shape(shape.begin() + 1, shape.end());
    const bool channelsLast = takeImageShape(facts, sample);
    auto reshaped = reshapeSamples(facts, options.sampleShape, samples.what);
    if (!reshaped.isOk()) return std::move(reshaped).error();
    if (channelsLast && !options.sampleShape.empty())
        facts.notes.pop_back();  // the user's shape is taken literally
    if (type.value().kind == 'u' && type.value().bytes == 1)
        facts.notes.push_back("8-bit values are scaled to 0..1.");
    if (labels) {
        auto values = labelValues(*labels, facts.notes);
        if (!values.isOk()) return std::move(values).error();
        if (auto named = takeClassNames(facts, std::move(words.classNames)); !named.isOk())
            return std::move(named).error();
        auto taken = takeLabels(facts, values.value(),
                                labels->what + (facts.classNames.empty() ? "" : " (with 'class_names')"));
        if (!taken.isOk()) return std::move(taken).error();
    }
    if (parts) {
        auto texts = arrayTexts(*parts->store, parts->what);
        if (!texts.isOk()) return std::move(texts).error();
        auto taken = takeParts(facts, texts.value(), parts->what);
        if (!taken.isOk()) return std::move(taken).error();
    }
    if (auto taken = takeTexts(facts, std::move(words), options); !taken.isOk())
        return std::move(taken).error();
    const bool moveChannels = channelsLast && options.sampleShape.empty();
    if (!samples.header.fortranOrder || shape.size() < 2) {
        const auto stride = needed / static_cast<std::uint64_t>(facts.size);
        const SampleBlock block{samples.store, samples.header.dataOffset, stride, facts.size};
        return std::shared_ptr<const Dataset>(std::make_shared<RecordDataset>(
            std::move(facts), std::vector{block}, type.value(), moveChannels));
    }
    // Column-major: a sample is spread over the whole file, so it is turned once.
    auto fits =
        checkFitsInMemory(needed + 8 * static_cast<std::uint64_t>(npyElementCount(shape)), samples.what,
                          "save it in C order (numpy.ascontiguousarray), then it is read on request");
    if (!fits.isOk()) return std::move(fits).error();
    std::vector<unsigned char> bytes(needed);
    auto read = samples.store->read(samples.header.dataOffset, needed, bytes.data());
    if (!read.isOk()) return std::move(read).error();
    const auto size = static_cast<std::size_t>(type.value().bytes);
    std::vector<unsigned char> turned(needed);
    turnToRowMajor(bytes.data(), turned.data(), size, shape);
    auto store = std::make_shared<MemoryStore>(std::move(turned), samples.what);
    const SampleBlock block{store, 0, needed / static_cast<std::uint64_t>(facts.size), facts.size};
    return std::shared_ptr<const Dataset>(
        std::make_shared<RecordDataset>(std::move(facts), std::vector{block}, type.value(), moveChannels));
}

Result<StoredArray> openArray(const std::filesystem::path& path) {
    auto file = FileStore::open(path);
    if (!file.isOk()) return std::move(file).error();
    const auto start = readStart(path, 64 << 10);
    if (!start.isOk()) return start.error();
    auto header = parseNpyHeader(start.value(), path.string());
    if (!header.isOk()) return std::move(header).error();
    return StoredArray{path.string(), std::move(header).value(), file.value()};
}

// "train_X.npy" -> "train_y.npy": the file beside `path` whose name has one word exchanged; empty if there is
// none.
template <std::size_t N, std::size_t M>
std::filesystem::path partnerByName(const std::filesystem::path& path, const std::array<const char*, N>& from,
                                    const std::array<const char*, M>& to) {
    const std::string stem = path.stem().string(), plain = lower(stem);
    const auto isEdge = [&](std::size_t at) {
        return at >= stem.size() || stem[at] == '_' || stem[at] == '-' || stem[at] == '.';
    };
    for (const std::string word : from)
        for (std::size_t at = plain.find(word); at != std::string::npos; at = plain.find(word, at + 1)) {
            if ((at > 0 && !isEdge(at - 1)) || !isEdge(at + word.size())) continue;
            for (std::string other : to)
                for (int upper = 0; upper < 2; ++upper) {
                    if (upper == 1) other[0] = static_cast<char>(other[0] - 32);
                    const auto candidate =
                        path.parent_path() / (stem.substr(0, at) + other + stem.substr(at + word.size()) +
                                              path.extension().string());
                    std::error_code ignored;
                    if (std::filesystem::is_regular_file(candidate, ignored)) return candidate;
                }
        }
    return {};
}

}  // namespace

OpenedDataset openNpyDataset(const std::filesystem::path& given, const DataOptions& options) {
    auto first = openArray(given);
    if (!first.isOk()) return std::move(first).error();
    std::filesystem::path samplesPath = given, labelsPath = partnerByName(given, kSampleWords, kLabelWords);
    if (labelsPath.empty()) {
        const auto samples = partnerByName(given, kLabelWords, kSampleWords);
        if (!samples.empty()) {
            samplesPath = samples;
            labelsPath = given;
        }
    }
    auto samples = openArray(samplesPath);
    if (!samples.isOk()) return std::move(samples).error();
    std::optional<StoredArray> labels;
    DatasetFacts facts;
    facts.path = samplesPath;
    facts.format = "NumPy array";
    facts.namePrefix = samplesPath.stem().string();
    facts.sources = {samplesPath};
    if (labelsPath.empty()) {
        facts.notes.push_back(
            "No labels: there is no file such as y.npy beside X.npy (or labels.npy beside embeddings.npy).");
    } else {
        auto opened = openArray(labelsPath);
        if (!opened.isOk()) return std::move(opened).error();
        labels = std::move(opened).value();
        facts.sources.push_back(labelsPath);
    }
    std::optional<StoredArray> parts;
    if (const auto partsPath = partnerByName(samplesPath, kSampleWords, kPartWords); !partsPath.empty()) {
        auto opened = openArray(partsPath);
        if (!opened.isOk()) return std::move(opened).error();
        parts = std::move(opened).value();
        facts.sources.push_back(partsPath);
    }
    return makeDataset(std::move(facts), samples.value(), labels, parts, {}, options);
}

bool hasSamples(std::span<const ArrayEntry> entries) {
    return std::any_of(kSplits.begin(), kSplits.end(),
                       [&](const char* split) { return findNamed(entries, kSampleWords, split) != kNone; });
}

OpenedDataset datasetOfArrays(DatasetFacts facts, std::span<const ArrayEntry> entries,
                              const std::function<Result<StoredArray>(std::size_t)>& load, SampleTexts texts,
                              const DataOptions& options) {
    std::size_t samples = kNone, labels = kNone;
    for (const char* split : kSplits) {
        const std::size_t found = findNamed(entries, kSampleWords, split);
        if (found == kNone || entries[found].shape.empty()) continue;
        if (samples != kNone) {
            facts.notes.push_back("'" + shownText(entries[samples].name) + "' is open; the file holds '" +
                                  shownText(entries[found].name) + "' too.");
            break;
        }
        samples = found;
        labels = findNamed(entries, kLabelWords, split);
    }
    if (samples == kNone) {
        std::string held;
        for (const auto& entry : entries)
            held += (held.empty() ? "'" : ", '") + shownText(entry.name) + "' " + numpyShapeText(entry.shape);
        return inputError(
            facts.path.string() +
            " has no array of samples named 'x' (or 'images', 'data', 'embeddings', 'features'); it holds " +
            held.substr(0, 300) + ", so rename one.");
    }
    auto data = load(samples);
    if (!data.isOk()) return std::move(data).error();
    std::optional<StoredArray> targets, parts;
    if (labels == kNone) {
        facts.notes.push_back("No labels: there is no array named 'y' (or 'labels', 'targets').");
    } else {
        auto loaded = load(labels);
        if (!loaded.isOk()) return std::move(loaded).error();
        targets = std::move(loaded).value();
    }
    if (const std::size_t at = findNamed(entries, kPartWords, ""); at != kNone) {
        auto loaded = load(at);
        if (!loaded.isOk()) return std::move(loaded).error();
        parts = std::move(loaded).value();
    }
    return makeDataset(std::move(facts), data.value(), targets, parts, std::move(texts), options);
}

OpenedDataset openNpzDataset(const std::filesystem::path& path, const DataOptions& options) {
    auto opened = NpzArchive::open(path);
    if (!opened.isOk()) return std::move(opened).error();
    const NpzArchive& archive = opened.value();
    DatasetFacts facts;
    facts.path = path;
    facts.format = "NumPy archive";
    facts.namePrefix = path.stem().string();
    facts.sources = {path};
    std::vector<ArrayEntry> entries;
    for (const auto& member : archive.members()) {
        const std::string& dtype = member.header.dtype;
        entries.push_back({member.name, member.header.shape, npyTextWidth(dtype).has_value(),
                           dtype.find('O') != std::string::npos});
    }
    const auto load = [&](std::size_t at) -> Result<StoredArray> {
        const NpzMember& member = archive.members()[at];
        auto store = archive.bytes(member);
        if (!store.isOk()) return std::move(store).error();
        return StoredArray{archive.what(member), member.header, std::move(store).value()};
    };
    auto texts = sampleTexts(
        path.string(), [&](const std::string& key) { return textsOfArray(key, entries, load, facts.notes); });
    if (!texts.isOk()) return std::move(texts).error();
    return datasetOfArrays(std::move(facts), entries, load, std::move(texts).value(), options);
}

}  // namespace tessera
