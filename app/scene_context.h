// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/model/model.h"
#include "widgets/scenes/panel_scene.h"

namespace tessera {

// What pictures need of the model and the data; either may be null.
SceneContext sceneContext(const Model* model, const Dataset* dataset);

}  // namespace tessera
