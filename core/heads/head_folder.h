// SPDX-License-Identifier: GPL-3.0-or-later
// Trained heads as files in a folder; nothing that is there is overwritten unless that is asked for.
#pragma once

#include <filesystem>
#include <vector>

#include "core/heads/head_file.h"
#include "core/heads/train_heads.h"

namespace tessera {

// Something came out of it: not stopped, or diverged, before the first epoch was through.
bool isWorthKeeping(const TrainedHead& trained);
// "softmax-seed-42-lr-0.001-wd-0.0001.safetensors"; with "-stopped" if it was not trained to its end.
std::string headFileName(const TrainedHead& trained);
// One file for each head that is worth keeping; gives their paths, one a head, empty for the others.
Result<std::vector<std::filesystem::path>> saveHeads(const std::filesystem::path& folder,
                                                     const HeadTraining& training,
                                                     const HeadMetadata& origin);

// The path, or with the first number that is not taken before its suffix: "heads-2", "a-2.npz".
std::filesystem::path freshPath(const std::filesystem::path& wanted);
// With those above it; one that is there already will do.
Result<Done> makeFolder(const std::filesystem::path& folder);
// Makes a folder of its own: `wanted`, or with a number where something is there already.
Result<std::filesystem::path> makeFreshFolder(const std::filesystem::path& wanted);

}  // namespace tessera
