// SPDX-License-Identifier: GPL-3.0-or-later
#include <zlib.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/data/npy_values.h"
#include "core/session/json_limits.h"
#include "core/session/record_entries.h"
#include "core/session/record_json.h"
#include "core/session/record_store.h"
#include "core/session/stored_zip.h"

namespace tessera {
namespace {

constexpr std::uint64_t kBlock = 1u << 20;         // stays in the cache between reading and checking
constexpr std::uint64_t kLongestNpyHeader = 4096;  // ours are far shorter
constexpr std::uint64_t kLargestHead = 16u << 20;

// Reads entries of one record into memory of their own. What they take together is held to the size of the
// record's file, so that entries which all point at the same bytes cannot fill the memory.
class EntryReader {
  public:
    EntryReader(StoredZip& zip, const ByteStore& bytes, std::string what, std::stop_token stop,
                Progress& progress)
        : zip_(zip), bytes_(bytes), what_(std::move(what)), stop_(std::move(stop)), progress_(progress) {}

    struct Raw {
        std::uint64_t begin = 0, size = 0;
        std::uint32_t checksum = 0;
    };
    Result<Raw> find(const std::string& name) {
        const auto* record = zip_.find(name);
        if (record == nullptr) return damaged("entry " + shownText(name) + " is missing");
        const auto begin = zip_.storedAt(*record);
        if (!begin.isOk()) return begin.error();
        taken_ += record->size;
        if (taken_ > bytes_.size()) return damaged("its entries overlap");
        return Raw{begin.value(), record->size, record->checksum};
    }

    // Straight from the file, checking the checksum (begun with that of what came before).
    Result<Done> fill(std::uint64_t offset, std::uint64_t size, unsigned char* out, std::uint32_t before,
                      std::uint32_t wanted) {
        auto sum = static_cast<uLong>(before);
        while (size > 0) {
            if (stop_.stop_requested()) return Cancelled{};
            const auto part = std::min(size, kBlock);
            auto read = bytes_.read(offset, part, out);
            if (!read.isOk()) return read;
            sum = crc32_z(sum, out, static_cast<z_size_t>(part));
            offset += part, out += part, size -= part, done_ += part;
            if (done_ % (16 * kBlock) < part)
                progress_.reportShare(static_cast<double>(done_) / static_cast<double>(bytes_.size()),
                                      "reading results");
        }
        if (static_cast<std::uint32_t>(sum) != wanted) return damaged("a checksum does not match");
        return Done{};
    }

    struct Npy {
        NpyHeader header;
        std::uint64_t begin = 0, size = 0;  // of the data
        std::uint32_t headChecksum = 0, checksum = 0;
    };
    Result<Npy> npy(const std::string& name, const std::string& dtype, const Shape& shape) {
        auto raw = find(name);
        if (!raw.isOk()) return std::move(raw).propagate<Npy>();
        std::vector<unsigned char> head(std::min(raw.value().size, kLongestNpyHeader));
        if (auto read = bytes_.read(raw.value().begin, head.size(), head.data()); !read.isOk())
            return std::move(read).propagate<Npy>();
        auto header = parseNpyHeader(head, what_ + ", entry " + shownText(name) + ",");
        if (!header.isOk()) return std::move(header).propagate<Npy>();
        Npy npy{std::move(header).value(), 0, 0, 0, raw.value().checksum};
        const auto offset = npy.header.dataOffset;
        npy.begin = raw.value().begin + offset;
        npy.size = raw.value().size - offset;
        npy.headChecksum = static_cast<std::uint32_t>(crc32_z(0, head.data(), offset));
        const auto width = static_cast<std::uint64_t>(Array::widthOf(dtype));
        const auto count = npyElementCount(npy.header.shape);
        if (npy.header.dtype != dtype || npy.header.fortranOrder || npy.header.shape != shape || count < 0 ||
            npy.size % width != 0 || npy.size / width != static_cast<std::uint64_t>(count))
            return damaged("entry " + shownText(name) + " is not what record.json says");
        return npy;
    }

    template <typename T>
    Result<Done> numbers(const std::string& name, std::int64_t rows, std::vector<T>& values) {
        Result<Npy> found = npy(name, Array::dtypeOf<T>(), {rows});
        if (!found.isOk()) return std::move(found).propagate<Done>();
        values.resize(static_cast<std::size_t>(rows));
        return fill(found.value().begin, found.value().size, reinterpret_cast<unsigned char*>(values.data()),
                    found.value().headChecksum, found.value().checksum);
    }

    Result<Done> texts(const std::string& name, std::int64_t rows, std::vector<std::string>& texts) {
        if (rows >= static_cast<std::int64_t>(bytes_.size()))
            return damaged("it lists more rows than it holds");
        std::vector<std::int64_t> offsets;
        if (auto read = numbers(offsetsEntry(name), rows + 1, offsets); !read.isOk()) return read;
        auto raw = find(textEntry(name));
        if (!raw.isOk()) return std::move(raw).propagate<Done>();
        std::string joined(raw.value().size, '\0');
        if (auto read = fill(raw.value().begin, joined.size(),
                             reinterpret_cast<unsigned char*>(joined.data()), 0, raw.value().checksum);
            !read.isOk())
            return read;
        if (offsets.front() != 0 || offsets.back() != static_cast<std::int64_t>(joined.size()) ||
            !std::is_sorted(offsets.begin(), offsets.end()))
            return damaged("the texts of " + shownText(name) + " have no good ends");
        texts.reserve(static_cast<std::size_t>(rows));
        for (std::size_t i = 0; i + 1 < offsets.size(); ++i)
            texts.push_back(joined.substr(static_cast<std::size_t>(offsets[i]),
                                          static_cast<std::size_t>(offsets[i + 1] - offsets[i])));
        return Done{};
    }

    Error damaged(const std::string& finding) const {
        return fileError(what_ + " is damaged: " + finding +
                         "; run it again, or take another copy of the file.");
    }

  private:
    StoredZip& zip_;
    const ByteStore& bytes_;
    std::string what_;
    std::stop_token stop_;
    Progress& progress_;
    std::uint64_t taken_ = 0, done_ = 0;
};

template <typename T>
Array arrayIn(const std::string& name, const Shape& shape, std::shared_ptr<const void> owner) {
    const auto count = static_cast<std::size_t>(elementCount(shape));
    return Array::view<T>(name, shape, {static_cast<const T*>(owner.get()), count}, owner);
}

Array typedArray(const std::string& name, const std::string& dtype, const Shape& shape,
                 std::shared_ptr<const void> owner) {
    if (dtype == "<f4") return arrayIn<float>(name, shape, std::move(owner));
    if (dtype == "<i4") return arrayIn<std::int32_t>(name, shape, std::move(owner));
    if (dtype == "<i8") return arrayIn<std::int64_t>(name, shape, std::move(owner));
    if (dtype == "<u8") return arrayIn<std::uint64_t>(name, shape, std::move(owner));
    if (dtype == "|u1") return arrayIn<unsigned char>(name, shape, std::move(owner));
    return arrayIn<double>(name, shape, std::move(owner));
}

bool isKnownType(const std::string& dtype) {
    for (const char* known : {"<f8", "<f4", "<i4", "<i8", "<u8", "|u1"})
        if (dtype == known) return true;
    return false;
}

struct ArrayHead {
    std::string name, dtype;
    Shape shape;
};

struct Head {
    ResultRecord record;
    std::vector<std::vector<std::int64_t>> rows;  // by table and column
    std::vector<ArrayHead> arrays;
};

Result<Head> readHead(StoredZip& zip, const std::string& what) {
    const auto* entry = zip.find(kRecordHead);
    if (entry == nullptr || entry->size > kLargestHead)
        return fileError(what + " is damaged: it has no record.json; run it again.");
    auto bytes = zip.read(*entry);
    if (!bytes.isOk()) return std::move(bytes).propagate<Head>();
    auto json = parseJson(asText(bytes.value()), what + ", entry record.json,");
    if (!json.isOk()) return std::move(json).propagate<Head>();
    auto record = recordFromJson(json.value(), what);
    if (!record.isOk()) return std::move(record).propagate<Head>();
    Head head{std::move(record).value(), {}, {}};
    const auto broken = [&] {
        return fileError(what + " is damaged: record.json does not add up; run it again.");
    };
    try {
        for (const auto& table : json.value().at("tables")) {
            auto& rows = head.rows.emplace_back();
            for (const auto& column : table.at("columns")) {
                rows.push_back(column.at("rows"));
                if (rows.back() < 0 || rows.back() != rows.front()) return broken();
            }
        }
        for (const auto& array : json.value().at("arrays")) {
            head.arrays.push_back({array.at("name"), array.at("dtype"), array.at("shape")});
            if (!isKnownType(head.arrays.back().dtype) || npyElementCount(head.arrays.back().shape) < 0)
                return broken();
        }
    } catch (const std::exception&) {
        return broken();
    }
    return head;
}

}  // namespace

Result<ResultRecord> StoredRecord::head() const {
    auto zip = StoredZip::open(bytes_, what_);
    if (!zip.isOk()) return std::move(zip).propagate<ResultRecord>();
    auto head = readHead(zip.value(), what_);
    if (!head.isOk()) return std::move(head).propagate<ResultRecord>();
    auto& record = head.value().record;
    for (const auto& array : head.value().arrays)
        record.arrays.push_back(typedArray(array.name, array.dtype, {0}, nullptr));
    return std::move(record);
}

Result<std::shared_ptr<const ResultRecord>> StoredRecord::load(std::stop_token stop,
                                                               Progress& progress) const {
    using Loaded = std::shared_ptr<const ResultRecord>;
    auto zip = StoredZip::open(bytes_, what_);
    if (!zip.isOk()) return std::move(zip).propagate<Loaded>();
    auto opened = readHead(zip.value(), what_);
    if (!opened.isOk()) return std::move(opened).propagate<Loaded>();
    Head& head = opened.value();
    auto record = std::make_shared<ResultRecord>(std::move(head.record));
    std::vector<std::string> arrayNames;
    for (const auto& array : head.arrays) arrayNames.push_back(array.name);
    const auto entries = recordEntries(record->tables, arrayNames);
    EntryReader reader(zip.value(), *bytes_, what_, std::move(stop), progress);
    try {
        for (std::size_t a = 0; a < head.arrays.size(); ++a) {
            const auto& [name, dtype, shape] = head.arrays[a];
            auto npy = reader.npy(entries.arrays[a] + ".npy", dtype, shape);
            if (!npy.isOk()) return std::move(npy).propagate<Loaded>();
            // Left unset: every byte comes from the file.
            const std::shared_ptr<unsigned char[]> memory(new unsigned char[npy.value().size]);
            auto read = reader.fill(npy.value().begin, npy.value().size, memory.get(),
                                    npy.value().headChecksum, npy.value().checksum);
            if (!read.isOk()) return std::move(read).propagate<Loaded>();
            record->arrays.push_back(
                typedArray(name, dtype, shape, std::shared_ptr<const void>(memory, memory.get())));
        }
        for (std::size_t t = 0; t < record->tables.size(); ++t)
            for (std::size_t c = 0; c < record->tables[t].columns.size(); ++c) {
                auto& values = record->tables[t].columns[c].values;
                const auto& name = entries.columns[t][c];
                const auto rows = head.rows[t][c];
                Result<Done> read = Done{};
                if (auto* real = std::get_if<std::vector<double>>(&values))
                    read = reader.numbers(name + ".npy", rows, *real);
                else if (auto* whole = std::get_if<std::vector<std::int64_t>>(&values))
                    read = reader.numbers(name + ".npy", rows, *whole);
                else
                    read = reader.texts(name, rows, std::get<std::vector<std::string>>(values));
                if (!read.isOk()) return std::move(read).propagate<Loaded>();
            }
    } catch (const std::bad_alloc&) {
        return Error{
            ErrorKind::Resource, what_ + " does not fit into memory; close other results first.", {}};
    }
    return Loaded(std::move(record));
}

}  // namespace tessera
