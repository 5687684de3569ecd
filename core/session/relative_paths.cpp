// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/relative_paths.h"

namespace tessera {
namespace {

std::string relativePath(const std::string& absolute, const std::filesystem::path& folder) {
    if (absolute.empty()) return {};
    std::error_code error;
    const auto base = std::filesystem::weakly_canonical(std::filesystem::absolute(folder), error);
    // The file's own name stays as it is: a link may be what the user means.
    const std::filesystem::path file(absolute);
    const auto parent = std::filesystem::weakly_canonical(file.parent_path(), error);
    if (error) return {};
    return (parent / file.filename()).lexically_relative(base).generic_string();
}

}  // namespace

void makePathsRelative(SessionDocument& document, const std::filesystem::path& sessionFile) {
    const auto folder = std::filesystem::absolute(sessionFile).parent_path();
    forEachFile(document, [&](FileReference& file, const std::string&) {
        file.relative = relativePath(file.absolute, folder);
    });
}

}  // namespace tessera
