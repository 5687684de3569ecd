// SPDX-License-Identifier: GPL-3.0-or-later
// safetensors with samples and labels by name (x, y, split), as embeddings are often kept. Read on request,
// but for bfloat16, which is widened once.
#include <algorithm>
#include <cstring>

#include "core/base/safetensors_header.h"
#include "core/base/stored_type.h"
#include "core/data/array_dataset.h"
#include "core/data/npy_values.h"
#include "core/data/sample_texts.h"

namespace tessera {

namespace {

// A tensor as the .npy it would be: the header before values that stay where they are.
class HeadedStore final : public ByteStore {
  public:
    HeadedStore(std::string header, std::shared_ptr<const ByteStore> values)
        : header_(std::move(header)), values_(std::move(values)) {}
    std::uint64_t size() const override { return header_.size() + values_->size(); }
    Result<Done> read(std::uint64_t offset, std::uint64_t length, unsigned char* out) const override {
        if (offset < header_.size()) {
            const std::uint64_t part = std::min<std::uint64_t>(length, header_.size() - offset);
            std::memcpy(out, header_.data() + offset, part);
            offset += part, length -= part, out += part;
        }
        return length == 0 ? Result<Done>(Done{}) : values_->read(offset - header_.size(), length, out);
    }

  private:
    std::string header_;
    std::shared_ptr<const ByteStore> values_;
};

// NumPy's name of the type; empty for bfloat16, which NumPy has not.
std::string dtypeOf(StoredType type) {
    switch (type) {
        case StoredType::Float64:
            return "<f8";
        case StoredType::Float32:
            return "<f4";
        case StoredType::Float16:
            return "<f2";
        case StoredType::BFloat16:
            return "";
        case StoredType::Int64:
            return "<i8";
        case StoredType::Int32:
            return "<i4";
        case StoredType::Int16:
            return "<i2";
        case StoredType::Int8:
            return "|i1";
        case StoredType::UInt64:
            return "<u8";
        case StoredType::UInt32:
            return "<u4";
        case StoredType::UInt16:
            return "<u2";
        case StoredType::UInt8:
            return "|u1";
        case StoredType::Bool:
            return "|b1";
    }
    return "";
}

Error named(const std::string& file, Error error) {
    error.message = file + ": " + error.message + ".";
    return error;
}

Result<std::shared_ptr<const ByteStore>> widened(const ByteStore& values, const std::string& what) {
    auto fits = checkFitsInMemory(2 * values.size(), what, "save it as float32, which is read on request");
    if (!fits.isOk()) return std::move(fits).error();
    std::vector<unsigned char> halves(values.size()), floats(2 * values.size());
    if (auto read = values.read(0, halves.size(), halves.data()); !read.isOk())
        return std::move(read).error();
    // The upper half of a float32.
    for (std::size_t i = 0; i + 1 < halves.size(); i += 2) {
        floats[2 * i + 2] = halves[i];
        floats[2 * i + 3] = halves[i + 1];
    }
    return std::shared_ptr<const ByteStore>(std::make_shared<MemoryStore>(std::move(floats), what));
}

struct Table {
    std::shared_ptr<const FileStore> file;
    std::uint64_t valuesBegin = 0;
    std::vector<SafetensorsEntry> entries;
    std::map<std::string, std::string> metadata;
};

Result<Table> readTable(const std::filesystem::path& path) {
    const std::string name = path.string();
    auto opened = FileStore::open(path);
    if (!opened.isOk()) return std::move(opened).error();
    Table table{opened.value(), 0, {}, {}};
    unsigned char start[8];
    if (auto read = table.file->read(0, 8, start); !read.isOk()) return std::move(read).error();
    std::uint64_t length = 0;
    for (int i = 8; i-- > 0;) length = length << 8 | start[i];
    if (length > kLargestSafetensorsHeader || length > table.file->size() - 8)
        return fileError(name + ": its safetensors header is cut short; copy or download it again.");
    std::string json(length, '\0');
    if (auto read = table.file->read(8, length, reinterpret_cast<unsigned char*>(json.data())); !read.isOk())
        return std::move(read).error();
    auto parsed = parseSafetensorsHeader(json, &table.metadata);
    if (!parsed.isOk()) return named(name, std::move(parsed).error());
    table.entries = std::move(parsed).value();
    table.valuesBegin = 8 + length;
    if (auto layout = checkSafetensorsLayout(table.entries, table.file->size() - table.valuesBegin);
        !layout.isOk())
        return named(name, std::move(layout).error());
    return table;
}

std::vector<ArrayEntry> entriesOf(const Table& table) {
    std::vector<ArrayEntry> entries;
    for (const auto& entry : table.entries) entries.push_back({entry.name, entry.shape});
    return entries;
}

// As in an .npz, but in the header: lists as JSON.
Result<SampleTexts> textsOf(const Table& table, const std::string& file) {
    return sampleTexts(file, [&](const std::string& key) -> Result<KeyedTexts> {
        const auto found = table.metadata.find(key);
        if (found == table.metadata.end()) return KeyedTexts();
        if (key == "items_source") return KeyedTexts(std::vector{found->second});
        auto listed = listedTexts(found->second, file + ": '" + key + "' in its header");
        if (!listed.isOk()) return std::move(listed).error();
        return KeyedTexts(std::move(listed).value());
    });
}

}  // namespace

bool looksLikeSafetensorsData(const unsigned char* start, std::size_t length) {
    if (length < 9 || start[8] != '{') return false;
    std::uint64_t header = 0;
    for (int i = 8; i-- > 0;) header = header << 8 | start[i];
    return header >= 2 && header <= kLargestSafetensorsHeader;
}

bool holdsSamples(const std::filesystem::path& path) {
    const auto start = readStart(path, 9);
    if (!start.isOk() || !looksLikeSafetensorsData(start.value().data(), start.value().size())) return false;
    const auto table = readTable(path);
    return table.isOk() && hasSamples(entriesOf(table.value()));
}

OpenedDataset openSafetensorsDataset(const std::filesystem::path& path, const DataOptions& options) {
    const std::string name = path.string();
    auto opened = readTable(path);
    if (!opened.isOk()) return std::move(opened).error();
    const Table& table = opened.value();
    DatasetFacts facts;
    facts.path = path;
    facts.format = "safetensors";
    facts.namePrefix = path.stem().string();
    facts.sources = {path};
    auto texts = textsOf(table, name);
    if (!texts.isOk()) return std::move(texts).error();
    return datasetOfArrays(
        std::move(facts), entriesOf(table),
        [&](std::size_t at) -> Result<StoredArray> {
            const auto& entry = table.entries[at];
            const std::string what = name + ": tensor '" + shownText(entry.name) + "'";
            const std::uint64_t begin = table.valuesBegin + entry.offsets[0],
                                size = entry.offsets[1] - entry.offsets[0];
            std::shared_ptr<const ByteStore> values = std::make_shared<RangeStore>(table.file, begin, size);
            std::string dtype = dtypeOf(*typeOfSafetensorsName(entry.dtype));
            if (dtype.empty()) {
                auto wide = widened(*values, what);
                if (!wide.isOk()) return std::move(wide).error();
                values = std::move(wide).value();
                dtype = "<f4";
            }
            const std::string header = npyHeaderBytes(dtype, entry.shape);
            return StoredArray{what,
                               {dtype, false, entry.shape, header.size()},
                               std::make_shared<HeadedStore>(header, std::move(values))};
        },
        std::move(texts).value(), options);
}

}  // namespace tessera
