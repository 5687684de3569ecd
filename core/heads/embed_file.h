// SPDX-License-Identifier: GPL-3.0-or-later
// The .npz that embeddings are kept in: numbers, labels, names, and where the raw items are.
#pragma once

#include <filesystem>

#include "core/heads/embed.h"
#include "core/heads/row_file.h"

namespace tessera {

// The paths in it are absolute.
Result<Done> writeEmbeddings(const std::filesystem::path& path, const EmbedRequest& request,
                             const std::string& layer, const RowFile& rows);
// Absolute, links in its folders resolved; what is no file or folder ("generate:moons") stays what it is.
std::filesystem::path wholePath(const std::filesystem::path& path);

}  // namespace tessera
