// SPDX-License-Identifier: GPL-3.0-or-later
// Runs every result of a session again with what it was run with, and compares the numbers.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "app/replay_inputs.h"
#include "core/base/progress.h"
#include "core/base/record.h"
#include "core/session/session_file.h"

namespace tessera {

enum class ReplayStatus {
    Same,      // bit for bit
    Rounding,  // ran, with numbers that differ no more than by how sums are grouped
    Differs,   // ran, with other numbers
    Kept,      // stopped by hand or by a time limit when it was made: its numbers are handed on as they are
    Skipped,   // had failed or been cancelled: there is nothing to compare
    Failed,    // cannot be run
};
const char* replayStatusText(
    ReplayStatus status);  // "same", "rounding", "differs", "kept", "skipped", "failed"

struct ReplayedResult {
    std::string id, title, probe;
    ReplayStatus status = ReplayStatus::Failed;
    std::string sentence;  // what differs, or why it failed
    double largestDifference = 0;
    double seconds = 0;
    std::shared_ptr<const ResultRecord> record;  // null: none
};

// The same thread count as when it was made, so that sums are formed in the same order.
ReplayedResult replayResult(const SessionResult& asked, const StoredRecord* stored, ReplayInputs& inputs,
                            std::stop_token stop, Progress& progress);
// DIR/record.json, DIR/TABLE.csv for each table, DIR/numbers.npz. Gives the files.
Result<std::vector<std::string>> writeReplayed(const std::filesystem::path& folder,
                                               const ResultRecord& record);

}  // namespace tessera
