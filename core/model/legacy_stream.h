// SPDX-License-Identifier: GPL-3.0-or-later
// The stream torch.save wrote before PyTorch 1.6 and still writes on request: five pickles (magic number,
// protocol, system, object, storage keys), then every storage as a count and raw little-endian values.
#pragma once

#include "core/base/result.h"
#include "core/model/file_bytes.h"
#include "core/model/state_file.h"

namespace tessera {

// True if the file starts with the pickled magic number 0x1950a86a20f9469cfc6c.
bool isLegacyStream(FileBytes& file);
Result<StateFile> readLegacyStream(FileBytes& file);

}  // namespace tessera
