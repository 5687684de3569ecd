// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of a "compare-heads" record: how the searches end under each head, and a small plot a head of
// outcome by boundary distance and support.
#pragma once

#include "widgets/scenes/panel_scene.h"

namespace tessera {

std::vector<std::shared_ptr<const PanelScene>> compareScenes(
    const std::shared_ptr<const ResultRecord>& record, const SceneContext& context);

}  // namespace tessera
