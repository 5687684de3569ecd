// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of a "local-geometry" record: how distance, margin, Jacobian norm and entropy are spread, and the
// norm against the margin.
#pragma once

#include "widgets/scenes/panel_scene.h"

namespace tessera {

std::vector<std::shared_ptr<const PanelScene>> localGeometryScenes(
    const std::shared_ptr<const ResultRecord>& record, const SceneContext& context);

}  // namespace tessera
