// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/figure_formats.h"

#include <QBuffer>
#include <QImage>
#include <QImageWriter>
#include <QPageLayout>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QRegularExpression>
#include <QSaveFile>
#include <QSvgGenerator>
#include <cmath>

#include "core/base/provenance.h"

namespace tessera {
namespace {

constexpr double kMostPixelsPerSide = 100'000, kMostPixels = 5e8;
constexpr int kPdfResolution = 1200;

QString creator() {
    return QStringLiteral("Tessera %1").arg(QString::fromLatin1(tesseraVersion()));
}

// Ids and attributes that are the same in every run: a figure made twice is the same file.
QByteArray xmpPacket(const FigurePage& page) {
    const QString xml = QStringLiteral(
        "<?xpacket begin=\"\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
        "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
        "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" "
        "xmlns:tessera=\"urn:tessera:provenance\">\n"
        "<dc:title><rdf:Alt><rdf:li "
        "xml:lang=\"x-default\">%1</rdf:li></rdf:Alt></dc:title>\n<xmp:CreatorTool>%2</xmp:CreatorTool>\n"
        "<tessera:provenance>%3</tessera:provenance>\n</rdf:Description>\n</rdf:RDF>\n</"
        "x:xmpmeta>\n<?xpacket end=\"w\"?>\n");
    return xml.arg(page.title.toHtmlEscaped(), creator(), page.provenance.toHtmlEscaped()).toUtf8();
}

}  // namespace

std::string lowerSuffix(const std::filesystem::path& path) {
    return QString::fromStdString(path.extension().string()).toLower().toStdString();
}

Result<Done> checkPage(double widthMm, double heightMm, double fontPt, int dpi) {
    const auto size = [&] {
        return "A figure of " + std::to_string(widthMm) + " x " + std::to_string(heightMm) +
               " mm cannot be drawn; choose a ";
    };
    if (!(widthMm >= 10 && widthMm <= 2000)) return inputError(size() + "width from 10 to 2000 mm.");
    if (!(heightMm >= 0 && heightMm <= 2000))
        return inputError(size() + "height of at most 2000 mm, or 0 to go by what is drawn.");
    if (!(fontPt >= 2 && fontPt <= 72))
        return inputError("Text of " + std::to_string(fontPt) +
                          " pt cannot be drawn; choose from 2 to 72 pt.");
    if (dpi < 20 || dpi > 10000)
        return inputError("A resolution of " + std::to_string(dpi) +
                          " dpi cannot be drawn; choose from 20 to 10000.");
    return Done{};
}

Result<QByteArray> figureBytes(const std::filesystem::path& path, const FigurePage& page) {
    const std::string suffix = lowerSuffix(path);
    return suffix == ".svg" ? svgFigure(page) : suffix == ".pdf" ? pdfFigure(page) : pngFigure(page);
}

Result<Done> writeWhole(const std::filesystem::path& path, const QByteArray& bytes) {
    QSaveFile file(QString::fromStdString(path.string()));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return fileError(path.string() + " could not be written (" + file.errorString().toStdString() +
                         "); choose another folder or free some space.");
    return Done{};
}

Result<QByteArray> svgFigure(const FigurePage& page) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(72);  // one user unit is one point
    const QSizeF points = page.sizePt();
    generator.setSize(
        QSize(static_cast<int>(std::ceil(points.width())), static_cast<int>(std::ceil(points.height()))));
    generator.setViewBox(QRectF(QPointF(0, 0), points));
    QPainter painter;
    if (!painter.begin(&generator))
        return Error{ErrorKind::Internal, "The SVG figure could not be started.", {}};
    page.paint(painter, true, 1);
    painter.end();
    return finishSvg(bytes, page);
}

QByteArray finishSvg(QByteArray svg, const FigurePage& page) {
    QString text = QString::fromUtf8(svg);
    static const QRegularExpression header(QStringLiteral("<svg width=\"[^\"]*\" height=\"[^\"]*\""));
    text.replace(text.indexOf(header), header.match(text).capturedLength(),
                 QStringLiteral("<svg width=\"%1mm\" height=\"%2mm\"")
                     .arg(page.sizeMm.width(), 0, 'f', 3)
                     .arg(page.sizeMm.height(), 0, 'f', 3));
    static const QRegularExpression family(QStringLiteral("font-family=\"'?([^\"',]*)'?\""));
    text.replace(family, QStringLiteral("font-family=\"'\\1', sans-serif\""));
    text.replace(QStringLiteral("<image "),
                 QStringLiteral("<image style=\"image-rendering:optimizeSpeed;image-rendering:pixelated\" "));
    static const QRegularExpression description(QStringLiteral("<title>.*?</title>\\s*<desc>.*?</desc>"),
                                                QRegularExpression::DotMatchesEverythingOption);
    const QString metadata = QStringLiteral("<title>%1</title>\n<desc>%2</desc>\n<metadata>%3</metadata>")
                                 .arg(page.title.toHtmlEscaped(), creator(), page.provenance.toHtmlEscaped());
    const auto found = description.match(text);
    if (found.hasMatch()) {
        text.replace(found.capturedStart(), found.capturedLength(), metadata);
    } else {
        text.insert(text.indexOf(QLatin1Char('>'), text.indexOf(QStringLiteral("<svg "))) + 1, metadata);
    }
    return text.toUtf8();
}

Result<QByteArray> pdfFigure(const FigurePage& page) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setTitle(page.title);
    writer.setCreator(creator());
    writer.setResolution(kPdfResolution);
    writer.setPageSize(QPageSize(page.sizeMm, QPageSize::Millimeter, QString(), QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF(0, 0, 0, 0));
    writer.setDocumentXmpMetadata(xmpPacket(page));
    QPainter painter;
    if (!painter.begin(&writer))
        return Error{ErrorKind::Internal, "The PDF figure could not be started.", {}};
    painter.scale(kPdfResolution / 72.0, kPdfResolution / 72.0);
    page.paint(painter, true, kPdfResolution / 72.0);
    painter.end();
    return bytes;
}

Result<QByteArray> pngFigure(const FigurePage& page) {
    const double perMm = page.dpi / 25.4;
    const double width = std::round(page.sizeMm.width() * perMm),
                 height = std::round(page.sizeMm.height() * perMm);
    if (width > kMostPixelsPerSide || height > kMostPixelsPerSide || width * height > kMostPixels)
        return inputError("A PNG of " + std::to_string(static_cast<long long>(width)) + " x " +
                          std::to_string(static_cast<long long>(height)) +
                          " pixels is too large to draw; choose a lower resolution than " +
                          std::to_string(page.dpi) + " dpi or a smaller width.");
    QImage image(static_cast<int>(width), static_cast<int>(height), QImage::Format_ARGB32_Premultiplied);
    if (image.isNull())
        return Error{
            ErrorKind::Resource,
            "Not enough memory for a PNG of this size; choose a lower resolution or a smaller width.",
            {}};
    image.fill(page.paper.alpha() == 0 ? QColor(Qt::transparent) : page.paper);
    QPainter painter(&image);
    painter.scale(page.dpi / 72.0, page.dpi / 72.0);
    page.paint(painter, false, page.dpi / 72.0);
    painter.end();

    // Set after painting: it changes the image's logical dpi, on which font sizes depend.
    image.setDotsPerMeterX(static_cast<int>(std::lround(perMm * 1000)));
    image.setDotsPerMeterY(image.dotsPerMeterX());
    if (page.paper.alpha() == 255) image = image.convertToFormat(QImage::Format_RGB32);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QImageWriter writer(&buffer, "png");
    writer.setText(QStringLiteral("Title"), page.title);
    writer.setText(QStringLiteral("Software"), creator());
    writer.setText(QStringLiteral("Tessera"), page.provenance);
    if (!writer.write(image))
        return Error{ErrorKind::Internal,
                     "The PNG could not be encoded: " + writer.errorString().toStdString() + ".",
                     {}};
    return bytes;
}

}  // namespace tessera
