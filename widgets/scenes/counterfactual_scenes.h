// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of a "counterfactual" record: outcomes by boundary distance and support, and where the searches
// end.
#pragma once

#include "widgets/scenes/panel_scene.h"

namespace tessera {

std::vector<std::shared_ptr<const PanelScene>> counterfactualScenes(
    const std::shared_ptr<const ResultRecord>& record, const SceneContext& context);

}  // namespace tessera
