// SPDX-License-Identifier: GPL-3.0-or-later
// A zip of stored (not compressed) entries, zip64 where needed, written in one go. Bulk starts at multiples
// of 64 bytes. core/model/zip_records.h reads it, as does unzip.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/session/file_writer.h"

namespace tessera {

class ZipWriter {
  public:
    // The zip starts at the writer's end, which need not be the start of the file: a zip in a zip.
    explicit ZipWriter(FileWriter& file) : file_(file), start_(file.size()) {}

    // An entry of `head` and then `body`, with one pass over the bytes for the checksum.
    Result<Done> add(const std::string& name, std::string_view head,
                     std::span<const unsigned char> body = {});
    // An entry that the caller appends to the writer before end(). `mostBytes` chooses the form of its
    // header: an upper bound of its size.
    Result<Done> begin(const std::string& name, std::uint64_t mostBytes);
    Result<Done> end(std::optional<std::uint32_t> knownChecksum = std::nullopt);
    Result<Done> finish();

  private:
    struct Entry {
        std::string name;
        std::uint64_t headerOffset = 0, size = 0;
        std::uint32_t checksum = 0;
        bool isLarge = false;
    };
    static std::string header(const Entry& entry);
    FileWriter& file_;
    std::uint64_t start_;
    std::vector<Entry> entries_;
    std::uint64_t bodyOffset_ = 0;
};

}  // namespace tessera
