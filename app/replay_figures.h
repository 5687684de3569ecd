// SPDX-License-Identifier: GPL-3.0-or-later
// The figures of a session, drawn again by the views' own painters, with no display.
#pragma once

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "app/replay_inputs.h"
#include "core/base/progress.h"
#include "core/base/record.h"

namespace tessera {

struct ReplayedFigure {
    std::string id, title;
    std::vector<std::string> files;  // the figure first
    std::string problem;             // one sentence; empty: drawn
};

// `records`: by result id, as replayed. Needs an application object (offscreenApplication).
ReplayedFigure replayFigure(const SessionFigure& figure, const std::filesystem::path& folder,
                            const std::map<std::string, std::shared_ptr<const ResultRecord>>& records,
                            ReplayInputs& inputs, std::stop_token stop, Progress& progress);

}  // namespace tessera
