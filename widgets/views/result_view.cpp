// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/result_view.h"

namespace tessera {

SceneContext sceneContext(const Workspace& workspace) {
    SceneContext context;
    context.classCount = workspace.classCount();
    for (int i = 0; i < context.classCount; ++i) context.classNames.push_back(workspace.className(i));
    return context;
}

}  // namespace tessera
