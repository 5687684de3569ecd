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
constexpr std::int64_t kMaxRecords = 100'000'000;

struct CifarKind {
    std::uint64_t labelBytes;
    int classes, coarseClasses;
    const char* name;
    const char* namesFile;
};
constexpr CifarKind kKinds[] = {{1, 10, 0, "CIFAR-10 binary", "batches.meta.txt"},
                                {2, 100, 20, "CIFAR-100 binary", "fine_label_names.txt"}};

// Labels of every record, or empty if the file is not of this kind.
std::vector<double> labelsOf(const FileStore& file, const CifarKind& kind) {
    const std::uint64_t record = kind.labelBytes + kPixels;
    if (file.size() == 0 || file.size() % record != 0 ||
        static_cast<std::int64_t>(file.size() / record) > kMaxRecords)
        return {};
    std::vector<double> labels(file.size() / record);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        unsigned char bytes[2] = {0, 0};
        if (!file.read(i * record, kind.labelBytes, bytes).isOk()) return {};
        if (kind.coarseClasses > 0 && bytes[0] >= kind.coarseClasses) return {};
        const int label = bytes[kind.labelBytes - 1];
        if (label >= kind.classes) return {};
        labels[i] = label;
    }
    return labels;
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
                       [&](const auto& kind) { return !labelsOf(*file.value(), kind).empty(); });
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
