// SPDX-License-Identifier: GPL-3.0-or-later
// The shape of one sample, without the batch dimension: {784}, {1, 28, 28}, {3, 32, 32}.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tessera {

using Shape = std::vector<std::int64_t>;

// Number of values in one sample; 1 for an empty shape.
std::int64_t elementCount(const Shape& shape);
// "1 x 28 x 28"; "scalar" for an empty shape.
std::string shapeText(const Shape& shape);

}  // namespace tessera
