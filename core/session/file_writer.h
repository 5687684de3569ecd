// SPDX-License-Identifier: GPL-3.0-or-later
// Writes a file that appears all at once: into a temporary file in the same folder, then to the disk, then
// renamed over the old one. Until keep() the old file is as it was.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string_view>

#include "core/base/progress.h"
#include "core/base/result.h"

namespace tessera {

class FileWriter {
  public:
    // Follows links, so that a session reached by one is replaced where it lies; keeps its permissions.
    static Result<FileWriter> create(const std::filesystem::path& path);
    FileWriter(FileWriter&& other) noexcept;
    FileWriter& operator=(FileWriter&&) = delete;
    ~FileWriter();  // without keep(): removes what was written

    // From now on a stop request ends every write with Cancelled, and bytes written are reported. The
    // progress must outlive the writer.
    void watch(std::stop_token stop, Progress& progress, std::uint64_t expectedBytes);

    std::uint64_t size() const { return size_; }
    // Of everything since startChecksum(), CRC-32.
    std::uint32_t checksum() const { return checksum_; }
    void startChecksum() { checksum_ = 0; }

    // `known`: the bytes' checksum where the caller has it, to save reading them twice.
    Result<Done> append(std::span<const unsigned char> bytes, const std::uint32_t* known = nullptr);
    Result<Done> append(std::string_view text);
    // Left out of the checksum: the caller has that of the whole.
    Result<Done> appendUncounted(std::span<const unsigned char> bytes);
    // Over what was written before; does not count in the checksum.
    Result<Done> patch(std::uint64_t offset, std::string_view bytes);
    // To the disk, then in place of the old file.
    Result<Done> keep();

    const std::filesystem::path& path() const { return path_; }

  private:
    FileWriter(std::filesystem::path path, std::filesystem::path temporary, int descriptor);
    Error failed(int number) const;
    Result<Done> put(std::uint64_t offset, std::span<const unsigned char> bytes);
    std::filesystem::path path_, target_, temporary_;  // as given; behind links; beside that
    int descriptor_ = -1;
    std::uint64_t size_ = 0, flushed_ = 0;
    std::uint32_t checksum_ = 0;
    std::stop_token stop_;
    Progress* progress_ = nullptr;
    std::uint64_t expected_ = 0;
};

// A small file in one go.
Result<Done> writeTextFile(const std::filesystem::path& path, std::string_view text);

}  // namespace tessera
