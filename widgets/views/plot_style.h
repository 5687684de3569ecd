// SPDX-License-Identifier: GPL-3.0-or-later
// How a plot looks on the screen, and what the keys held during a drag mean: the same in every view.
#pragma once

#include "widgets/scenes/panel_scene.h"
#include "widgets/workspace.h"

class QImage;
class QPainter;
class QWidget;

namespace tessera {

double screenPointScale(const QWidget& widget);  // widget lengths per point
SceneTheme screenTheme(const QWidget& widget);   // dark where the window is
PanelStyle screenStyle(const QWidget& widget);
// The whole widget: paper, and a sentence in its middle.
void paintEmpty(QPainter& painter, const QWidget& widget, const QString& sentence);
// As large as the widget on its screen; the image's memory is kept if it fits.
void paintScene(QImage& image, const QWidget& widget, const PanelScene& scene);
// Ctrl adds, Alt takes away, both toggle, neither replaces.
SelectionMode selectionModeFor(Qt::KeyboardModifiers modifiers);

}  // namespace tessera
