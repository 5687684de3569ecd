// SPDX-License-Identifier: GPL-3.0-or-later
// The records of a zip file, as PyTorch writes them: stored, 64-byte aligned, zip64 where needed. Deflated
// records are read too, within bounds, because people repack checkpoints. Every size is checked against the
// file before memory is asked for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"
#include "core/model/file_bytes.h"

namespace tessera {

struct ZipRecord {
    std::string name;
    std::uint64_t headerOffset = 0;
    std::uint64_t packedSize = 0;
    std::uint64_t size = 0;
    std::uint32_t checksum = 0;
    std::uint16_t method = 0;  // 0 stored, 8 deflated
    std::uint16_t flags = 0;
};

class ZipRecords {
  public:
    static Result<ZipRecords> open(FileBytes& file);
    ZipRecords(ZipRecords&&) = default;  // no copies: byName_ looks into records_
    ZipRecords& operator=(ZipRecords&&) = default;

    const std::vector<ZipRecord>& records() const { return records_; }
    const ZipRecord* find(std::string_view name) const;
    // The record's bytes, with its checksum verified.
    Result<std::vector<std::byte>> read(FileBytes& file, const ZipRecord& record) const;
    // Where the bytes of a stored record begin, for those who read them in parts and check them themselves.
    Result<std::uint64_t> storedAt(FileBytes& file, const ZipRecord& record) const;

  private:
    ZipRecords() = default;
    std::vector<ZipRecord> records_;
    std::unordered_map<std::string_view, std::size_t> byName_;
};

}  // namespace tessera
