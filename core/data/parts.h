// SPDX-License-Identifier: GPL-3.0-or-later
// The split that a file brings along, from what it says per sample.
#pragma once

#include <span>
#include <string>

#include "core/data/stored_dataset.h"

namespace tessera {

// 0 or "train", 1 or "reference" or "val", 2 or "test" per sample; checks their number and fills facts.parts.
// `what` names the array or column.
Result<Done> takeParts(DatasetFacts& facts, std::span<const std::string> texts, const std::string& what);

}  // namespace tessera
