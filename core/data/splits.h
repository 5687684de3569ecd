// SPDX-License-Identifier: GPL-3.0-or-later
// Which samples train a head, which are the reference pool (the sheet's "val") and which are evaluated.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset.h"

namespace tessera {

const char* partText(Part part);  // "train", "reference", "test"

struct Splits {
    // Sample indices, ascending. Samples without a label are in none of them.
    std::vector<std::int64_t> train, reference, test;
    bool isGiven = false;  // from the file
    const std::vector<std::int64_t>& of(Part part) const;
};

// The file's own split where it has one (Dataset::parts()), else stratified by label with the seed: each
// class is split by itself, equally on every machine. Shares in (0, 1).
Result<Splits> splitsOf(const Dataset& data, std::uint64_t seed, double referenceShare = 0.1,
                        double testShare = 0.2);

}  // namespace tessera
