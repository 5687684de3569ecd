// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON table of a safetensors file, parsed event by event: no document is built, so a hostile header can
// neither nest deeply nor hide a name that comes twice.
#pragma once

#include <cstdint>
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

Result<std::vector<SafetensorsEntry>> parseSafetensorsHeader(std::string_view json);

}  // namespace tessera
