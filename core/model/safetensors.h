// SPDX-License-Identifier: GPL-3.0-or-later
// safetensors: an 8-byte little-endian header length, a JSON table (dtype, shape, data_offsets), then the
// values. The format promises no overlap and no gap; a file that breaks the promise is refused.
#pragma once

#include "core/base/result.h"
#include "core/model/file_bytes.h"
#include "core/model/state_file.h"

namespace tessera {

// True if a plausible header length is followed by '{'.
bool looksLikeSafetensors(FileBytes& file);
Result<StateFile> readSafetensors(FileBytes& file);

}  // namespace tessera
