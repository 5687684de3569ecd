// SPDX-License-Identifier: GPL-3.0-or-later
// IDX, the format of MNIST and its relatives: 0, 0, element type, number of dimensions, sizes (big-endian),
// values.
#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <optional>

#include "core/data/dataset_formats.h"
#include "core/data/gzip.h"
#include "core/data/stored_dataset.h"

namespace tessera {

namespace {

constexpr std::size_t kMaxDimensions = 4;
constexpr std::uint64_t kMaxExpansion = 1032;  // of deflate

struct IdxHeader {
    NpyType type;
    Shape shape;
    std::uint64_t dataOffset = 0, dataBytes = 0;
};

struct IdxFile {
    std::filesystem::path path;
    IdxHeader header;
    std::shared_ptr<const ByteStore> store;
};

std::optional<NpyType> idxType(unsigned char code) {
    constexpr bool swapped = std::endian::native == std::endian::little;
    switch (code) {
        case 0x08:
            return NpyType{'u', 1, false};
        case 0x09:
            return NpyType{'i', 1, false};
        case 0x0b:
            return NpyType{'i', 2, swapped};
        case 0x0c:
            return NpyType{'i', 4, swapped};
        case 0x0d:
            return NpyType{'f', 4, swapped};
        case 0x0e:
            return NpyType{'f', 8, swapped};
        default:
            return std::nullopt;
    }
}

Result<IdxHeader> parseIdxHeader(const unsigned char* bytes, std::size_t length, const std::string& what) {
    if (length < 4 || bytes[0] != 0 || bytes[1] != 0 || !idxType(bytes[2]))
        return fileError(what + " is not an IDX file; choose a file such as t10k-images-idx3-ubyte.");
    IdxHeader header;
    header.type = *idxType(bytes[2]);
    const std::size_t dimensions = bytes[3];
    if (dimensions < 1 || dimensions > kMaxDimensions)
        return fileError(what + " announces " + std::to_string(dimensions) +
                         " dimensions, and Tessera reads 1 to 4; choose another file.");
    if (length < 4 + 4 * dimensions)
        return fileError(what + " is cut short inside its header; download it again.");
    for (std::size_t d = 0; d < dimensions; ++d) {
        const unsigned char* at = bytes + 4 + 4 * d;
        header.shape.push_back(std::int64_t{at[0]} << 24 | at[1] << 16 | at[2] << 8 | at[3]);
    }
    header.dataOffset = 4 + 4 * dimensions;
    const auto count = npyElementCount(header.shape);
    std::int64_t size = 0;
    if (count < 0 || __builtin_mul_overflow(count, std::int64_t{header.type.bytes}, &size))
        return fileError(what + " announces the absurd shape " + numpyShapeText(header.shape) +
                         "; download it again.");
    header.dataBytes = static_cast<std::uint64_t>(size);
    return header;
}

Result<IdxFile> openFile(const std::filesystem::path& path, bool compressed) {
    const std::string name = path.string();
    auto file = FileStore::open(path);
    if (!file.isOk()) return std::move(file).error();
    const auto start =
        compressed ? gunzipStart(path, 4 + 4 * kMaxDimensions) : readStart(path, 4 + 4 * kMaxDimensions);
    if (!start.isOk()) return start.error();
    auto header = parseIdxHeader(start.value().data(), start.value().size(), name);
    if (!header.isOk()) return std::move(header).error();
    const std::uint64_t whole = header.value().dataOffset + header.value().dataBytes;
    IdxFile idx{path, header.value(), file.value()};
    if (!compressed) {
        if (file.value()->size() != whole)
            return fileError(name + " announces the shape " + numpyShapeText(idx.header.shape) + ", " +
                             byteText(whole) + " in all, but is " + byteText(file.value()->size()) +
                             " long (" + std::to_string(whole) + " against " +
                             std::to_string(file.value()->size()) + "); download it again.");
        return idx;
    }
    if (whole / kMaxExpansion > file.value()->size())
        return fileError(name + " announces the shape " + numpyShapeText(idx.header.shape) + ", more than " +
                         byteText(file.value()->size()) + " of gzip can hold; download it again.");
    auto fits = checkFitsInMemory(whole, name, "unpack it first (gunzip), then it is read on request");
    if (!fits.isOk()) return std::move(fits).error();
    auto bytes = gunzipExactly(path, whole);
    if (!bytes.isOk()) return std::move(bytes).error();
    idx.store = std::make_shared<MemoryStore>(std::move(bytes).value(), name);
    return idx;
}

void replaceLast(std::string& text, const std::string& from, const std::string& to) {
    if (const auto at = text.rfind(from); at != std::string::npos) text.replace(at, from.size(), to);
}

bool isCompressed(const std::filesystem::path& path) {
    const auto start = readStart(path, 2);
    return start.isOk() && start.value().size() == 2 && start.value()[0] == 0x1f && start.value()[1] == 0x8b;
}

// train-images-idx3-ubyte.gz <-> train-labels-idx1-ubyte, with or without .gz; empty if there is none.
std::filesystem::path partnerOf(const std::filesystem::path& path, bool ofLabels) {
    std::string name = path.filename().string();
    if (name.ends_with(".gz")) name.resize(name.size() - 3);
    const std::string here = ofLabels ? "labels" : "images", there = ofLabels ? "images" : "labels";
    if (name.rfind(here) == std::string::npos) return {};
    replaceLast(name, here, there);
    std::vector<std::string> candidates{name};
    for (const char* from : {"idx1", "idx2", "idx3", "idx4"})
        for (const char* to : {"idx1", "idx2", "idx3", "idx4"}) {
            std::string other = name;
            replaceLast(other, from, to);
            candidates.push_back(other);
            replaceLast(other, "-ubyte", "-int");  // QMNIST's labels
            candidates.push_back(other);
            replaceLast(other, "-int", "-ubyte");
            candidates.push_back(other);
        }
    for (const auto& candidate : candidates)
        for (const char* suffix : {"", ".gz"}) {
            const auto partner = path.parent_path() / (candidate + suffix);
            std::error_code ignored;
            if (partner.filename() != path.filename() && std::filesystem::is_regular_file(partner, ignored))
                return partner;
        }
    return {};
}

bool holdsLabels(const IdxFile& file) {
    return file.header.shape.size() == 1 ||
           (file.header.shape.size() == 2 &&
            file.path.filename().string().find("labels") != std::string::npos);
}

Result<std::vector<double>> labelsOf(const IdxFile& file, std::vector<std::string>& notes) {
    const auto& shape = file.header.shape;
    const auto rows = static_cast<std::size_t>(shape[0]),
               columns = static_cast<std::size_t>(shape.size() > 1 ? shape[1] : 1);
    if (columns == 0) return fileError(file.path.string() + " holds no labels; choose another file.");
    if (columns > 1)
        notes.push_back("The first of " + std::to_string(columns) + " columns of " +
                        file.path.filename().string() + " is taken as the label.");
    std::vector<unsigned char> bytes(file.header.dataBytes);
    auto read = file.store->read(file.header.dataOffset, bytes.size(), bytes.data());
    if (!read.isOk()) return std::move(read).error();
    std::vector<double> labels(rows);
    const auto stride = columns * static_cast<std::size_t>(file.header.type.bytes);
    for (std::size_t i = 0; i < rows; ++i)
        convertNpy(file.header.type, bytes.data() + i * stride, 1, &labels[i]);
    return labels;
}

std::string prefixOf(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    const auto at = name.rfind("images");
    if (at == std::string::npos || at == 0) return path.stem().string();
    return name.substr(0, at - 1);
}

}  // namespace

bool looksLikeIdx(const unsigned char* start, std::size_t length, std::uint64_t fileSize) {
    if (fileSize == 0)
        return length >= 4 && start[0] == 0 && start[1] == 0 && idxType(start[2]) && start[3] >= 1 &&
               start[3] <= kMaxDimensions;
    const auto header = parseIdxHeader(start, length, "");
    return header.isOk() && fileSize == header.value().dataOffset + header.value().dataBytes;
}

OpenedDataset openIdx(const std::filesystem::path& path, bool compressed) {
    auto opened = openFile(path, compressed);
    if (!opened.isOk()) return std::move(opened).error();
    std::optional<IdxFile> labels;
    IdxFile images = std::move(opened).value();
    DatasetFacts facts;
    const bool gaveLabels = holdsLabels(images);
    const auto partner = partnerOf(path, gaveLabels);
    if (gaveLabels && partner.empty())
        return fileError(path.string() +
                         " holds labels only, and the images (NAME-images-idx3-ubyte beside "
                         "NAME-labels-idx1-ubyte) are not there; put them beside it.");
    if (partner.empty()) {
        facts.notes.push_back("No labels: there is no NAME-labels-idx1-ubyte beside NAME-images-idx3-ubyte.");
    } else {
        auto other = openFile(partner, isCompressed(partner));
        if (!other.isOk()) return std::move(other).error();
        labels = std::move(other).value();
        if (gaveLabels) std::swap(*labels, images);
    }
    const auto& shape = images.header.shape;
    facts.path = images.path;
    facts.format = "IDX";
    facts.sources.push_back(images.path);
    if (shape.size() < 2 || (labels && !holdsLabels(*labels)))
        return fileError(facts.path.string() + " and " + partner.filename().string() +
                         " are not a pair of images and labels; check their names.");
    facts.size = shape[0];
    const Shape sample(shape.begin() + 1, shape.end());
    if (facts.size == 0 || elementCount(sample) == 0)
        return fileError(facts.path.string() + " holds no samples (its shape is " + numpyShapeText(shape) +
                         "); choose another file.");
    facts.shape = sample;
    const bool channelsLast = sample.size() > 1 && takeImageShape(facts, sample);
    facts.namePrefix = prefixOf(images.path);
    if (labels) {
        facts.sources.push_back(labels->path);
        auto values = labelsOf(*labels, facts.notes);
        if (!values.isOk()) return std::move(values).error();
        auto taken = takeLabels(facts, values.value(), labels->path.string());
        if (!taken.isOk()) return std::move(taken).error();
    }
    const auto stride = static_cast<std::uint64_t>(elementCount(sample)) *
                        static_cast<std::uint64_t>(images.header.type.bytes);
    const SampleBlock block{images.store, images.header.dataOffset, stride, facts.size};
    return std::shared_ptr<const Dataset>(std::make_shared<RecordDataset>(
        std::move(facts), std::vector{block}, images.header.type, channelsLast));
}

}  // namespace tessera
