// SPDX-License-Identifier: GPL-3.0-or-later
// A representation with labels, in memory: what heads are trained on and compared over.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/data/splits.h"
#include "core/numerics/rows.h"

namespace tessera {

struct Embeddings {
    Rows points;                       // sample by sample, as in the data
    std::vector<std::int32_t> labels;  // -1: none
    std::vector<std::string> classNames;
    Splits splits;
    std::int64_t dimension() const { return points.cols(); }
    int classes() const { return static_cast<int>(classNames.size()); }
    // Rows and labels of some samples, copied.
    Rows pointsOf(std::span<const std::int64_t> samples) const;
    std::vector<std::int32_t> labelsOf(std::span<const std::int64_t> samples) const;
};

// Samples are flattened. Refused in a sentence: values that are not finite, fewer than two classes in the
// training part, more than fits in memory.
Result<Embeddings> readEmbeddings(const Dataset& data, Splits splits, std::stop_token stop,
                                  Progress& progress);

}  // namespace tessera
