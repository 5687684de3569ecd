// SPDX-License-Identifier: GPL-3.0-or-later
// A figure as it is to be drawn again from results and slices: by the window, and by `tessera replay`.
#pragma once

#include <string>
#include <vector>

#include "core/base/parameter.h"

namespace tessera {

struct SessionPanel {
    std::string result;  // id of a result, whose picture number `scene` is drawn, or
    std::string slice;   // id of a slice
    int scene = 0;
    std::string title;       // empty: the picture's own
    ParameterMap view = {};  // how the result was held when it was drawn; empty: as it opens
};

struct SessionFigure {
    std::string id, title;              // "f1"
    std::string file = "figure.pdf";    // name and, by its suffix, format: .pdf, .svg, .png
    double widthMm = 85, heightMm = 0;  // 0: from the pictures
    double fontPt = 7, linePt = 0.5;
    int dpi = 300;                // of a PNG
    std::string theme = "light";  // light, dark, transparent
    int columns = 0;              // 0: chosen from the number of panels
    bool letters = true;          // (a) (b) (c), with more than one panel
    bool sharedColourBar = false;
    bool titles = true, axes = true, legend = true, colourBar = true, caption = true, grid = false;
    std::vector<SessionPanel> panels;
};

}  // namespace tessera
