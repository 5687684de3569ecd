// SPDX-License-Identifier: GPL-3.0-or-later
// Bounded reads from a file or from memory. Reads, not a memory map: a training run may rewrite a checkpoint
// while it is being opened, and a map would then end in SIGBUS where a read ends in an Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace tessera {

class FileBytes {
  public:
    static Result<FileBytes> open(const std::filesystem::path& path);
    // The memory must outlive the object.
    static FileBytes ofMemory(std::span<const std::byte> memory);
    // Part of something else: `read` fills the span from the offset on, or gives false.
    using Reader = std::function<bool(std::uint64_t offset, std::span<std::byte> out)>;
    static FileBytes ofReader(std::uint64_t size, Reader read);

    std::uint64_t size() const { return size_; }
    // False if the range is not all there.
    bool read(std::uint64_t offset, std::span<std::byte> out);
    // As many of the `count` bytes at `offset` as there are.
    std::vector<std::byte> head(std::uint64_t offset, std::size_t count);

  private:
    std::ifstream file_;
    std::span<const std::byte> memory_;
    Reader reader_;
    std::uint64_t size_ = 0;
};

std::string_view asText(std::span<const std::byte> bytes);
// Unsigned little-endian number of sizeof(T) bytes; the caller has checked the range.
template <typename T>
T littleEndian(const std::byte* bytes) {
    T value = 0;
    for (std::size_t i = sizeof(T); i-- > 0;)
        value = static_cast<T>(value << 8) | std::to_integer<T>(bytes[i]);
    return value;
}

}  // namespace tessera
