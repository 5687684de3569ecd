// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/data/npy_values.h"
#include "core/session/record_entries.h"
#include "core/session/record_json.h"
#include "core/session/record_store.h"
#include "core/session/zip_writer.h"

namespace tessera {
namespace {

constexpr std::uint64_t kCopyBlock = 4u << 20;

template <typename T>
std::span<const unsigned char> bytesOf(const std::vector<T>& values) {
    return {reinterpret_cast<const unsigned char*>(values.data()), values.size() * sizeof(T)};
}

// Writes one entry after the other until one fails.
class EntryWriter {
  public:
    explicit EntryWriter(ZipWriter& zip) : zip_(zip) {}

    void npy(const std::string& name, const std::string& dtype, const Shape& shape,
             std::span<const unsigned char> body) {
        put(name, npyHeaderBytes(dtype, shape), body);
    }
    void column(const std::string& name, const Column& column) {
        const Shape shape{static_cast<std::int64_t>(column.size())};
        if (const auto* real = std::get_if<std::vector<double>>(&column.values))
            return npy(name + ".npy", "<f8", shape, bytesOf(*real));
        if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&column.values))
            return npy(name + ".npy", "<i8", shape, bytesOf(*whole));
        std::string joined;
        std::vector<std::int64_t> offsets{0};
        for (const auto& text : std::get<std::vector<std::string>>(column.values)) {
            joined += text;
            offsets.push_back(static_cast<std::int64_t>(joined.size()));
        }
        npy(offsetsEntry(name), "<i8", {static_cast<std::int64_t>(offsets.size())}, bytesOf(offsets));
        put(textEntry(name), "", {reinterpret_cast<const unsigned char*>(joined.data()), joined.size()});
    }
    void put(const std::string& name, const std::string& head, std::span<const unsigned char> body) {
        if (outcome_.isOk()) outcome_ = zip_.add(name, head, body);
    }
    Result<Done> finish() { return outcome_.isOk() ? zip_.finish() : outcome_; }

  private:
    ZipWriter& zip_;
    Result<Done> outcome_ = Done{};
};

}  // namespace

Result<Done> writeRecord(const ResultRecord& record, FileWriter& writer) {
    ZipWriter zip(writer);
    EntryWriter entries(zip);
    const auto head = recordJson(record, {.columnValues = false})
                          .dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
    entries.put(kRecordHead, head + "\n", {});
    std::vector<std::string> arrayNames;
    for (const auto& array : record.arrays) arrayNames.push_back(array.name());
    const auto names = recordEntries(record.tables, arrayNames);
    for (std::size_t a = 0; a < record.arrays.size(); ++a) {
        const auto& array = record.arrays[a];
        entries.npy(
            names.arrays[a] + ".npy", array.dtype(), array.shape(),
            {static_cast<const unsigned char*>(array.data()), static_cast<std::size_t>(array.bytes())});
    }
    for (std::size_t t = 0; t < record.tables.size(); ++t)
        for (std::size_t c = 0; c < record.tables[t].columns.size(); ++c)
            entries.column(names.columns[t][c], record.tables[t].columns[c]);
    return entries.finish();
}

Result<Done> writeStored(const StoredRecord& stored, FileWriter& file) {
    const std::uint64_t size = stored.bytes().size();
    std::vector<unsigned char> block(std::min(size, kCopyBlock));
    for (std::uint64_t done = 0; done < size;) {
        const auto part = std::min(size - done, kCopyBlock);
        auto copied = stored.bytes().read(done, part, block.data());
        if (copied.isOk()) copied = file.appendUncounted({block.data(), part});
        if (!copied.isOk()) return copied;
        done += part;
    }
    return Done{};
}

Result<std::shared_ptr<const StoredRecord>> writeRecordFile(const std::filesystem::path& path,
                                                            const ResultRecord& record, std::stop_token stop,
                                                            Progress& progress) {
    using Stored = std::shared_ptr<const StoredRecord>;
    auto writer = FileWriter::create(path);
    if (!writer.isOk()) return std::move(writer).propagate<Stored>();
    writer.value().watch(std::move(stop), progress, static_cast<std::uint64_t>(record.bytes()));
    auto written = writeRecord(record, writer.value());
    const auto checksum = writer.value().checksum();
    if (written.isOk()) written = writer.value().keep();
    if (!written.isOk()) return std::move(written).propagate<Stored>();
    return openRecordFile(path, checksum);
}

Result<std::shared_ptr<const StoredRecord>> copyRecordFile(const std::filesystem::path& path,
                                                           const StoredRecord& stored, std::stop_token stop,
                                                           Progress& progress) {
    using Stored = std::shared_ptr<const StoredRecord>;
    auto writer = FileWriter::create(path);
    if (!writer.isOk()) return std::move(writer).propagate<Stored>();
    writer.value().watch(std::move(stop), progress, stored.bytes().size());
    auto written = writeStored(stored, writer.value());
    if (written.isOk()) written = writer.value().keep();
    if (!written.isOk()) return std::move(written).propagate<Stored>();
    return openRecordFile(path, stored.checksum());
}

Result<std::shared_ptr<const StoredRecord>> openRecordFile(const std::filesystem::path& path,
                                                           std::uint32_t checksum) {
    auto file = FileStore::open(path);
    if (!file.isOk()) return std::move(file).propagate<std::shared_ptr<const StoredRecord>>();
    return std::make_shared<const StoredRecord>(std::move(file).value(), checksum, path.string());
}

}  // namespace tessera
