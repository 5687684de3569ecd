// SPDX-License-Identifier: GPL-3.0-or-later
// A .tessera file: a zip (zip64 where needed) of session.json and one results/ID.npz for each result, stored,
// with checksums, so that anybody can unzip it. Opening reads session.json alone and never runs anything.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/session/document.h"
#include "core/session/record_store.h"

namespace tessera {

struct OpenedSession {
    SessionDocument document;
    std::map<std::string, std::shared_ptr<const StoredRecord>> numbers;  // by result id
    std::vector<std::string> notes;  // what the user should know: numbers missing, parts left out
};

Result<OpenedSession> openSession(const std::filesystem::path& path);
// Whether the file looks like a session at all (a zip that starts with session.json): for telling dropped
// files apart. Reads 64 bytes.
bool isSessionFile(const std::filesystem::path& path);

// Replaces `path` in one step once all is on the disk: after a failure, a full disk or a stop the old file is
// as it was. Paths become relative to the file's folder. Numbers that already lie in a file (the old one, the
// recovery folder) are copied as they are. Results without an entry in `numbers` are saved without numbers.
// Gives what openSession would give for the new file, so that memory can be let go.
Result<OpenedSession> saveSession(const std::filesystem::path& path, SessionDocument document,
                                  std::span<const ResultNumbers> numbers, std::stop_token stop,
                                  Progress& progress);

}  // namespace tessera
