// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session_figures.h"

#include <QFileInfo>
#include <array>
#include <utility>

namespace tessera {
namespace {

constexpr std::array<std::pair<FigureTheme, const char*>, 3> kThemes{
    {{FigureTheme::Light, "light"}, {FigureTheme::Dark, "dark"}, {FigureTheme::Transparent, "transparent"}}};

const char* themeText(FigureTheme wanted) {
    for (const auto& [theme, text] : kThemes)
        if (theme == wanted) return text;
    return kThemes.front().second;
}

FigureTheme themeFromText(const std::string& wanted) {
    for (const auto& [theme, text] : kThemes)
        if (text == wanted) return theme;
    return kThemes.front().first;
}

}  // namespace

SessionFigure sessionFigureOf(const QString& path, const FigureSheet& sheet) {
    SessionFigure figure;
    figure.title = sheet.title.toStdString();
    figure.file = QFileInfo(path).fileName().toStdString();
    figure.widthMm = sheet.widthMm;
    figure.heightMm = sheet.heightMm;
    figure.fontPt = sheet.fontPt;
    figure.linePt = sheet.linePt;
    figure.dpi = sheet.dpi;
    figure.theme = themeText(sheet.theme);
    figure.columns = sheet.columns;
    figure.letters = sheet.letters;
    figure.sharedColourBar = sheet.sharedColourBar;
    figure.titles = sheet.titles;
    figure.axes = sheet.axes;
    figure.legend = sheet.legend;
    figure.colourBar = sheet.colourBar;
    return figure;
}

FigureSheet figureSheetOf(const SessionFigure& figure) {
    FigureSheet sheet;
    sheet.title = QString::fromStdString(figure.title);
    sheet.widthMm = figure.widthMm;
    sheet.heightMm = figure.heightMm;
    sheet.fontPt = figure.fontPt;
    sheet.linePt = figure.linePt;
    sheet.dpi = figure.dpi;
    sheet.theme = themeFromText(figure.theme);
    sheet.columns = figure.columns;
    sheet.letters = figure.letters;
    sheet.sharedColourBar = sheet.sharedLegend = figure.sharedColourBar;  // one switch in the dialog
    sheet.titles = figure.titles;
    sheet.axes = figure.axes;
    sheet.legend = figure.legend;
    sheet.colourBar = figure.colourBar;
    return sheet;
}

}  // namespace tessera
