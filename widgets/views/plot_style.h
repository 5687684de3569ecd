// SPDX-License-Identifier: GPL-3.0-or-later
// How a plot looks on the screen, and what the keys held during a drag mean: the same in every view.
#pragma once

#include "widgets/scenes/panel_scene.h"
#include "widgets/workspace.h"

class QWidget;

namespace tessera {

double screenPointScale(const QWidget& widget);  // widget lengths per point
PanelStyle screenStyle(const QWidget& widget);
// Ctrl adds, Alt takes away, both toggle, neither replaces.
SelectionMode selectionModeFor(Qt::KeyboardModifiers modifiers);

}  // namespace tessera
