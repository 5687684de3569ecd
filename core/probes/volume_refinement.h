// SPDX-License-Identifier: GPL-3.0-or-later
// From one level of a sampled volume to the next: which points are worth an evaluation, and what the others
// are taken to be.
#pragma once

#include <cstdint>
#include <vector>

#include "core/probes/volume_sampler.h"

namespace tessera {

// The grid with its spacing halved.
GridShape halvedSpacing(const GridShape& grid);

// By the lowest corners of its cubes, whether the boundary may lie in one: its corners differ in class, or
// the margin at one of them is small enough to fall to zero inside the cube and rise again as steeply as
// margins change in and beside it. Looks at `stop` now and then; what is returned after a stop is not to be
// used.
std::vector<char> contestedCubes(const SampledVolume& level, const std::stop_token& stop);

// The next level: points of `coarse` as they are, the others interpolated (the mean of the two, four or eight
// points around them). `chosen` gets the points not evaluated yet that lie in or on a contested cube;
// `checks` a fixed share of the rest, spread evenly.
Result<SampledVolume> refined(const SampledVolume& coarse, const std::stop_token& stop,
                              std::vector<std::int64_t>& chosen, std::vector<std::int64_t>& checks);

// The points beside these (26 neighbours) that are not evaluated yet, ascending, each once.
std::vector<std::int64_t> unevaluatedAround(const SampledVolume& level,
                                            const std::vector<std::int64_t>& points);

}  // namespace tessera
