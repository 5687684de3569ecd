// SPDX-License-Identifier: GPL-3.0-or-later
// Several pictures as panels (a) (b) (c) of one figure at a stated physical size: SVG and PDF with live text,
// PNG with its resolution. The file carries where it came from and the session that made it; the numbers can
// be written beside it. No display is needed, only a QGuiApplication (figure.h, offscreenApplication).
#pragma once

#include <QRectF>
#include <filesystem>

#include "core/base/result.h"
#include "widgets/scenes/figure.h"
#include "widgets/scenes/panel_scene.h"

namespace tessera {

struct SheetPanel {
    std::shared_ptr<const PanelScene> scene;
    QString title = {};  // empty: the picture's own
};

struct FigureSheet {
    std::vector<SheetPanel> panels;
    double widthMm = 85;  // of the whole; a journal's columns are 85, 114 and 174
    double heightMm = 0;  // 0: from the pictures
    int columns = 0;      // 0: chosen from number and width
    double fontPt = 7, linePt = 0.5;
    int dpi = 300;  // of a PNG
    FigureTheme theme = FigureTheme::Light;
    QString title;
    bool letters = true;  // with more than one panel
    bool titles = true, axes = true, legend = true, colourBar = true;
    // A colour bar or legend that all panels have alike is drawn once.
    bool sharedColourBar = true, sharedLegend = true;
    double mostMegabytes = 10;  // of an SVG: layers become pixels above it; 0: no limit
    bool csv = false, npz = false;
    std::string provenance;  // JSON object
    std::string session;     // JSON text of what made the figure; readFigureSession() gives it back
};

struct FigureReport {
    std::vector<std::filesystem::path> files;  // the figure first
    std::vector<std::string> notes;            // what was drawn as pixels, and why
};

// By the suffix of `path`: .svg, .pdf or .png; NAME.npz and NAME.csv (NAME_a.csv, ... of several panels)
// beside it. Any thread.
Result<FigureReport> writeFigureSheet(const std::filesystem::path& path, const FigureSheet& sheet,
                                      std::stop_token stop = {});

// For a preview: the height that the sheet takes, and the same drawing by the same painter.
double sheetHeightMm(const FigureSheet& sheet);
void paintSheet(QPainter& painter, const FigureSheet& sheet, PanelStyle style, std::stop_token stop = {});

// The session text in a figure of any of the three formats, told by content; one sentence if there is none.
Result<std::string> readFigureSession(const std::filesystem::path& path);
// All that the figure says of itself, as JSON.
Result<std::string> readFigureProvenance(const std::filesystem::path& path);

}  // namespace tessera
