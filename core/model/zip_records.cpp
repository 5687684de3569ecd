// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/zip_records.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace tessera {
namespace {

constexpr std::uint64_t kEndSize = 22;
constexpr std::uint64_t kLocatorSize = 20;
constexpr std::uint64_t kEnd64Size = 56;
constexpr std::uint64_t kEntrySize = 46;
constexpr std::uint64_t kLocalSize = 30;
constexpr std::uint64_t kLargestDirectory = 256u << 20;
// Weights hardly compress; a record that claims more than this is a bomb, not a checkpoint.
constexpr std::uint64_t kLargestRatio = 100;
constexpr std::uint64_t kRatioSlack = 1u << 20;

struct Directory {
    std::uint64_t offset = 0, size = 0;
};

Error truncated(const std::string& finding) {
    return fileError(finding + ", so the file is truncated; copy or download it again");
}
Error damaged(const std::string& finding) {
    return fileError(finding + ", so the file is damaged; copy or download it again");
}

Result<Directory> findDirectory(FileBytes& file) {
    const std::uint64_t tailSize = std::min<std::uint64_t>(file.size(), kEndSize + 0xffff);
    const std::uint64_t tailOffset = file.size() - tailSize;
    const std::vector<std::byte> tail = file.head(tailOffset, tailSize);
    const std::size_t found = asText(tail).rfind("PK\x05\x06");
    if (found == std::string_view::npos || found + kEndSize > tail.size())
        return truncated("the zip directory at its end is missing");
    const std::byte* end = tail.data() + found;
    Directory directory{littleEndian<std::uint32_t>(end + 16), littleEndian<std::uint32_t>(end + 12)};
    const std::uint64_t endOffset = tailOffset + found;
    if (endOffset >= kLocatorSize) {
        const std::vector<std::byte> locator = file.head(endOffset - kLocatorSize, kLocatorSize);
        if (asText(locator).starts_with("PK\x06\x07")) {
            const std::vector<std::byte> end64 =
                file.head(littleEndian<std::uint64_t>(locator.data() + 8), kEnd64Size);
            if (end64.size() < kEnd64Size || !asText(end64).starts_with("PK\x06\x06"))
                return damaged("its zip64 directory is not where it should be");
            directory = {littleEndian<std::uint64_t>(end64.data() + 48),
                         littleEndian<std::uint64_t>(end64.data() + 40)};
        }
    }
    if (directory.size > kLargestDirectory || directory.size > file.size() ||
        directory.offset > file.size() - directory.size)
        return damaged("its zip directory points outside the file");
    return directory;
}

// Replaces sizes that did not fit 32 bits by the zip64 extra field's.
bool applyZip64(std::span<const std::byte> extra, ZipRecord& record, bool size, bool packed, bool offset) {
    while (extra.size() >= 4) {
        const auto id = littleEndian<std::uint16_t>(extra.data());
        const std::size_t length = littleEndian<std::uint16_t>(extra.data() + 2);
        if (length > extra.size() - 4) return false;
        if (id == 1) {
            std::span<const std::byte> field = extra.subspan(4, length);
            for (auto [wanted, target] : {std::pair{size, &record.size},
                                          {packed, &record.packedSize},
                                          {offset, &record.headerOffset}}) {
                if (!wanted) continue;
                if (field.size() < 8) return false;
                *target = littleEndian<std::uint64_t>(field.data());
                field = field.subspan(8);
            }
            return true;
        }
        extra = extra.subspan(4 + length);
    }
    return !size && !packed && !offset;
}

Result<std::vector<std::byte>> inflateRecord(FileBytes& file, const ZipRecord& record, std::uint64_t offset) {
    if (record.size > kRatioSlack && (record.size - kRatioSlack) / kLargestRatio > record.packedSize)
        return fileError("record '" + record.name + "' claims to unpack to " + std::to_string(record.size) +
                         " bytes from " + std::to_string(record.packedSize) +
                         ", as a zip bomb would; do not trust this file");
    std::vector<std::byte> packed(record.packedSize);
    if (!file.read(offset, packed)) return truncated("record '" + record.name + "' is cut short");
    std::vector<std::byte> out(record.size);
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return Error{ErrorKind::Resource, "there is not enough memory to unpack it", {}};
    const std::byte* in = packed.data();
    std::uint64_t inLeft = packed.size(), outLeft = out.size();
    std::byte* to = out.data();
    std::byte spare{};  // where a stream longer than it claims would write
    int status = Z_OK;
    while (status == Z_OK) {
        constexpr std::uint64_t kChunk = 1u << 30;
        const auto inNow = static_cast<uInt>(std::min(inLeft, kChunk));
        const auto outNow = static_cast<uInt>(std::min(outLeft, kChunk));
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in));
        stream.avail_in = inNow;
        stream.next_out = reinterpret_cast<Bytef*>(outNow ? to : &spare);
        stream.avail_out = outNow ? outNow : 1;
        status = inflate(&stream, Z_NO_FLUSH);
        const uInt used = inNow - stream.avail_in;
        const uInt made = (outNow ? outNow : 1) - stream.avail_out;
        if (!outNow && made) status = Z_DATA_ERROR;
        if (!used && !made && status == Z_OK) status = Z_BUF_ERROR;
        in += used, inLeft -= used;
        if (outNow) to += made, outLeft -= made;
    }
    inflateEnd(&stream);
    if (status != Z_STREAM_END || outLeft) return damaged("record '" + record.name + "' does not unpack");
    return out;
}

Result<std::uint64_t> packedAt(FileBytes& file, const ZipRecord& record) {
    if (record.flags & 1)
        return unsupported("record '" + record.name +
                           "' is encrypted; unpack the file with its password and save it again");
    const std::vector<std::byte> local = file.head(record.headerOffset, kLocalSize);
    if (local.size() < kLocalSize || !asText(local).starts_with("PK\x03\x04"))
        return damaged("record '" + record.name + "' is not where the zip directory says");
    const std::uint64_t offset = record.headerOffset + kLocalSize +
                                 littleEndian<std::uint16_t>(local.data() + 26) +
                                 littleEndian<std::uint16_t>(local.data() + 28);
    if (record.packedSize > file.size() || offset > file.size() - record.packedSize)
        return truncated("record '" + record.name + "' reaches beyond the end of the file");
    return offset;
}

}  // namespace

Result<ZipRecords> ZipRecords::open(FileBytes& file) {
    auto directory = findDirectory(file);
    if (!directory.isOk()) return std::move(directory).propagate<ZipRecords>();
    const std::vector<std::byte> bytes = file.head(directory.value().offset, directory.value().size);
    ZipRecords zip;
    std::span<const std::byte> rest = bytes;
    while (rest.size() >= kEntrySize && asText(rest).starts_with("PK\x01\x02")) {
        const auto u16 = [&](std::size_t at) { return littleEndian<std::uint16_t>(rest.data() + at); };
        const auto u32 = [&](std::size_t at) { return littleEndian<std::uint32_t>(rest.data() + at); };
        const std::size_t nameSize = u16(28), extraSize = u16(30),
                          total = kEntrySize + nameSize + extraSize + u16(32);
        if (total > rest.size()) return damaged("its zip directory is cut short");
        constexpr std::uint32_t kElsewhere = 0xffffffff;
        ZipRecord record{std::string(asText(rest.subspan(kEntrySize, nameSize))),
                         u32(42),
                         u32(20),
                         u32(24),
                         u32(16),
                         u16(10),
                         u16(8)};
        if (!applyZip64(rest.subspan(kEntrySize + nameSize, extraSize), record, record.size == kElsewhere,
                        record.packedSize == kElsewhere, record.headerOffset == kElsewhere))
            return damaged("the sizes of record '" + record.name + "' are missing");
        zip.records_.push_back(std::move(record));
        rest = rest.subspan(total);
    }
    if (zip.records_.empty() && directory.value().size) return damaged("its zip directory is unreadable");
    for (std::size_t i = 0; i < zip.records_.size(); ++i)
        if (!zip.byName_.emplace(zip.records_[i].name, i).second)
            return fileError("its zip directory names '" + zip.records_[i].name +
                             "' twice; do not trust this file");
    return zip;
}

const ZipRecord* ZipRecords::find(std::string_view name) const {
    const auto found = byName_.find(name);
    return found == byName_.end() ? nullptr : &records_[found->second];
}

Result<std::uint64_t> ZipRecords::storedAt(FileBytes& file, const ZipRecord& record) const {
    if (record.method != 0 || record.size != record.packedSize)
        return unsupported("record '" + record.name + "' is compressed; store it, as zip -0 does");
    return packedAt(file, record);
}

Result<std::vector<std::byte>> ZipRecords::read(FileBytes& file, const ZipRecord& record) const {
    const auto begin = packedAt(file, record);
    if (!begin.isOk()) return begin.error();
    const std::uint64_t offset = begin.value();
    std::vector<std::byte> bytes;
    if (record.method == 8) {
        auto inflated = inflateRecord(file, record, offset);
        if (!inflated.isOk()) return inflated;
        bytes = std::move(inflated).value();
    } else if (record.method == 0) {
        if (record.size != record.packedSize)
            return damaged("record '" + record.name + "' has two different sizes");
        bytes.resize(record.size);
        if (!file.read(offset, bytes)) return truncated("record '" + record.name + "' is cut short");
    } else {
        return unsupported("record '" + record.name + "' uses zip compression method " +
                           std::to_string(record.method) + "; save it again with torch.save");
    }
    // A checksum of 0 is what torch.save writes when asked not to compute any.
    if (record.checksum &&
        crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()) != record.checksum)
        return damaged("record '" + record.name + "' does not match its checksum");
    return bytes;
}

}  // namespace tessera
