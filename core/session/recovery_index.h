// SPDX-License-Identifier: GPL-3.0-or-later
// autosave.json: the session, and where the numbers of its results lie.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/session/document.h"

namespace tessera {

inline constexpr const char* kRecoveryIndex = "autosave.json";

struct RecoveryIndex {
    std::string saved;
    std::filesystem::path sessionPath;
    SessionDocument document;
    struct Numbers {
        std::uint64_t size = 0;
        std::uint32_t checksum = 0;
        bool isInSession = false;  // in the file at sessionPath, not in the recovery folder
    };
    std::map<std::string, Numbers> numbers;  // by result id
};

Result<Done> writeRecoveryIndex(const std::filesystem::path& path, const RecoveryIndex& index,
                                std::stop_token stop, Progress& progress);
Result<RecoveryIndex> readRecoveryIndex(const std::filesystem::path& path, std::vector<std::string>* notes);

}  // namespace tessera
