// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/fingerprint.h"

#include <algorithm>
#include <vector>

#include "core/base/provenance.h"
#include "core/base/sha256.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

// 100,000 pictures would take minutes to read; a folder that lost, gained or changed files shows in this.
Result<std::string> folderFingerprint(const fs::path& path, const std::stop_token& stop) {
    std::vector<std::string> lines;
    std::error_code error;
    for (auto entry = fs::recursive_directory_iterator(path, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (stop.stop_requested()) return Cancelled{};
        std::error_code ignored;
        if (entry->is_regular_file(ignored))
            lines.push_back(entry->path().lexically_relative(path).generic_string() + '\0' +
                            std::to_string(entry->file_size(ignored)) + '\n');
    }
    if (error)
        return fileError(path.string() + " cannot be read (" + error.message() + "); check its permissions.");
    std::sort(lines.begin(), lines.end());
    Sha256 hash;
    for (const auto& line : lines) hash.add(line);
    return hash.text();
}

}  // namespace

std::string sha256OfText(std::string_view text) {
    Sha256 hash;
    hash.add(text);
    return hash.text();
}

Result<std::string> fingerprint(const fs::path& path, std::stop_token stop) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) return folderFingerprint(path, stop);
    if (!fs::is_regular_file(path, ignored))
        return fileError(path.string() + " is not a file or folder that can be read; check the path.");
    return sha256OfFile(path, std::move(stop));
}

}  // namespace tessera
