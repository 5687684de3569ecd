// SPDX-License-Identifier: GPL-3.0-or-later
// What stays the same as long as a file does.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace tessera {

// SHA-256 of a file's bytes, or of a folder's file names and sizes; lower-case hex.
Result<std::string> fingerprint(const std::filesystem::path& path, std::stop_token stop = {});
std::string sha256OfText(std::string_view text);

}  // namespace tessera
