// SPDX-License-Identifier: GPL-3.0-or-later
// Finds a session's models and data again: by the relative path first, then the absolute one, then beside the
// session, and by hash. Decides nothing for the user: whoever calls asks for what is missing and says what to
// do about what changed.
#pragma once

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/session/document.h"
#include "core/session/fingerprint.h"  // for what FileReference::sha256 holds

namespace tessera {

enum class FileStatus {
    Found,    // where it was, unchanged
    Moved,    // unchanged, at another place
    Changed,  // there, with other bytes than when the session was saved
    Missing,
};

struct ResolvedFile {
    std::string role;  // "model m1", "architecture of m1", "data", "part of the data"
    FileReference reference;
    FileStatus status = FileStatus::Missing;
    std::filesystem::path path;  // to be opened; empty if missing
    std::string sentence;        // for all but Found
};

struct ResolvedSession {
    SessionDocument document;  // absolute paths are those that were found
    std::vector<ResolvedFile> files;
    bool isAllThere() const;   // nothing missing
    bool isUnchanged() const;  // nothing missing or changed
};

// `replacements`: for a reference's absolute path, the file or folder the user points at.
using Replacements = std::map<std::string, std::filesystem::path>;

// Hashes files, so it belongs in a job. `sessionFolder`: of the .tessera file.
Result<ResolvedSession> resolveFiles(const SessionDocument& document,
                                     const std::filesystem::path& sessionFolder,
                                     const Replacements& replacements, std::stop_token stop,
                                     Progress& progress);

// A reference with its hash (computed here unless it is known); the relative path is filled in on saving.
Result<FileReference> referenceTo(const std::filesystem::path& path, std::string knownSha256 = {});

}  // namespace tessera
