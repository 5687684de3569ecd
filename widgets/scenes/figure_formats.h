// SPDX-License-Identifier: GPL-3.0-or-later
// The three file formats of a figure, behind one signature.
#pragma once

#include <QByteArray>
#include <QSizeF>
#include <filesystem>
#include <functional>
#include <string>

#include "core/base/result.h"
#include "widgets/scenes/slice_scene.h"

class QPainter;

namespace tessera {

inline constexpr double kPointsPerMm = 72 / 25.4;

struct FigurePage {
    QSizeF sizeMm;
    QString title;
    QString provenance;  // JSON
    QColor paper;        // alpha 0: transparent
    int dpi = 300;
    // Paints in points; the style says for what kind of device.
    std::function<void(QPainter&, bool vector, double pixelsPerPoint)> paint;

    QSizeF sizePt() const { return sizeMm * kPointsPerMm; }
};

// ".svg" of "A.SVG".
std::string lowerSuffix(const std::filesystem::path& path);
// Whether a page of this size can be drawn; the sentence names what cannot. Height 0: from the contents.
Result<Done> checkPage(double widthMm, double heightMm, double fontPt, int dpi);
// By the suffix of `path`: .svg, .pdf or .png.
Result<QByteArray> figureBytes(const std::filesystem::path& path, const FigurePage& page);
// Written beside and renamed, so an existing file is whole or untouched.
Result<Done> writeWhole(const std::filesystem::path& path, const QByteArray& bytes);

// The bytes of the file, or one sentence.
Result<QByteArray> svgFigure(const FigurePage& page);
Result<QByteArray> pdfFigure(const FigurePage& page);
Result<QByteArray> pngFigure(const FigurePage& page);

// What Qt's SVG writer leaves to be desired: the exact size in mm, a generic fallback for the font, no
// smoothing of images, and the title and provenance.
QByteArray finishSvg(QByteArray svg, const FigurePage& page);

}  // namespace tessera
