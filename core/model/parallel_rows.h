// SPDX-License-Identifier: GPL-3.0-or-later
// Splits a batch over threads of our own. OpenMP and BLAS teams inside LibTorch are switched off: they meet
// at a barrier in every operation and spin there, which under load makes a convolution a hundred times
// slower; samples need no barrier at all.
#pragma once

#include <cstdint>
#include <functional>

namespace tessera {

// In how many parts parallelRows would split that many.
std::int64_t rowParts(std::int64_t count, std::int64_t grain);

// Calls work(first, rows) for disjoint ranges that cover [0, count), each at least `grain` rows (but for a
// smaller count), on up to computeThreads() threads; returns when all are done. The first exception is
// rethrown.
void parallelRows(std::int64_t count, std::int64_t grain,
                  const std::function<void(std::int64_t first, std::int64_t rows)>& work);

}  // namespace tessera
