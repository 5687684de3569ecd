// SPDX-License-Identifier: GPL-3.0-or-later
// Where a result comes from: everything needed to make it again, kept with every output.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace tessera {

struct SourceFile {
    std::string path;
    std::string sha256;  // lower-case hex
};

struct Provenance {
    std::string version;         // of Tessera
    std::string dtype;           // "float64"
    std::string device = "cpu";  // as LibTorch names it
    std::uint64_t seed = 0;
    double tolerance = 0;      // what the probe counts as zero; unit stated by the probe
    std::int64_t samples = 0;  // points or samples evaluated
    double seconds = 0;        // wall time
    int threads = 1;
    bool complete = true;  // false: cancelled or stopped by a budget
    std::string note;      // why not complete, what was approximated
    std::vector<SourceFile> files;
};

// SHA-256 of a file's bytes, lower-case hex; streams, so any size is fine.
Result<std::string> sha256OfFile(const std::filesystem::path& path, std::stop_token stop = {});
// The version of this build, "0.1.0".
const char* tesseraVersion();

}  // namespace tessera
