// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include "core/base/result.h"

namespace tessera {

// The first `length` inflated bytes (fewer if that is all there is). Memory grows with what is really there.
Result<std::vector<unsigned char>> gunzipStart(const std::filesystem::path& path, std::uint64_t length);
// The whole content, which must be exactly `length` bytes and match the file's checksum.
Result<std::vector<unsigned char>> gunzipExactly(const std::filesystem::path& path, std::uint64_t length);

}  // namespace tessera
