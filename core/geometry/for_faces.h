// SPDX-License-Identifier: GPL-3.0-or-later
// A loop over the faces of an arrangement, shared by threads in stretches long enough to pay for them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/geometry/arrangement.h"
#include "core/geometry/parallel_for.h"

namespace tessera {

// body(face) for every face; must write only to that face's own entries.
template <typename Body>
void forFaces(const Arrangement& map, int threads, Body&& body) {
    constexpr std::int64_t kStretch = 16384;  // some 100 microseconds, as much as starting a thread costs
    const std::int64_t faces = map.faceCount();
    parallelFor(static_cast<std::size_t>((faces + kStretch - 1) / kStretch), threads,
                [&](std::size_t stretch, std::size_t) {
                    const std::int64_t begin = static_cast<std::int64_t>(stretch) * kStretch;
                    const std::int64_t end = std::min(faces, begin + kStretch);
                    for (std::int64_t face = begin; face < end; ++face) body(static_cast<std::int32_t>(face));
                });
}

}  // namespace tessera
