// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/figure_sheet.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "core/session/record_csv.h"
#include "widgets/scenes/figure_formats.h"
#include "widgets/scenes/sheet_layout.h"

namespace tessera {
namespace {

// From all as paths to coarser and coarser pixels.
struct Attempt {
    int mostShapes;
    double rasterDpi;
};
constexpr Attempt kAttempts[] = {{8000, 600}, {0, 600}, {0, 300}, {0, 150}};

Result<Done> checkSheet(const FigureSheet& sheet) {
    if (sheet.panels.empty()) return inputError("A figure needs at least one panel; choose a view to draw.");
    for (const auto& panel : sheet.panels)
        if (!panel.scene)
            return inputError("A panel of the figure has no picture yet; wait for it or leave it out.");
    if (!(sheet.linePt > 0 && sheet.linePt <= 20))
        return inputError("Lines of " + std::to_string(sheet.linePt) +
                          " pt cannot be drawn; choose from 0.05 to 20 pt.");
    return checkPage(sheet.widthMm, sheet.heightMm, sheet.fontPt, sheet.dpi);
}

// What the file says of itself: provenance, what the sheet shows, and the session.
QString documentOf(const FigureSheet& sheet, const SheetLayout& layout, const FigurePage& page,
                   const std::vector<std::string>& notes) {
    QJsonObject document = QJsonDocument::fromJson(QByteArray::fromStdString(sheet.provenance)).object();
    if (!document.contains("program")) document["program"] = QStringLiteral("Tessera ") + tesseraVersion();
    QJsonArray panels, said;
    for (const auto& cell : layout.cells)
        panels.append(QJsonObject{{"letter", cell.letter}, {"title", cell.title}});
    for (const auto& note : notes) said.append(QString::fromStdString(note));
    document["figure"] = QJsonObject{{"widthMm", page.sizeMm.width()},
                                     {"heightMm", page.sizeMm.height()},
                                     {"panels", panels},
                                     {"notes", said}};
    if (!sheet.session.empty()) document["session"] = QString::fromStdString(sheet.session);
    return QString::fromUtf8(QJsonDocument(document).toJson(QJsonDocument::Compact));
}

std::string megabytes(qsizetype bytes) {
    return QString::number(static_cast<double>(bytes) / 1e6, 'f', 1).toStdString() + " MB";
}

// One table a file; several panels are told apart by their letter.
Result<Done> writeNumbers(const std::filesystem::path& path, const FigureSheet& sheet, FigureReport& report,
                          const std::stop_token& stop) {
    const auto beside = [&](const std::string& ending) {
        auto file = path;
        return file.replace_filename(path.stem().string() + ending);
    };
    ResultRecord all;
    for (std::size_t i = 0; i < sheet.panels.size(); ++i) {
        if (stop.stop_requested()) return Cancelled{};
        auto tables = sheet.panels[i].scene->numbers();
        const std::string letter = sheet.panels.size() == 1 ? std::string()
                                   : i < 26                 ? std::string(1, static_cast<char>('a' + i))
                                                            : std::to_string(i + 1);
        for (auto& table : tables) {
            if (stop.stop_requested()) return Cancelled{};
            const std::string ending =
                (letter.empty() ? "" : "_" + letter) + (tables.size() > 1 ? "_" + table.name : "");
            if (sheet.csv) {
                const auto file = beside(ending + ".csv");
                if (auto written = writeCsv(file, table); !written.isOk()) return written;
                report.files.push_back(file);
            }
            if (sheet.npz) {
                if (!letter.empty()) table.name = letter + "." + table.name;
                all.tables.push_back(std::move(table));
            }
        }
    }
    if (!sheet.npz) return Done{};
    if (all.tables.empty()) {
        report.notes.push_back("No panel has numbers to write beside the figure.");
        return Done{};
    }
    const auto file = beside(".npz");
    if (auto written = writeRecordNpz(file, all); !written.isOk()) return written;
    report.files.push_back(file);
    return Done{};
}

}  // namespace

Result<FigureReport> writeFigureSheet(const std::filesystem::path& path, const FigureSheet& sheet,
                                      std::stop_token stop) {
    for (auto checked : {checkFigurePath(path), checkSheet(sheet)})
        if (!checked.isOk()) return std::move(checked).propagate<FigureReport>();
    PanelStyle style = sheetStyle(sheet);
    style.vector = true;
    SheetLayout layout = layoutSheet(sheet, style);
    FigurePage page;
    page.sizeMm = {sheet.widthMm, layout.height / kPointsPerMm};
    if (!(page.sizeMm.height() <= 5000))
        return inputError("The figure would be " + std::to_string(static_cast<int>(page.sizeMm.height())) +
                          " mm high; choose more columns or a smaller width.");
    page.title = sheet.title;
    for (const auto& cell : layout.cells)
        if (page.title.isEmpty()) page.title = cell.title;
    page.paper = style.theme.paper;
    page.dpi = sheet.dpi;
    page.paint = [&](QPainter& painter, bool isVector, double pixelsPerPoint) {
        style.vector = isVector;
        style.pixelsPerPoint = pixelsPerPoint;
        paintSheet(painter, sheet, style, stop);
    };
    FigureReport report;
    const double most =
        lowerSuffix(path) == ".svg" && sheet.mostMegabytes > 0 ? sheet.mostMegabytes * 1e6 : 1e18;
    QByteArray bytes, asPaths;
    qsizetype drawingAsPaths = 0;  // without what the file says of itself
    for (const auto& attempt : kAttempts) {
        style.mostShapes = attempt.mostShapes;
        style.rasterDpi = attempt.rasterDpi;
        report.notes.clear();
        if (!asPaths.isEmpty())
            report.notes.push_back("Points and fills are drawn as pixels at " +
                                   std::to_string(static_cast<int>(attempt.rasterDpi)) +
                                   " dpi, since the file would have " + megabytes(asPaths.size()) +
                                   " without; axes, lines and text stay as they are.");
        page.provenance = documentOf(sheet, layout, page, report.notes);
        auto drawn = figureBytes(path, page);
        if (!drawn.isOk()) return std::move(drawn).propagate<FigureReport>();
        if (stop.stop_requested()) return Cancelled{};
        bytes = std::move(drawn).value();
        if (static_cast<double>(bytes.size()) <= most) break;
        const auto drawing = bytes.size() - page.provenance.toHtmlEscaped().toUtf8().size();
        if (asPaths.isEmpty())
            asPaths = bytes, drawingAsPaths = drawing;
        else if (drawing == drawingAsPaths)
            break;  // there is nothing in it that could be pixels
    }
    if (!asPaths.isEmpty() && bytes.size() >= asPaths.size()) {  // pixels do not help: no note of them
        bytes = asPaths;
        report.notes.clear();
    }
    if (static_cast<double>(bytes.size()) > most)
        report.notes.push_back("The file has " + megabytes(bytes.size()) +
                               " even so; write a PDF, or fewer panels.");
    if (auto written = writeWhole(path, bytes); !written.isOk())
        return std::move(written).propagate<FigureReport>();
    report.files.push_back(path);
    if (auto written = writeNumbers(path, sheet, report, stop); !written.isOk())
        return std::move(written).propagate<FigureReport>();
    return report;
}

}  // namespace tessera
