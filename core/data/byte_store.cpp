// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/byte_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace tessera {

namespace {

Error cutShort(const std::string& what) {
    return fileError(what + " ended before the data that its header announces; download or save it again.");
}

bool inside(std::uint64_t offset, std::uint64_t length, std::uint64_t size) {
    return offset <= size && length <= size - offset;
}

}  // namespace

Result<Done> MemoryStore::read(std::uint64_t offset, std::uint64_t length, unsigned char* out) const {
    if (!inside(offset, length, bytes_.size())) return cutShort(what_);
    if (length > 0) std::memcpy(out, bytes_.data() + offset, length);
    return Done{};
}

Result<Done> RangeStore::read(std::uint64_t offset, std::uint64_t length, unsigned char* out) const {
    if (!inside(offset, length, size_)) return cutShort("The data");
    return store_->read(begin_ + offset, length, out);
}

Result<std::shared_ptr<const FileStore>> FileStore::open(const std::filesystem::path& path) {
    const std::string name = path.string();
    // O_NONBLOCK: opening a pipe must not hang.
    const int descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return fileError(name + " does not exist; check the path.");
        return fileError(name + " cannot be opened (" + std::strerror(errno) + "); check its permissions.");
    }
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(descriptor);
        return fileError(name + (S_ISDIR(status.st_mode)
                                     ? " is a folder; choose a file in it."
                                     : " is not a regular file; copy its content to one."));
    }
    return std::shared_ptr<const FileStore>(
        new FileStore(descriptor, static_cast<std::uint64_t>(status.st_size), name));
}

FileStore::~FileStore() {
    ::close(descriptor_);
}

Result<Done> FileStore::read(std::uint64_t offset, std::uint64_t length, unsigned char* out) const {
    if (!inside(offset, length, size_)) return cutShort(path_);
    while (length > 0) {
        const auto part =
            ::pread(descriptor_, out, std::min<std::uint64_t>(length, 1u << 30), static_cast<off_t>(offset));
        if (part < 0 && errno == EINTR) continue;
        if (part < 0)
            return fileError(path_ + " cannot be read (" + std::strerror(errno) + "); check the disk.");
        if (part == 0) return cutShort(path_);
        offset += static_cast<std::uint64_t>(part);
        length -= static_cast<std::uint64_t>(part);
        out += part;
    }
    return Done{};
}

Result<std::vector<unsigned char>> readStart(const std::filesystem::path& path, std::size_t length) {
    const auto file = FileStore::open(path);
    if (!file.isOk()) return file.error();
    std::vector<unsigned char> bytes(std::min<std::uint64_t>(length, file.value()->size()));
    auto read = file.value()->read(0, bytes.size(), bytes.data());
    if (!read.isOk()) return std::move(read).error();
    return bytes;
}

Result<std::vector<unsigned char>> readWhole(const std::filesystem::path& path) {
    const auto file = FileStore::open(path);
    if (!file.isOk()) return file.error();
    auto fits = checkFitsInMemory(file.value()->size(), path.string(), "use a smaller file");
    if (!fits.isOk()) return std::move(fits).error();
    std::vector<unsigned char> bytes(file.value()->size());
    auto read = file.value()->read(0, bytes.size(), bytes.data());
    if (!read.isOk()) return std::move(read).error();
    return bytes;
}

Result<Done> checkFitsInMemory(std::uint64_t bytes, const std::string& what, const std::string& remedy) {
    static const std::uint64_t half = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                                      static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 2;
    if (bytes <= half) return Done{};
    return Error{ErrorKind::Resource,
                 what + " needs " + byteText(bytes) +
                     " of memory, more than half of what this machine has; " + remedy + ".",
                 {}};
}

std::string byteText(std::uint64_t bytes) {
    static constexpr const char* kUnits[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) return countText(static_cast<std::int64_t>(bytes), "byte");
    double value = static_cast<double>(bytes);
    int unit = 0;
    for (; value >= 1000 && unit < 6; ++unit) value /= 1000;
    char text[32];
    const auto end =
        std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, value < 9.95 ? 1 : 0).ptr;
    return std::string(text, end) + " " + kUnits[unit];
}

std::string shownText(std::string_view text) {
    std::string shown(text.substr(0, 40));
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; },
        ' ');
    return text.size() > 40 ? shown + "..." : shown;
}

std::string shortNumber(double value) {
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 6);
    return error == std::errc{} ? std::string(text, end) : "?";
}

std::string countText(std::int64_t count, const std::string& singular) {
    return std::to_string(count) + " " + singular + (count == 1 ? "" : "s");
}

}  // namespace tessera
