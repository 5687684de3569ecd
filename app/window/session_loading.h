// SPDX-License-Identifier: GPL-3.0-or-later
// The work behind opening a session, without window or thread: reads the file, finds its models and data, and
// loads them. Runs no probe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "core/model/model.h"
#include "core/probes/linear_regions.h"
#include "core/session/recovery.h"
#include "core/session/resolve.h"
#include "core/session/session_file.h"

namespace tessera {

struct LoadedSession {
    OpenedSession session;     // its document's paths are those that were found
    ResolvedSession resolved;  // with files missing: nothing else below is filled in
    std::map<std::string, std::shared_ptr<const Model>> models;  // by id
    std::shared_ptr<const Dataset> dataset;
    std::map<std::string, std::shared_ptr<const LinearRegions::Output>> regions;  // of slices, by result id
    std::vector<std::string> problems;                                            // sentences
    std::string pair;  // fingerprint of the current model and the data
};

Result<LoadedSession> loadSession(OpenedSession session, const std::filesystem::path& folder,
                                  const Replacements& replacements, const std::string& device,
                                  std::stop_token stop, Progress& progress);

// What is to be written, taken on the window's thread in no time; complete() does the rest in a job.
struct SessionSnapshot {
    SessionDocument document;
    std::vector<ResultNumbers> numbers;
    struct Regions {
        std::string id, slice;
        std::shared_ptr<const LinearRegions::Output> output;
        LinearRegions::Options options;
    };
    std::vector<Regions> regions;  // in view: results too, each of its slice
};

// Fills in the hashes that are missing; files are hashed once as long as they do not change.
class Hashes {
  public:
    // Also makes results of the regions in view.
    Result<Done> complete(SessionSnapshot& snapshot, std::stop_token stop);

  private:
    Result<Done> complete(FileReference& reference, std::stop_token stop);
    std::mutex mutex_;
    std::map<std::string, std::string> known_;  // by path, size and time
};

}  // namespace tessera
