// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON table of a safetensors file, parsed event by event: no document is built, so a hostile header can
// neither nest deeply nor hide a name that comes twice.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/shape.h"

namespace tessera {

struct SafetensorsEntry {
    std::string name;
    std::string dtype;
    Shape shape;
    std::vector<std::uint64_t> offsets;  // begin, end: bytes from the start of the values
    bool hasShape = false;
};

constexpr std::uint64_t kLargestSafetensorsHeader = 100'000'000;  // the format's own bound

// Errors here say what is wrong with "it"; the caller names the file.
// `metadata`, if wanted: the texts that the header holds about the file; of a key that comes twice, the
// first.
Result<std::vector<SafetensorsEntry>> parseSafetensorsHeader(
    std::string_view json, std::map<std::string, std::string>* metadata = nullptr);
// Puts the entries into the order of their values and holds the file to its promise: no overlap, no gap, and
// as many bytes as dtype and shape need.
Result<Done> checkSafetensorsLayout(std::vector<SafetensorsEntry>& entries, std::uint64_t dataSize);

}  // namespace tessera
