// SPDX-License-Identifier: GPL-3.0-or-later
// The binary version of CIFAR: records of label (CIFAR-10) or coarse and fine label (CIFAR-100), then 3 x 32
// x 32 bytes.
#include <algorithm>
#include <fstream>

#include "core/data/dataset_formats.h"
#include "core/data/stored_dataset.h"

namespace tessera {

namespace {

constexpr std::uint64_t kPixels = 3072;
constexpr std::uint64_t kMaxRecords = 100'000'000;

struct CifarKind {
    std::uint64_t labelBytes;
    int classes, coarseClasses;
    const char* name;
    const char* namesFile;
};
constexpr CifarKind kKinds[] = {{1, 10, 0, "CIFAR-10 binary", "batches.meta.txt"},
                                {2, 100, 20, "CIFAR-100 binary", "fine_label_names.txt"}};

bool takeLabel(const unsigned char* record, const CifarKind& kind, std::vector<double>& labels) {
    const int label = record[kind.labelBytes - 1];
    if (label >= kind.classes || (kind.coarseClasses > 0 && record[0] >= kind.coarseClasses)) return false;
    labels.push_back(label);
    return true;
}

std::uint64_t recordsIn(const FileStore& file, const CifarKind& kind) {
    const std::uint64_t record = kind.labelBytes + kPixels;
    return file.size() % record == 0 && file.size() / record <= kMaxRecords ? file.size() / record : 0;
}

// Labels of every record, or empty if the file is not of this kind.
std::vector<double> labelsOf(const FileStore& file, const CifarKind& kind) {
    const std::uint64_t record = kind.labelBytes + kPixels, count = recordsIn(file, kind);
    constexpr std::uint64_t kAtOnce = 256;  // fewer, longer reads
    std::vector<unsigned char> bytes(kAtOnce * record);
    std::vector<double> labels;
    for (std::uint64_t begin = 0; begin < count; begin += kAtOnce) {
        const std::uint64_t part = std::min(kAtOnce, count - begin);
        if (!file.read(begin * record, part * record, bytes.data()).isOk()) return {};
        for (std::uint64_t i = 0; i < part; ++i)
            if (!takeLabel(bytes.data() + i * record, kind, labels)) return {};
    }
    return labels;
}

// A few records decide what a file is; opening it checks them all.
bool seemsToBe(const FileStore& file, const CifarKind& kind) {
    const std::uint64_t record = kind.labelBytes + kPixels, count = recordsIn(file, kind);
    const std::uint64_t step = std::max<std::uint64_t>(1, count / 32);
    std::vector<double> labels;
    for (std::uint64_t i = 0; i < count; i += step) {
        unsigned char label[2] = {0, 0};
        if (!file.read(i * record, kind.labelBytes, label).isOk() || !takeLabel(label, kind, labels))
            return false;
    }
    return count > 0;
}

std::vector<std::string> namesBeside(const std::filesystem::path& file, const CifarKind& kind) {
    std::vector<std::string> names;
    std::ifstream in(file.parent_path() / kind.namesFile);
    for (std::string line; std::getline(in, line) && static_cast<int>(names.size()) < kind.classes;) {
        if (line.ends_with('\r')) line.pop_back();
        if (!line.empty()) names.push_back(line);
    }
    if (static_cast<int>(names.size()) == kind.classes) return names;
    names.clear();
    for (int i = 0; i < kind.classes; ++i) names.push_back(std::to_string(i));
    return names;
}

std::vector<std::filesystem::path> trainingBatches(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> batches;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename().string();
        if ((name.starts_with("data_batch_") && name.ends_with(".bin")) || name == "train.bin")
            batches.push_back(entry.path());
    }
    std::sort(batches.begin(), batches.end());
    return batches;
}

}  // namespace

bool looksLikeCifarFolder(const std::filesystem::path& folder) {
    std::error_code ignored;
    return !trainingBatches(folder).empty() ||
           std::filesystem::is_regular_file(folder / "test_batch.bin", ignored) ||
           std::filesystem::is_regular_file(folder / "test.bin", ignored);
}

bool looksLikeCifarFile(const std::filesystem::path& path) {
    const auto file = FileStore::open(path);
    if (!file.isOk()) return false;
    return std::any_of(std::begin(kKinds), std::end(kKinds),
                       [&](const auto& kind) { return seemsToBe(*file.value(), kind); });
}

OpenedDataset openCifar(const std::filesystem::path& path) {
    DatasetFacts facts;
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        facts.sources = trainingBatches(path);
        if (!facts.sources.empty())
            facts.notes.push_back(
                "The folder's training batches are open; for the test set open test_batch.bin (CIFAR-10) or "
                "test.bin (CIFAR-100).");
        else
            for (const char* name : {"test_batch.bin", "test.bin"})
                if (std::filesystem::is_regular_file(path / name, ignored))
                    facts.sources.push_back(path / name);
    } else {
        facts.sources = {path};
    }
    if (facts.sources.empty())
        return fileError(path.string() + " holds no CIFAR batches; choose another folder.");
    facts.path = path;
    facts.shape = {3, 32, 32};
    facts.image = true;
    facts.namePrefix = path.has_stem() ? path.stem().string() : "cifar";
    const CifarKind* kind = nullptr;
    std::vector<double> labels;
    std::vector<SampleBlock> blocks;
    for (const auto& source : facts.sources) {
        auto file = FileStore::open(source);
        if (!file.isOk()) return std::move(file).error();
        std::vector<double> own;
        for (const auto& candidate : kKinds) {
            if (kind != nullptr && kind != &candidate) continue;
            own = labelsOf(*file.value(), candidate);
            if (own.empty()) continue;
            kind = &candidate;
            break;
        }
        if (own.empty())
            return fileError(source.string() + " (" + byteText(file.value()->size()) +
                             ") is not a whole number of CIFAR records of 3073 or 3074 bytes with labels in "
                             "range; download it again.");
        const std::uint64_t record = kind->labelBytes + kPixels;
        blocks.push_back({file.value(), kind->labelBytes, record, static_cast<std::int64_t>(own.size())});
        labels.insert(labels.end(), own.begin(), own.end());
    }
    facts.size = static_cast<std::int64_t>(labels.size());
    facts.format = kind->name;
    facts.classNames = namesBeside(facts.sources.front(), *kind);
    auto taken = takeLabels(facts, labels, path.string());
    if (!taken.isOk()) return std::move(taken).error();
    return std::shared_ptr<const Dataset>(
        std::make_shared<RecordDataset>(std::move(facts), std::move(blocks), NpyType{'u', 1, false}, false));
}

}  // namespace tessera
