// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as colours, and the bar that says which is which.
#pragma once

#include <span>

#include "widgets/scenes/panel_scene.h"

namespace tessera {

// A diverging bar is symmetric about zero, whatever its ends. NaN (and, on a logarithmic bar, what is not
// positive) is the theme's "not computed".
QRgb barColour(const ColourBar& bar, double value, const SceneTheme& theme);
// Ends that hold all finite values; diverging ones are made symmetric.
ColourBar colourBarFor(std::span<const double> values, ColourBar::Map map, bool logarithmic, QString label);

// An upright bar with ticks and its label on the right, in a rectangle of this width.
double colourBarWidth(const ColourBar& bar, const PanelStyle& style, double height);
void paintColourBar(QPainter& painter, const ColourBar& bar, const PanelStyle& style, const QRectF& rect);

}  // namespace tessera
