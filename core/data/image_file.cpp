// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_file.h"

#include <QImage>
#include <QImageReader>
#include <algorithm>
#include <set>

#include "core/data/stored_dataset.h"

namespace tessera {

namespace {

constexpr std::int64_t kMaxPixels = 64 << 20;
constexpr std::size_t kHeadersOnOpening = 256;

bool isGrey(QImage::Format format) {
    return format == QImage::Format_Grayscale8 || format == QImage::Format_Grayscale16 ||
           format == QImage::Format_Mono || format == QImage::Format_MonoLSB;
}

Error unreadable(const std::filesystem::path& path, const QString& why) {
    std::string reason = why.toStdString();
    while (!reason.empty() && (reason.back() == '.' || reason.back() == '\n')) reason.pop_back();
    return fileError(path.string() + " cannot be decoded as an image (" + reason +
                     "); replace or remove it.");
}

// What a file is decides its first bytes, not its name.
void prepare(QImageReader& reader, const std::filesystem::path& path) {
    reader.setFileName(QString::fromStdString(path.string()));
    reader.setDecideFormatFromContent(true);
}

// Plain pictures; a file of another program's plug-in (vector graphics, documents) is not one.
bool isPlain(const QImageReader& reader) {
    static const std::set<QByteArray> formats{"jpeg", "jpg", "png",    "pbm",    "pgm", "ppm",
                                              "bmp",  "tif", "tiff",   "webp",   "gif", "pbmraw",
                                              "xbm",  "xpm", "pgmraw", "ppmraw", "ico"};
    return formats.contains(reader.format());
}

// `image` is RGB888 or Grayscale8; its upper left pixel goes to (left, top) of the shape.
void putPixels(const QImage& image, const Shape& shape, std::size_t left, std::size_t top, float* out) {
    const auto channels = static_cast<std::size_t>(shape[0]), height = static_cast<std::size_t>(shape[1]),
               width = static_cast<std::size_t>(shape[2]);
    for (std::size_t y = 0; y < static_cast<std::size_t>(image.height()); ++y) {
        const unsigned char* line = image.constScanLine(static_cast<int>(y));
        for (std::size_t c = 0; c < channels; ++c)
            for (std::size_t x = 0; x < static_cast<std::size_t>(image.width()); ++x)
                out[(c * height + top + y) * width + left + x] = pixelValue(line[x * channels + c]);
    }
}

Result<Done> checkPixels(const std::filesystem::path& path, const QSize& size) {
    if (std::int64_t{size.width()} * size.height() <= kMaxPixels) return Done{};
    return fileError(path.string() + " is " + std::to_string(size.width()) + " x " +
                     std::to_string(size.height()) + " pixels large; scale the images down.");
}

}  // namespace

bool hasImageSuffix(const std::filesystem::path& path) {
    static const std::set<std::string> suffixes{".jpg", ".jpeg", ".png",  ".ppm",  ".pgm", ".pbm",
                                                ".bmp", ".tif",  ".tiff", ".webp", ".gif"};
    std::string suffix = path.extension().string();
    std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return suffixes.contains(suffix);
}

std::string imageSizeText(const ImageHeader& header) {
    return std::to_string(header.width) + " x " + std::to_string(header.height);
}

Result<ImageHeader> readImageHeader(const std::filesystem::path& path) {
    QImageReader reader;
    prepare(reader, path);
    const QSize size = reader.size();
    if (!size.isValid()) return unreadable(path, reader.errorString());
    if (auto fits = checkPixels(path, size); !fits.isOk()) return std::move(fits).error();
    return ImageHeader{size.width(), size.height(), isGrey(reader.imageFormat())};
}

std::size_t headerStep(std::size_t files) {
    return std::max<std::size_t>(1, files / kHeadersOnOpening);
}

Result<Done> readImage(const std::filesystem::path& path, const Shape& shape, float* out) {
    const ImageHeader wanted{static_cast<int>(shape[2]), static_cast<int>(shape[1])};
    const QSize expected(wanted.width, wanted.height);
    const bool grey = shape[0] == 1;
    QImageReader reader;
    prepare(reader, path);
    if (const QSize size = reader.size(); size.isValid() && size != expected)
        return inputError(path.string() + " is " + imageSizeText({size.width(), size.height()}) +
                          " pixels but the first image of the folder is " + imageSizeText(wanted) +
                          "; resize all to one size.");
    QImage image = reader.read();
    if (image.isNull() || image.size() != expected) return unreadable(path, reader.errorString());
    if (grey && !isGrey(image.format()) && !image.isGrayscale())
        return inputError(
            path.string() +
            " is a colour image but the images looked at on opening are grey; convert all to one kind.");
    if (grey && image.format() == QImage::Format_Grayscale16) {
        const auto width = static_cast<std::size_t>(expected.width());
        for (int y = 0; y < expected.height(); ++y) {
            const auto* line = reinterpret_cast<const quint16*>(image.constScanLine(y));
            for (std::size_t x = 0; x < width; ++x)
                out[static_cast<std::size_t>(y) * width + x] = static_cast<float>(line[x]) / 65535.0f;
        }
        return Done{};
    }
    image.convertTo(grey ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
    putPixels(image, shape, 0, 0, out);
    return Done{};
}

Result<Done> readImageFitted(const std::filesystem::path& path, const Shape& shape, float* out) {
    const QSize room(static_cast<int>(shape[2]), static_cast<int>(shape[1]));
    QImageReader reader;
    prepare(reader, path);
    const QSize size = reader.size();
    if (!size.isValid()) return unreadable(path, reader.errorString());
    if (!isPlain(reader)) return unreadable(path, QStringLiteral("it is no JPEG, PNG or the like"));
    if (auto fits = checkPixels(path, size); !fits.isOk()) return fits;
    QSize fitted = size == room ? size : size.scaled(room, Qt::KeepAspectRatio);
    fitted = fitted.expandedTo(QSize(1, 1));
    if (fitted != size) reader.setScaledSize(fitted);  // large JPEGs are decoded small
    QImage image = reader.read();
    if (image.isNull()) return unreadable(path, reader.errorString());
    if (image.size() != fitted) image = image.scaled(fitted, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    image.convertTo(QImage::Format_RGB888);
    std::fill_n(out, elementCount(shape), 0.0f);
    putPixels(image, shape, static_cast<std::size_t>(room.width() - fitted.width()) / 2,
              static_cast<std::size_t>(room.height() - fitted.height()) / 2, out);
    return Done{};
}

}  // namespace tessera
