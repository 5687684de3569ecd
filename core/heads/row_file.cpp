// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/row_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tessera {

Error RowFile::failed() const {
    return fileError(path_.string() + " cannot be written (" + std::strerror(errno) +
                     "); check the folder, its permissions and the free space.");
}

Result<RowFile> RowFile::open(const std::filesystem::path& path, std::int64_t width, std::int64_t most) {
    RowFile file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644), path, width, 0);
    if (file.descriptor_ < 0) return file.failed();
    if (::flock(file.descriptor_, LOCK_EX | LOCK_NB) != 0)
        return Error{ErrorKind::Resource,
                     path.string() + " is being written by another Tessera; wait for it, then ask again.",
                     {}};
    const off_t held = ::lseek(file.descriptor_, 0, SEEK_END);
    const std::int64_t rowBytes = width * static_cast<std::int64_t>(sizeof(float));
    file.rows_ = std::min<std::int64_t>(held / rowBytes, most);
    if (::ftruncate(file.descriptor_, file.rows_ * rowBytes) != 0 ||
        ::lseek(file.descriptor_, file.rows_ * rowBytes, SEEK_SET) < 0)
        return file.failed();
    return file;
}

RowFile::RowFile(RowFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      width_(other.width_),
      rows_(other.rows_) {}

RowFile::~RowFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<Done> RowFile::append(std::span<const float> rows) {
    const char* at = reinterpret_cast<const char*>(rows.data());
    for (std::size_t left = rows.size_bytes(); left > 0;) {
        const ssize_t put = ::write(descriptor_, at, left);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return failed();
        at += put;
        left -= static_cast<std::size_t>(put);
    }
    rows_ += static_cast<std::int64_t>(rows.size()) / width_;
    return Done{};
}

Result<std::shared_ptr<const float>> RowFile::map() const {
    const auto bytes = static_cast<std::size_t>(rows_ * width_) * sizeof(float);
    if (bytes == 0) return std::shared_ptr<const float>();
    void* start = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, descriptor_, 0);
    if (start == MAP_FAILED) return failed();
    return std::shared_ptr<const float>(static_cast<const float*>(start), [bytes](const float* values) {
        ::munmap(const_cast<float*>(values), bytes);
    });
}

void RowFile::remove() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

}  // namespace tessera
