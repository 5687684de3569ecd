// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/zip_writer.h"

#include <zlib.h>

#include <algorithm>

namespace tessera {
namespace {

constexpr std::uint64_t kLarge = 0xffffffff;  // stands for "in the zip64 field"
constexpr std::uint64_t kAlignment = 64;
constexpr std::uint16_t kUtf8Names = 1 << 11, kVersion64 = 45, kUnix = 3 << 8;
constexpr std::uint16_t kFirstOfJanuary1980 = 1 << 5 | 1;  // fixed: equal content gives equal files
constexpr std::uint32_t kRegularFile = 0100644u << 16;
constexpr std::uint16_t kPadding = 0x4246;  // an extra field that readers skip, as PyTorch's

class Bytes {
  public:
    template <typename T>
    Bytes& put(T value) {
        for (std::size_t i = 0; i < sizeof(T); ++i)
            text_ += static_cast<char>(static_cast<std::uint64_t>(value) >> 8 * i & 255);
        return *this;
    }
    Bytes& put16(std::uint64_t value) { return put(static_cast<std::uint16_t>(value)); }
    Bytes& put32(std::uint64_t value) { return put(static_cast<std::uint32_t>(std::min(value, kLarge))); }
    Bytes& put64(std::uint64_t value) { return put(value); }
    Bytes& put(const std::string& text) { return text_ += text, *this; }
    std::string text_;
};

}  // namespace

std::string ZipWriter::header(const Entry& entry) {
    Bytes extra;
    if (entry.isLarge) extra.put16(1).put16(16).put64(entry.size).put64(entry.size);
    const std::uint64_t end = entry.headerOffset + 30 + entry.name.size() + extra.text_.size() + 4;
    const std::uint64_t padding = (kAlignment - end % kAlignment) % kAlignment;
    extra.put16(kPadding).put16(padding).put(std::string(padding, '\0'));
    Bytes bytes;
    bytes.put32(0x04034b50).put16(entry.isLarge ? kVersion64 : 20).put16(kUtf8Names).put16(0);
    bytes.put16(0).put16(kFirstOfJanuary1980).put32(entry.checksum);
    const std::uint64_t size = entry.isLarge ? kLarge : entry.size;
    bytes.put32(size).put32(size).put16(entry.name.size()).put16(extra.text_.size());
    return bytes.put(entry.name).put(extra.text_).text_;
}

Result<Done> ZipWriter::add(const std::string& name, std::string_view head,
                            std::span<const unsigned char> body) {
    const auto bodySum = static_cast<std::uint32_t>(crc32_z(0, body.data(), body.size()));
    const auto headSum = crc32_z(0, reinterpret_cast<const Bytef*>(head.data()), head.size());
    Entry entry{
        name, file_.size() - start_, head.size() + body.size(),
        static_cast<std::uint32_t>(crc32_combine(headSum, bodySum, static_cast<z_off_t>(body.size()))),
        head.size() + body.size() >= kLarge};
    if (body.empty()) entry.checksum = static_cast<std::uint32_t>(headSum);
    auto written = file_.append(header(entry));
    if (written.isOk()) written = file_.append(head);
    if (written.isOk()) written = file_.append(body, &bodySum);
    entries_.push_back(std::move(entry));
    return written;
}

Result<Done> ZipWriter::begin(const std::string& name, std::uint64_t mostBytes) {
    Entry entry{name, file_.size() - start_, 0, 0, mostBytes >= kLarge};
    auto written = file_.append(header(entry));
    entries_.push_back(std::move(entry));
    bodyOffset_ = file_.size();
    file_.startChecksum();
    return written;
}

Result<Done> ZipWriter::end(std::optional<std::uint32_t> knownChecksum) {
    Entry& entry = entries_.back();
    entry.size = file_.size() - bodyOffset_;
    entry.checksum = knownChecksum.value_or(file_.checksum());
    if (entry.size >= kLarge && !entry.isLarge)
        return Error{
            ErrorKind::Internal, "An entry of " + file_.path().string() + " grew past its header.", {}};
    return file_.patch(start_ + entry.headerOffset, header(entry));
}

Result<Done> ZipWriter::finish() {
    const std::uint64_t directory = file_.size() - start_;
    Bytes bytes;
    for (const auto& entry : entries_) {
        const bool large = entry.size >= kLarge || entry.headerOffset >= kLarge;
        Bytes extra;
        if (large) {
            extra.put16(1).put16((entry.size >= kLarge ? 16 : 0) + (entry.headerOffset >= kLarge ? 8 : 0));
            if (entry.size >= kLarge) extra.put64(entry.size).put64(entry.size);
            if (entry.headerOffset >= kLarge) extra.put64(entry.headerOffset);
        }
        bytes.put32(0x02014b50).put16(kUnix | kVersion64).put16(large ? kVersion64 : 20).put16(kUtf8Names);
        bytes.put16(0).put16(0).put16(kFirstOfJanuary1980).put32(entry.checksum);
        bytes.put32(entry.size).put32(entry.size).put16(entry.name.size()).put16(extra.text_.size());
        bytes.put16(0).put16(0).put16(0).put32(kRegularFile).put32(entry.headerOffset);
        bytes.put(entry.name).put(extra.text_);
    }
    const std::uint64_t size = bytes.text_.size(), count = entries_.size();
    const std::uint64_t shortCount = std::min<std::uint64_t>(count, 0xffff);
    if (directory >= kLarge || count >= 0xffff) {
        bytes.put32(0x06064b50).put64(44).put16(kUnix | kVersion64).put16(kVersion64).put32(0).put32(0);
        bytes.put64(count).put64(count).put64(size).put64(directory);
        bytes.put32(0x07064b50).put32(0).put64(directory + size).put32(1);
    }
    bytes.put32(0x06054b50).put16(0).put16(0).put16(shortCount).put16(shortCount);
    bytes.put32(size).put32(directory).put16(0);
    return file_.append(bytes.text_);
}

}  // namespace tessera
