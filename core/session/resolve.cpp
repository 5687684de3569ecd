// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/resolve.h"

#include <algorithm>

#include "core/session/fingerprint.h"
#include "core/session/relative_paths.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

struct Candidate {
    fs::path path;
    bool isRecorded = false;  // where the session says, not merely a likely place
};

// Most likely first, without repetition.
std::vector<Candidate> candidates(const FileReference& file, const fs::path& folder,
                                  const Replacements& replacements) {
    std::vector<Candidate> list;
    const auto add = [&list](const fs::path& path, bool isRecorded) {
        const auto normal = path.lexically_normal();
        if (std::none_of(list.begin(), list.end(), [&](const auto& one) { return one.path == normal; }))
            list.push_back({normal, isRecorded});
    };
    if (const auto given = replacements.find(file.absolute); given != replacements.end()) {
        // What the user points at is taken or nothing is.
        add(given->second, false);
        return list;
    }
    if (!file.relative.empty()) add(folder / file.relative, true);
    if (!file.absolute.empty()) {
        add(file.absolute, true);
        add(folder / fs::path(file.absolute).filename(), false);
        // The user showed where one file went: its neighbours went with it.
        for (const auto& [from, to] : replacements) {
            const auto way = fs::path(file.absolute).lexically_relative(fs::path(from).parent_path());
            if (!way.empty()) add(to.parent_path() / way, false);
        }
    }
    return list;
}

std::string shownRole(const ResolvedFile& file) {
    return static_cast<char>(std::toupper(file.role.front())) + file.role.substr(1);
}

void describe(ResolvedFile& file) {
    const auto& was = file.reference.absolute;
    const auto role = shownRole(file);
    switch (file.status) {
        case FileStatus::Found:
            break;
        case FileStatus::Moved:
            file.sentence = role + " was at " + was + " and is now read from " + file.path.string() + ".";
            break;
        case FileStatus::Changed:
            file.sentence = role + ", " + file.path.string() +
                            ", has changed since the session was saved; results of it may differ when run "
                            "again.";
            break;
        case FileStatus::Missing:
            file.sentence = role + " is not at " + was + " any more; show where it is now.";
            break;
    }
}

}  // namespace

bool ResolvedSession::isAllThere() const {
    return std::none_of(files.begin(), files.end(),
                        [](const auto& file) { return file.status == FileStatus::Missing; });
}

bool ResolvedSession::isUnchanged() const {
    return std::none_of(files.begin(), files.end(), [](const auto& file) {
        return file.status == FileStatus::Missing || file.status == FileStatus::Changed;
    });
}

Result<ResolvedSession> resolveFiles(const SessionDocument& document, const fs::path& sessionFolder,
                                     const Replacements& replacements, std::stop_token stop,
                                     Progress& progress) {
    ResolvedSession session{document, {}};
    std::int64_t total = 0, done = 0;
    forEachFile(session.document, [&](FileReference&, const std::string&) { ++total; });
    std::map<fs::path, Result<std::string>> known;  // the data and its part are often one file
    bool wasStopped = false;
    const auto hashOf = [&](const fs::path& path) -> const Result<std::string>& {
        const auto found = known.find(path);
        return found != known.end() ? found->second
                                    : known.emplace(path, fingerprint(path, stop)).first->second;
    };
    std::error_code failure;  // no folder is the current one
    const auto folder = fs::absolute(sessionFolder.empty() ? fs::path(".") : sessionFolder, failure);
    forEachFile(session.document, [&](FileReference& reference, const std::string& role) {
        progress.report(done++, total, "looking for " + role);
        ResolvedFile file{role, reference, FileStatus::Missing, {}, {}};
        std::string unreadable;
        for (const auto& [path, isRecorded] : candidates(reference, folder, replacements)) {
            std::error_code ignored;
            if (wasStopped || !fs::exists(path, ignored)) continue;
            const auto& hash = hashOf(path);
            wasStopped = wasStopped || hash.isCancelled();
            if (hash.isError() && unreadable.empty()) unreadable = hash.error().message;
            if (!hash.isOk()) continue;
            const bool isSame = reference.sha256.empty() || hash.value() == reference.sha256;
            // Another file of that name in a likely place proves nothing; at the place itself it has changed.
            const bool isGiven = replacements.contains(reference.absolute);
            if (!isSame && (file.status == FileStatus::Changed || !(isRecorded || isGiven))) continue;
            file.path = path;
            file.status = !isSame ? FileStatus::Changed : isRecorded ? FileStatus::Found : FileStatus::Moved;
            if (isSame) break;
        }
        describe(file);
        if (file.status == FileStatus::Missing && !unreadable.empty())
            file.sentence = shownRole(file) + ": " + unreadable;
        if (!file.path.empty()) reference.absolute = file.path.string();
        session.files.push_back(std::move(file));
    });
    if (wasStopped || stop.stop_requested()) return Cancelled{};
    return session;
}

Result<FileReference> referenceTo(const fs::path& path, std::string knownSha256) {
    if (path.empty()) return inputError("No file is named; give its path.");
    FileReference file;
    std::error_code failure;
    file.absolute = fs::absolute(path, failure).lexically_normal().string();
    if (knownSha256.empty()) {
        auto hash = fingerprint(path);
        if (!hash.isOk()) return std::move(hash).propagate<FileReference>();
        knownSha256 = std::move(hash).value();
    }
    file.sha256 = std::move(knownSha256);
    return file;
}

}  // namespace tessera
