// SPDX-License-Identifier: GPL-3.0-or-later
// The readers behind openDataset, one per format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>

#include "core/data/dataset.h"

namespace tessera {

using OpenedDataset = Result<std::shared_ptr<const Dataset>>;

// `compressed`: gzip. Either of the two files of a pair may be given.
OpenedDataset openIdx(const std::filesystem::path& path, bool compressed);
// True if `start` begins like an IDX header and, if fileSize is given (not 0), announces just that size.
bool looksLikeIdx(const unsigned char* start, std::size_t length, std::uint64_t fileSize);

inline constexpr std::int64_t kUnbounded = std::numeric_limits<std::int64_t>::max();
// `most`: files and folders to look at, where it is not a person who chose the folder.
OpenedDataset openImageFolder(const std::filesystem::path& folder, std::int64_t most = kUnbounded);
// True if a folder below `folder` holds an image.
bool looksLikeImageFolder(const std::filesystem::path& folder);

OpenedDataset openNpyDataset(const std::filesystem::path& path, const DataOptions& options);
OpenedDataset openNpzDataset(const std::filesystem::path& path, const DataOptions& options);
OpenedDataset openSafetensorsDataset(const std::filesystem::path& path, const DataOptions& options);
// A safetensors file of samples, not of weights.
bool holdsSamples(const std::filesystem::path& path);
bool looksLikeSafetensorsData(const unsigned char* start, std::size_t length);
OpenedDataset openCsv(const std::filesystem::path& path, const DataOptions& options);

// One .bin file, or the folder of batches (the training batches).
OpenedDataset openCifar(const std::filesystem::path& path);
bool looksLikeCifarFolder(const std::filesystem::path& folder);
bool looksLikeCifarFile(const std::filesystem::path& path);

// "generate:moons?samples=1000&noise=0.1&seed=7"
OpenedDataset generateDataset(const std::string& source);

}  // namespace tessera
