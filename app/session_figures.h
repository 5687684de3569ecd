// SPDX-License-Identifier: GPL-3.0-or-later
// A figure as a session keeps it, and the sheet it is drawn on: both ways, so that replay draws what was
// drawn.
#pragma once

#include "core/session/session_figure.h"
#include "widgets/scenes/figure_sheet.h"

namespace tessera {

// Without the panels: those are scenes on a sheet, and ids in a session. `path`: where the figure is written.
SessionFigure sessionFigureOf(const QString& path, const FigureSheet& sheet);
FigureSheet figureSheetOf(const SessionFigure& figure);

}  // namespace tessera
