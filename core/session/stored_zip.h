// SPDX-License-Identifier: GPL-3.0-or-later
// The directory of a zip that lies somewhere in a byte store, with sentences that name it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/data/byte_store.h"
#include "core/model/zip_records.h"

namespace tessera {

class StoredZip {
  public:
    static Result<StoredZip> open(std::shared_ptr<const ByteStore> bytes, std::string what);
    const ZipRecord* find(std::string_view name) const { return records_.find(name); }
    // Whole, with its checksum verified; compressed entries too.
    Result<std::vector<std::byte>> read(const ZipRecord& record);
    // Where a stored entry begins.
    Result<std::uint64_t> storedAt(const ZipRecord& record);

  private:
    StoredZip(FileBytes file, ZipRecords records, std::string what)
        : file_(std::move(file)), records_(std::move(records)), what_(std::move(what)) {}
    FileBytes file_;
    ZipRecords records_;
    std::string what_;
};

}  // namespace tessera
