// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/stored_zip.h"

#include <algorithm>

namespace tessera {
namespace {

// Names in a zip may hold anything; a sentence is one line.
Error named(Error error, const std::string& what) {
    for (char& c : error.message)
        if (static_cast<unsigned char>(c) < 32 || c == 127) c = '?';
    error.message = what + " cannot be read: " + error.message + ".";
    return error;
}

}  // namespace

Result<StoredZip> StoredZip::open(std::shared_ptr<const ByteStore> bytes, std::string what) {
    const auto size = bytes->size();
    auto file =
        FileBytes::ofReader(size, [bytes = std::move(bytes)](std::uint64_t offset, std::span<std::byte> out) {
            return bytes->read(offset, out.size(), reinterpret_cast<unsigned char*>(out.data())).isOk();
        });
    auto records = ZipRecords::open(file);
    if (!records.isOk()) return named(std::move(records).error(), what);
    return StoredZip(std::move(file), std::move(records).value(), std::move(what));
}

Result<std::vector<std::byte>> StoredZip::read(const ZipRecord& record) {
    auto bytes = records_.read(file_, record);
    return bytes.isOk() ? std::move(bytes) : named(std::move(bytes).error(), what_);
}

Result<std::uint64_t> StoredZip::storedAt(const ZipRecord& record) {
    auto begin = records_.storedAt(file_, record);
    return begin.isOk() ? std::move(begin) : named(std::move(begin).error(), what_);
}

}  // namespace tessera
