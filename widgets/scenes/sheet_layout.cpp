// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/sheet_layout.h"

#include <algorithm>
#include <cmath>

#include "widgets/scenes/colour_bar.h"
#include "widgets/scenes/figure_formats.h"
#include "widgets/scenes/plot_legend.h"
#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr double kTitle = 1.15;

int columnsOf(const FigureSheet& sheet) {
    const int count = static_cast<int>(sheet.panels.size());
    if (sheet.columns > 0) return std::min(sheet.columns, std::max(count, 1));
    const int fitting = std::max(1, static_cast<int>(sheet.widthMm / 56));
    const int wanted = count <= 3 ? count : count == 4 ? 2 : static_cast<int>(std::ceil(std::sqrt(count)));
    return std::max(1, std::min({wanted, fitting, count}));
}

// The same names and colours; a dot in one plot may be a bar in another.
bool isAlike(const std::vector<LegendItem>& a, const std::vector<LegendItem>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return x.text == y.text && x.colour == y.colour; });
}

std::optional<ColourBar> commonBar(const FigureSheet& sheet) {
    std::optional<ColourBar> common;
    int count = 0;
    for (const auto& panel : sheet.panels) {
        const auto bar = panel.scene->colourBar();
        if (!bar) continue;
        if (common && *common != *bar) return std::nullopt;
        common = bar;
        ++count;
    }
    return count > 1 ? common : std::nullopt;
}

std::vector<LegendItem> commonLegend(const FigureSheet& sheet) {
    std::vector<LegendItem> common;
    int count = 0;
    for (const auto& panel : sheet.panels) {
        const auto legend = panel.scene->legend();
        if (legend.empty()) continue;
        if (count > 0 && !isAlike(common, legend)) return {};
        common = legend;
        ++count;
    }
    return count > 1 ? common : std::vector<LegendItem>();
}

QString letterOf(std::size_t index) {
    return index < 26 ? QStringLiteral("(%1)").arg(QChar('a' + static_cast<int>(index)))
                      : QStringLiteral("(%1)").arg(index + 1);
}

}  // namespace

PanelStyle sheetStyle(const FigureSheet& sheet) {
    PanelStyle style;
    style.theme = sheet.theme == FigureTheme::Dark ? SceneTheme::darkTheme() : SceneTheme::light();
    if (sheet.theme == FigureTheme::Transparent) style.theme = style.theme.withTransparentPaper();
    style.fontPt = sheet.fontPt;
    style.linePt = sheet.linePt;
    style.axes = sheet.axes;
    style.legend = sheet.legend;
    style.colourBar = sheet.colourBar;
    style.title = false;  // the sheet draws them, beside the letters
    return style;
}

SheetLayout layoutSheet(const FigureSheet& sheet, const PanelStyle& style) {
    SheetLayout layout;
    layout.panelStyle = style;
    const SceneText text(style);
    const double width = sheet.widthMm * kPointsPerMm, gap = style.fontPt * 1.2, pad = style.fontPt * 0.4;
    if (sheet.colourBar && sheet.sharedColourBar) layout.bar = commonBar(sheet);
    if (sheet.legend && sheet.sharedLegend) layout.legend = commonLegend(sheet);
    if (layout.bar) layout.panelStyle.colourBar = false;
    if (!layout.legend.empty()) layout.panelStyle.legend = false;

    const double barWidth =
        layout.bar ? colourBarWidth(*layout.bar, style, style.fontPt * 16) + gap + pad : 0;
    const int columns = columnsOf(sheet);
    const double room = width - barWidth;
    const double cellWidth = (room - gap * (columns - 1)) / columns;
    const double top = sheet.title.isEmpty() ? 0 : text.height(kTitle) + 2 * pad;
    if (top > 0) layout.title = QRectF(pad, 0, width - 2 * pad, top);

    // Heads and natural heights of the rows.
    const std::size_t count = sheet.panels.size(), across = static_cast<std::size_t>(columns);
    const std::size_t rows = (count + across - 1) / across;
    std::vector<double> heads(rows, 0), heights(rows, 0);
    for (std::size_t i = 0; i < count; ++i) {
        SheetLayout::Cell cell;
        if (sheet.letters && count > 1) cell.letter = letterOf(i);
        if (sheet.titles)
            cell.title =
                sheet.panels[i].title.isEmpty() ? sheet.panels[i].scene->title() : sheet.panels[i].title;
        if (!cell.letter.isEmpty() || !cell.title.isEmpty())
            heads[i / across] = text.height(kTitle) + pad * 1.5;
        heights[i / across] = std::max(heights[i / across],
                                       sheet.panels[i].scene->heightForWidth(cellWidth, layout.panelStyle));
        layout.cells.push_back(std::move(cell));
    }
    const double foot =
        layout.legend.empty()
            ? 0
            : flowLegend(nullptr, layout.legend, style, QRectF(pad, 0, width - 2 * pad, 1)) + pad;
    double fixed = top + foot + (rows > 1 ? gap * static_cast<double>(rows - 1) : 0), natural = 0;
    for (std::size_t r = 0; r < rows; ++r) fixed += heads[r], natural += heights[r];
    if (sheet.heightMm > 0 && natural > 0) {
        const double scale = std::max(0.0, sheet.heightMm * kPointsPerMm - fixed) / natural;
        for (auto& height : heights) height *= scale;
        layout.height = sheet.heightMm * kPointsPerMm;
    } else {
        layout.height = fixed + natural;
    }
    double y = top;
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < across && r * across + c < count; ++c) {
            auto& cell = layout.cells[r * across + c];
            const double x = static_cast<double>(c) * (cellWidth + gap);
            cell.head = QRectF(x + pad, y, cellWidth - pad, heads[r]);
            cell.picture = QRectF(x, y + heads[r], cellWidth, heights[r]);
        }
        y += heads[r] + heights[r] + gap;
    }
    const double bottom = y - gap;
    if (layout.bar) {
        const double all = bottom - top, height = std::min(all * 0.8, style.fontPt * 22);
        layout.barRect = QRectF(room + gap, top + (all - height) / 2, barWidth - gap - pad, height);
    }
    if (foot > 0) layout.legendRect = QRectF(pad, bottom, width - 2 * pad, foot);
    return layout;
}

double sheetHeightMm(const FigureSheet& sheet) {
    PanelStyle style = sheetStyle(sheet);
    style.vector = true;
    return layoutSheet(sheet, style).height / kPointsPerMm;
}

void paintSheet(QPainter& painter, const FigureSheet& sheet, PanelStyle style, std::stop_token stop) {
    const SheetLayout layout = layoutSheet(sheet, style);
    const SceneText text(style);
    const double width = sheet.widthMm * kPointsPerMm;
    if (style.theme.paper.alpha() > 0)
        painter.fillRect(QRectF(0, 0, width, layout.height), style.theme.paper);
    if (!sheet.title.isEmpty())
        text.draw(painter, {layout.title.center().x(), layout.title.center().y()}, Qt::AlignCenter,
                  text.elided(sheet.title, layout.title.width(), kTitle, true), style.theme.ink, kTitle,
                  true);
    const PanelStyle& panel = layout.panelStyle;
    for (std::size_t i = 0; i < layout.cells.size() && !stop.stop_requested(); ++i) {
        const auto& cell = layout.cells[i];
        double x = cell.head.left();
        if (!cell.letter.isEmpty()) {
            text.draw(painter, {x, cell.head.center().y()}, Qt::AlignVCenter, cell.letter, style.theme.ink,
                      kTitle, true);
            x += text.width(cell.letter + ' ', kTitle, true);
        }
        if (!cell.title.isEmpty())
            text.draw(painter, {x, cell.head.center().y()}, Qt::AlignVCenter,
                      text.elided(cell.title, cell.head.right() - x, kTitle), style.theme.ink, kTitle);
        if (cell.picture.width() < 12 || cell.picture.height() < 12) continue;
        painter.save();
        // On whole pixels, so that raster layers stay sharp.
        const double s = style.vector ? 0 : style.pixelsPerPoint;
        const QPointF corner =
            s > 0 ? QPointF(std::round(cell.picture.left() * s) / s, std::round(cell.picture.top() * s) / s)
                  : cell.picture.topLeft();
        painter.translate(corner);
        sheet.panels[i].scene->paint(painter, panel, cell.picture.size(), stop);
        painter.restore();
    }
    if (layout.bar) paintColourBar(painter, *layout.bar, style, layout.barRect);
    if (!layout.legend.empty()) flowLegend(&painter, layout.legend, style, layout.legendRect);
}

}  // namespace tessera
