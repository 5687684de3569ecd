// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/shape.h"

namespace tessera {

std::int64_t elementCount(const Shape& shape) {
    std::int64_t count = 1;
    for (const auto extent : shape) count *= extent;
    return count;
}

std::string shapeText(const Shape& shape) {
    if (shape.empty()) return "scalar";
    std::string text;
    for (const auto extent : shape) {
        if (!text.empty()) text += " x ";
        text += std::to_string(extent);
    }
    return text;
}

}  // namespace tessera
