// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/scene_context.h"

namespace tessera {

SceneContext sceneContext(const Model* model, const Dataset* dataset) {
    SceneContext context;
    if (model != nullptr) context.classCount = model->classCount();
    if (dataset != nullptr)
        for (const auto& name : dataset->classNames())
            context.classNames.push_back(QString::fromStdString(name));
    return context;
}

}  // namespace tessera
