// SPDX-License-Identifier: GPL-3.0-or-later
// The faces of an arrangement in stretches worth a thread's while.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/geometry/arrangement.h"

namespace tessera {

inline constexpr std::int64_t kFaceStretch = 2048;  // some 50 to 100 microseconds

inline std::size_t faceStretches(const Arrangement& map) {
    return static_cast<std::size_t>((map.faceCount() + kFaceStretch - 1) / kFaceStretch);
}

// body(face) for every face of a stretch.
template <typename Body>
void forFacesOf(const Arrangement& map, std::size_t stretch, Body&& body) {
    const std::int64_t begin = static_cast<std::int64_t>(stretch) * kFaceStretch;
    const std::int64_t end = std::min(map.faceCount(), begin + kFaceStretch);
    for (std::int64_t face = begin; face < end; ++face) body(static_cast<std::int32_t>(face));
}

}  // namespace tessera
