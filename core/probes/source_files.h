// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/provenance.h"
#include "core/data/dataset.h"
#include "core/model/model.h"

namespace tessera {

// The model's file, then those of the data (null: none) with their hashes. A folder or a generated set has no
// hash of its own and is named alone.
std::vector<SourceFile> sourceFilesOf(const Model& model, const Dataset* data);

}  // namespace tessera
