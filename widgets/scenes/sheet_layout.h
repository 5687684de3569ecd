// SPDX-License-Identifier: GPL-3.0-or-later
// Where panels, letters, titles and what they share go on a sheet, in points.
#pragma once

#include <optional>

#include "widgets/scenes/figure_sheet.h"

namespace tessera {

struct SheetLayout {
    struct Cell {
        QRectF head;     // letter and title
        QRectF picture;  // may be empty: no room
        QString letter, title;
    };
    double height = 0;
    QRectF title;
    std::vector<Cell> cells;
    std::optional<ColourBar> bar;    // shared by all panels
    std::vector<LegendItem> legend;  // likewise
    QRectF barRect, legendRect;
    PanelStyle panelStyle;  // with the switches of the sheet, less what is shared
};

SheetLayout layoutSheet(const FigureSheet& sheet, const PanelStyle& style);
PanelStyle sheetStyle(const FigureSheet& sheet);

}  // namespace tessera
