// SPDX-License-Identifier: GPL-3.0-or-later
// Saves the session every so often where a crash leaves it, and finds it again. Each result is written once;
// session.json is replaced in one step. Call from one job at a time, off the window's thread.
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
#include "core/session/session_file.h"

namespace tessera {

class FolderLock;  // held as long as the program lives; the system lets go of it however the program ends

// One running program's place in the recovery folder.
class Autosave {
  public:
    // Makes a folder of its own in `folder` (made if need be) and locks it.
    static Result<std::shared_ptr<Autosave>> start(const std::filesystem::path& folder);
    ~Autosave();  // leaves the files: only clear() says that all went well
    Autosave(const Autosave&) = delete;
    Autosave& operator=(const Autosave&) = delete;

    // `sessionPath`: where the user saved it; empty: nowhere yet. Numbers in that file are referred to, not
    // copied. Gives the records as they now lie on the disk, so that memory can be let go.
    Result<std::map<std::string, std::shared_ptr<const StoredRecord>>> write(
        const SessionDocument& document, const std::filesystem::path& sessionPath,
        std::span<const ResultNumbers> numbers, std::stop_token stop, Progress& progress);
    // Nothing to recover any more: on a regular end, and when the user closes the session.
    Result<Done> clear();

    const std::filesystem::path& folder() const { return folder_; }

  private:
    Autosave(std::filesystem::path folder, std::unique_ptr<FolderLock> lock);
    std::filesystem::path folder_;
    std::unique_ptr<FolderLock> lock_;
    std::map<std::string, std::shared_ptr<const StoredRecord>> written_;
};

// What a program that ended badly left behind. Held locked, so that a second program does not offer it too.
struct Recoverable {
    std::filesystem::path folder;
    std::string saved;                  // UTC time of the last autosave
    std::filesystem::path sessionPath;  // where it was saved by hand; empty: never
    std::size_t results = 0;
    std::shared_ptr<FolderLock> lock;
    std::string problem = {};  // why it cannot be read, as opening it says too; it can only be discarded
};

// Newest first, then those that cannot be read. Folders of programs that still run, and those without
// anything saved, are not listed; the latter are removed.
std::vector<Recoverable> findRecoverable(const std::filesystem::path& folder);
Result<OpenedSession> openRecoverable(const Recoverable& recoverable);
Result<Done> discardRecoverable(const Recoverable& recoverable);

}  // namespace tessera
