// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/data/byte_store.h"
#include "core/data/npy_values.h"
#include "core/data/npz_archive.h"

namespace tessera {

namespace {

// A file beside the target that replaces it once complete; until then the old content stays.
class Replacement {
  public:
    explicit Replacement(const std::filesystem::path& target)
        : target_(target), temporary_(target.string() + ".part" + std::to_string(::getpid())) {}
    ~Replacement() {
        std::error_code ignored;
        if (!kept_) std::filesystem::remove(temporary_, ignored);
    }
    const std::filesystem::path& temporary() const { return temporary_; }
    Error failed() const {
        return fileError(target_.string() + " cannot be written (" + std::strerror(errno != 0 ? errno : EIO) +
                         "); check the folder, its permissions and the free space.");
    }
    Result<Done> keep() {
        std::error_code error;
        std::filesystem::rename(temporary_, target_, error);
        if (error)
            return fileError(target_.string() + " cannot be replaced (" + error.message() +
                             "); choose another name.");
        kept_ = true;
        return Done{};
    }

  private:
    std::filesystem::path target_, temporary_;
    bool kept_ = false;
};

Result<std::uint64_t> dataSize(const NpzEntry& entry) {
    const auto count = npyElementCount(entry.shape);
    if (count < 0 || (count > 0 && entry.data == nullptr))
        return Error{ErrorKind::Internal, "Array '" + entry.name + "' has no data for its shape.", {}};
    if (const auto width = npyTextWidth(entry.dtype)) return static_cast<std::uint64_t>(count) * *width;
    auto type = npyType(entry.dtype, "Array '" + entry.name + "'");
    if (!type.isOk()) return std::move(type).error();
    if (type.value().swapped)
        return Error{ErrorKind::Internal, "Array '" + entry.name + "' is not in host byte order.", {}};
    return static_cast<std::uint64_t>(count) * static_cast<std::uint64_t>(type.value().bytes);
}

constexpr std::uint64_t kPart = 16u << 20;

// A member of `size` bytes that `part(offset, length)` gives piece by piece; it gives null where that fails.
template <typename Part>
bool writeZipMember(zipFile zip, const std::string& name, const std::string& header, std::uint64_t size,
                    const Part& part) {
    zip_fileinfo info{};
    info.tmz_date.tm_year = 1980;  // fixed: equal content gives equal files
    info.tmz_date.tm_mday = 1;
    const int zip64 = size + header.size() >= 0xffffffffu ? 1 : 0;
    // Stored, as numpy.savez does: readable in place.
    if (zipOpenNewFileInZip64(zip, (name + ".npy").c_str(), &info, nullptr, 0, nullptr, 0, nullptr, 0, 0,
                              zip64) != ZIP_OK)
        return false;
    bool good = zipWriteInFileInZip(zip, header.data(), static_cast<unsigned>(header.size())) == ZIP_OK;
    for (std::uint64_t done = 0; good && done < size;) {
        const std::uint64_t length = std::min(size - done, kPart);
        const unsigned char* bytes = part(done, length);
        good = bytes != nullptr && zipWriteInFileInZip(zip, bytes, static_cast<unsigned>(length)) == ZIP_OK;
        done += length;
    }
    return zipCloseFileInZip(zip) == ZIP_OK && good;
}

Result<Done> writeEntry(zipFile zip, const NpzEntry& entry, const Replacement& file) {
    const auto size = dataSize(entry);
    if (!size.isOk()) return size.error();
    const auto* data = static_cast<const unsigned char*>(entry.data);
    const bool written = writeZipMember(zip, entry.name, npyHeaderBytes(entry.dtype, entry.shape),
                                        size.value(), [&](auto offset, auto) { return data + offset; });
    return written ? Result<Done>(Done{}) : file.failed();
}

Result<Done> copyMember(zipFile zip, const NpzArchive& from, const NpzMember& member,
                        const Replacement& file) {
    auto store = from.bytes(member);
    if (!store.isOk()) return std::move(store).error();
    std::vector<unsigned char> bytes;
    Result<Done> read = Done{};
    const bool written = writeZipMember(zip, member.name, "", member.size,
                                        [&](auto offset, auto length) -> const unsigned char* {
                                            bytes.resize(length);
                                            read = store.value()->read(offset, length, bytes.data());
                                            return read.isOk() ? bytes.data() : nullptr;
                                        });
    if (!read.isOk()) return read;
    return written ? Result<Done>(Done{}) : file.failed();
}

// Makes the file whole or not at all.
template <typename Fill>
Result<Done> makeZip(const std::filesystem::path& path, const Fill& fill) {
    Replacement file(path);
    errno = 0;
    zipFile zip = zipOpen64(file.temporary().c_str(), APPEND_STATUS_CREATE);
    if (zip == nullptr) return file.failed();
    Result<Done> outcome = fill(zip, file);
    if (zipClose(zip, nullptr) != ZIP_OK && outcome.isOk()) outcome = file.failed();
    return outcome.isOk() ? file.keep() : outcome;
}

Result<Done> writeEntries(zipFile zip, std::span<const NpzEntry> entries, const Replacement& file) {
    for (const auto& entry : entries)
        if (auto written = writeEntry(zip, entry, file); !written.isOk()) return written;
    return Done{};
}

}  // namespace

std::string npyHeaderBytes(const std::string& dtype, const Shape& shape) {
    std::string dict =
        "{'descr': '" + dtype + "', 'fortran_order': False, 'shape': " + numpyShapeText(shape) + ", }";
    // Magic, version and length take 10 bytes; data starts at a multiple of 64.
    dict.append(63 - (10 + dict.size()) % 64, ' ');
    dict += '\n';
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(dict.size() & 255);
    bytes += static_cast<char>(dict.size() >> 8);
    return bytes + dict;
}

Result<Done> writeNpz(const std::filesystem::path& path, std::span<const NpzEntry> entries) {
    return makeZip(path,
                   [&](zipFile zip, const Replacement& file) { return writeEntries(zip, entries, file); });
}

Result<Done> copyNpz(const std::filesystem::path& from, const std::filesystem::path& to,
                     std::span<const NpzEntry> replaced) {
    auto archive = NpzArchive::open(from);
    if (!archive.isOk()) return std::move(archive).error();
    return makeZip(to, [&](zipFile zip, const Replacement& file) {
        for (const auto& member : archive.value().members()) {
            if (std::any_of(replaced.begin(), replaced.end(),
                            [&](const NpzEntry& entry) { return entry.name == member.name; }))
                continue;
            if (auto copied = copyMember(zip, archive.value(), member, file); !copied.isOk()) return copied;
        }
        return writeEntries(zip, replaced, file);
    });
}

Result<Done> writeNpy(const std::filesystem::path& path, const NpzEntry& entry) {
    const auto size = dataSize(entry);
    if (!size.isOk()) return size.error();
    Replacement file(path);
    errno = 0;
    std::FILE* out = std::fopen(file.temporary().c_str(), "wb");
    if (out == nullptr) return file.failed();
    const std::string header = npyHeaderBytes(entry.dtype, entry.shape);
    bool good = std::fwrite(header.data(), 1, header.size(), out) == header.size();
    good = good && (size.value() == 0 || std::fwrite(entry.data, 1, size.value(), out) == size.value());
    if (std::fclose(out) != 0 || !good) return file.failed();
    return file.keep();
}

}  // namespace tessera
