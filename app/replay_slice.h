// SPDX-License-Identifier: GPL-3.0-or-later
// A slice of a session as the view drew it: results, anchors and the samples near the plane.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "app/replay_inputs.h"
#include "core/base/progress.h"
#include "core/base/record.h"
#include "widgets/scenes/panel_scene.h"

namespace tessera {

// From the slice's results; one without results is computed within its budget.
Result<std::shared_ptr<const PanelScene>> sliceScene(
    const SessionSlice& slice, const std::map<std::string, std::shared_ptr<const ResultRecord>>& records,
    ReplayInputs& inputs, std::stop_token stop, Progress& progress);

}  // namespace tessera
