// SPDX-License-Identifier: GPL-3.0-or-later
// The steps of state_file.h on open bytes, for tests and fuzzers. Messages do not name the file yet.
#pragma once

#include "core/base/result.h"
#include "core/model/file_bytes.h"
#include "core/model/state_file.h"

namespace tessera {

Result<ModelFileKind> kindOfBytes(FileBytes& file);
Result<StateFile> readStateBytes(FileBytes& file);
// Removes "module." and "_orig_mod." and records that it did.
Result<StateFile> withoutPrefixes(StateFile state);
// One sentence on what a file that is no model is instead.
Error notAModel(FileBytes& file);

}  // namespace tessera
