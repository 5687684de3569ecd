// SPDX-License-Identifier: GPL-3.0-or-later
// Random linear heads and points.
#pragma once

#include <random>

#include "core/probes/linear_head.h"

namespace tessera::test {

inline Rows randomRows(std::int64_t count, std::int64_t width, unsigned seed, double deviation = 1) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal(0, deviation);
    Rows rows(count, width);
    for (std::int64_t i = 0; i < rows.size(); ++i) rows.data()[i] = normal(generator);
    return rows;
}

inline LinearHead randomHead(std::int64_t classes, std::int64_t width, unsigned seed) {
    return {randomRows(classes, width, seed), 0.3 * randomRows(classes, 1, seed + 1).col(0)};
}

}  // namespace tessera::test
