// SPDX-License-Identifier: GPL-3.0-or-later
// What the marks of a plot mean, as a block of rows.
#pragma once

#include "widgets/scenes/panel_scene.h"

namespace tessera {

// Rows from the end are left out ("+ 12 more") until the block is no taller than `height`.
std::vector<LegendItem> fittedLegend(std::vector<LegendItem> items, const PanelStyle& style, double height);
double legendWidth(const std::vector<LegendItem>& items, const PanelStyle& style);
double legendHeight(const std::vector<LegendItem>& items, const PanelStyle& style);
void paintLegend(QPainter& painter, const std::vector<LegendItem>& items, const PanelStyle& style,
                 const QRectF& rect);
// Side by side and broken into lines, for the foot of a figure. Returns the height; paints if there is a
// painter.
double flowLegend(QPainter* painter, const std::vector<LegendItem>& items, const PanelStyle& style,
                  const QRectF& rect);

}  // namespace tessera
