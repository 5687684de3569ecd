// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/file_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tessera {
namespace {

// A stop request is seen, and the disk is given work, every so many bytes.
constexpr std::size_t kBlock = 8u << 20;

int openTemporary(const std::filesystem::path& temporary) {
    return ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

// A name in a folder is on the disk once the folder is.
void syncFolder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    ::fsync(descriptor);
    ::close(descriptor);
}

}  // namespace

Result<FileWriter> FileWriter::create(const std::filesystem::path& path) {
    std::error_code error;
    auto target = std::filesystem::weakly_canonical(path, error);
    if (error) target = path;
    struct stat old {};
    const bool isThere = ::stat(target.c_str(), &old) == 0;
    if (isThere && !S_ISREG(old.st_mode))
        return fileError(path.string() + " is not a regular file; choose another name.");
    if (isThere && ::access(target.c_str(), W_OK) != 0)
        return fileError(path.string() + " may not be changed; choose another name or allow writing to it.");
    // Of this process and of no other writer in it.
    for (int attempt = 0; attempt < 1000; ++attempt) {
        const std::filesystem::path temporary =
            target.parent_path() / ("." + target.filename().string() + ".part" + std::to_string(::getpid()) +
                                    "-" + std::to_string(attempt));
        const int descriptor = openTemporary(temporary);
        if (descriptor < 0 && errno == EEXIST) continue;
        FileWriter writer(path, temporary, descriptor);
        if (descriptor < 0) return writer.failed(errno);
        writer.target_ = target;
        if (isThere) ::fchmod(descriptor, old.st_mode & 07777);
        return writer;
    }
    return fileError("The folder of " + path.string() +
                     " is full of unfinished files; remove those that end in .part and a number.");
}

FileWriter::FileWriter(std::filesystem::path path, std::filesystem::path temporary, int descriptor)
    : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      temporary_(std::move(other.temporary_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      flushed_(other.flushed_),
      checksum_(other.checksum_),
      stop_(std::move(other.stop_)),
      progress_(other.progress_),
      expected_(other.expected_) {}

FileWriter::~FileWriter() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
}

void FileWriter::watch(std::stop_token stop, Progress& progress, std::uint64_t expectedBytes) {
    stop_ = std::move(stop);
    progress_ = &progress;
    expected_ = expectedBytes;
}

Error FileWriter::failed(int number) const {
    return {ErrorKind::Resource,
            path_.string() + " cannot be written (" + std::strerror(number) +
                "); check the folder, its permissions and the free space.",
            {}};
}

Result<Done> FileWriter::put(std::uint64_t offset, std::span<const unsigned char> bytes) {
    while (!bytes.empty()) {
        const auto part = std::min<std::size_t>(bytes.size(), 1u << 30);
        const auto written = ::pwrite(descriptor_, bytes.data(), part, static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return failed(written < 0 ? errno : EIO);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
    return Done{};
}

Result<Done> FileWriter::append(std::span<const unsigned char> bytes, const std::uint32_t* known) {
    if (bytes.empty()) return Done{};
    if (known != nullptr)
        checksum_ =
            static_cast<std::uint32_t>(crc32_combine(checksum_, *known, static_cast<z_off_t>(bytes.size())));
    else
        checksum_ = static_cast<std::uint32_t>(crc32_z(checksum_, bytes.data(), bytes.size()));
    return appendUncounted(bytes);
}

Result<Done> FileWriter::appendUncounted(std::span<const unsigned char> bytes) {
    while (!bytes.empty()) {
        if (stop_.stop_requested()) return Cancelled{};
        const auto part = bytes.first(std::min(bytes.size(), kBlock));
        auto written = put(size_, part);
        if (!written.isOk()) return written;
        bytes = bytes.subspan(part.size());
        size_ += part.size();
        if (size_ - flushed_ >= kBlock) {
            // The disk starts on what is there while the rest is still being made.
            ::sync_file_range(descriptor_, static_cast<off_t>(flushed_), static_cast<off_t>(size_ - flushed_),
                              SYNC_FILE_RANGE_WRITE);
            flushed_ = size_;
            if (progress_ != nullptr)
                progress_->reportShare(
                    static_cast<double>(size_) / static_cast<double>(std::max<std::uint64_t>(expected_, 1)),
                    "saving");
        }
    }
    return Done{};
}

Result<Done> FileWriter::append(std::string_view text) {
    return append({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

Result<Done> FileWriter::patch(std::uint64_t offset, std::string_view bytes) {
    return put(offset, {reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

Result<Done> FileWriter::keep() {
    if (stop_.stop_requested()) return Cancelled{};
    if (::fsync(descriptor_) != 0) return failed(errno);
    // Some file systems tell of a full disk only here.
    const bool isClosed = ::close(std::exchange(descriptor_, -1)) == 0;
    const int closeError = errno;
    if (!isClosed || ::rename(temporary_.c_str(), target_.c_str()) != 0) {
        const int number = isClosed ? errno : closeError;
        ::unlink(temporary_.c_str());
        return failed(number);
    }
    syncFolder(target_.parent_path());
    return Done{};
}

Result<Done> writeTextFile(const std::filesystem::path& path, std::string_view text) {
    auto file = FileWriter::create(path);
    if (!file.isOk()) return std::move(file).propagate<Done>();
    auto written = file.value().append(text);
    return written.isOk() ? file.value().keep() : written;
}

}  // namespace tessera
