// SPDX-License-Identifier: GPL-3.0-or-later
// The arrays in an .npz, listed by their headers and read one by one; stored ones straight from the file, on
// request.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/data/byte_store.h"
#include "core/data/npz.h"

namespace tessera {

struct NpzMember {
    std::string name;  // without ".npy"
    NpyHeader header;
    bool deflated = false;
    std::uint64_t fileOffset = 0;                  // of a stored member's bytes
    std::uint64_t size = 0;                        // of the .npy inside
    std::uint64_t zipPosition = 0, zipNumber = 0;  // in the central directory
};

class NpzArchive {
  public:
    static Result<NpzArchive> open(const std::filesystem::path& path);
    const std::vector<NpzMember>& members() const { return members_; }
    const NpzMember* find(std::string_view name) const;
    // The whole .npy of a member. A stored one stays in the file; a deflated one is inflated into memory.
    Result<std::shared_ptr<const ByteStore>> bytes(const NpzMember& member) const;
    Result<NpyArray> array(const NpzMember& member) const;
    std::string what(const NpzMember& member) const;

  private:
    std::filesystem::path path_;
    std::shared_ptr<const FileStore> file_;
    std::vector<NpzMember> members_;
};

}  // namespace tessera
