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

// What a sheet and a session call the same.
template <typename From, typename To>
void copySettings(const From& from, To& to) {
    to.widthMm = from.widthMm, to.heightMm = from.heightMm, to.columns = from.columns;
    to.fontPt = from.fontPt, to.linePt = from.linePt, to.dpi = from.dpi;
    to.letters = from.letters, to.titles = from.titles, to.axes = from.axes;
    to.legend = from.legend, to.colourBar = from.colourBar, to.sharedColourBar = from.sharedColourBar;
}

}  // namespace

SessionFigure sessionFigureOf(const QString& path, const FigureSheet& sheet) {
    SessionFigure figure;
    copySettings(sheet, figure);
    figure.title = sheet.title.toStdString();
    figure.file = QFileInfo(path).fileName().toStdString();
    figure.theme = themeText(sheet.theme);
    return figure;
}

FigureSheet figureSheetOf(const SessionFigure& figure) {
    FigureSheet sheet;
    copySettings(figure, sheet);
    sheet.sharedLegend = figure.sharedColourBar;  // one switch in the dialog
    sheet.title = QString::fromStdString(figure.title);
    sheet.theme = themeFromText(figure.theme);
    return sheet;
}

}  // namespace tessera
