// SPDX-License-Identifier: GPL-3.0-or-later
// A result's numbers in a file: an .npz whose arrays NumPy opens, with record.json for all that is not bulk.
// Written at the speed of the disk, read back on request. What is read was checked: sizes, types, checksums.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

#include "core/base/progress.h"
#include "core/base/record.h"
#include "core/base/result.h"
#include "core/data/byte_store.h"

namespace tessera {

class FileWriter;  // file_writer.h

// A range of an open file that holds one record. It keeps the file open, so it stays readable after the file
// was replaced or removed. Any thread.
class StoredRecord {
  public:
    // `what` names it in sentences: "Result r1 in moons.tessera".
    StoredRecord(std::shared_ptr<const ByteStore> bytes, std::uint32_t checksum, std::string what)
        : bytes_(std::move(bytes)), checksum_(checksum), what_(std::move(what)) {}

    // Everything but the bulk: columns and arrays are there with name, unit and type, and are empty.
    Result<ResultRecord> head() const;
    Result<std::shared_ptr<const ResultRecord>> load(std::stop_token stop, Progress& progress) const;

    const ByteStore& bytes() const { return *bytes_; }
    std::uint32_t checksum() const { return checksum_; }  // CRC-32 of all bytes
    const std::string& what() const { return what_; }

  private:
    std::shared_ptr<const ByteStore> bytes_;
    std::uint32_t checksum_;
    std::string what_;
};

// A record of this process, or one that lies in a file, or both (the same numbers then).
struct ResultNumbers {
    std::string id;  // names a result for good: what it stands for never changes
    std::shared_ptr<const ResultRecord> record;
    std::shared_ptr<const StoredRecord> stored;
};

// Appends the record at the writer's end. Equal records give equal bytes.
Result<Done> writeRecord(const ResultRecord& record, FileWriter& writer);
// As it lies there, checksum and all: what was damaged stays known to be damaged. Not in the writer's
// checksum.
Result<Done> writeStored(const StoredRecord& stored, FileWriter& writer);
// The same as a file of its own, replaced in one step: an export, and the recovery folder's form.
Result<std::shared_ptr<const StoredRecord>> writeRecordFile(const std::filesystem::path& path,
                                                            const ResultRecord& record, std::stop_token stop,
                                                            Progress& progress);
Result<std::shared_ptr<const StoredRecord>> copyRecordFile(const std::filesystem::path& path,
                                                           const StoredRecord& stored, std::stop_token stop,
                                                           Progress& progress);
Result<std::shared_ptr<const StoredRecord>> openRecordFile(const std::filesystem::path& path,
                                                           std::uint32_t checksum);

}  // namespace tessera
