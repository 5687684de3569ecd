// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/file_bytes.h"

#include <algorithm>
#include <cstring>
#include <system_error>

namespace tessera {

Result<FileBytes> FileBytes::open(const std::filesystem::path& path) {
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (!std::filesystem::exists(status)) return fileError("there is no such file; check the name");
    if (std::filesystem::is_directory(status)) return fileError("is a folder; choose a model file inside it");
    if (!std::filesystem::is_regular_file(status))
        return fileError("is a device or pipe; choose a regular file");
    FileBytes bytes;
    bytes.size_ = std::filesystem::file_size(path, failure);
    if (!failure) bytes.file_.open(path, std::ios::binary);
    if (failure || !bytes.file_) return fileError("the file cannot be opened; check its permissions");
    return bytes;
}

FileBytes FileBytes::ofMemory(std::span<const std::byte> memory) {
    FileBytes bytes;
    bytes.memory_ = memory;
    bytes.size_ = memory.size();
    return bytes;
}

FileBytes FileBytes::ofReader(std::uint64_t size, Reader read) {
    FileBytes bytes;
    bytes.reader_ = std::move(read);
    bytes.size_ = size;
    return bytes;
}

bool FileBytes::read(std::uint64_t offset, std::span<std::byte> out) {
    if (offset > size_ || out.size() > size_ - offset) return false;
    if (out.empty()) return true;
    if (reader_) return reader_(offset, out);
    if (!file_.is_open()) {
        std::memcpy(out.data(), memory_.data() + offset, out.size());
        return true;
    }
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(offset));
    file_.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    return static_cast<std::uint64_t>(file_.gcount()) == out.size();
}

std::vector<std::byte> FileBytes::head(std::uint64_t offset, std::size_t count) {
    if (offset >= size_) return {};
    std::vector<std::byte> bytes(static_cast<std::size_t>(std::min<std::uint64_t>(count, size_ - offset)));
    if (!read(offset, bytes)) return {};
    return bytes;
}

std::string_view asText(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace tessera
