// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/thumbnail_painter.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <span>

namespace tessera {

namespace {

constexpr std::int64_t kScaleSamples = 400;
constexpr std::int64_t kScaleValues = 4'000'000;  // bounds the reading for large images

QImage imageThumbnail(const Shape& shape, const float* values, const ThumbnailScale& scale, int side) {
    const auto channels = shape[0], height = shape[1], width = shape[2];
    QImage image(static_cast<int>(width), static_cast<int>(height), QImage::Format_RGB32);
    const double range = scale.high - scale.low;
    const auto byteOf = [&](float value) {
        const double unit = (double(value) - scale.low) / range;
        return std::isfinite(unit) ? static_cast<int>(std::lround(255 * std::clamp(unit, 0.0, 1.0))) : 0;
    };
    const std::int64_t plane = height * width;
    for (std::int64_t y = 0; y < height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(static_cast<int>(y)));
        for (std::int64_t x = 0; x < width; ++x) {
            const float* pixel = values + y * width + x;
            if (channels == 3) {
                line[x] = qRgb(byteOf(pixel[0]), byteOf(pixel[plane]), byteOf(pixel[2 * plane]));
            } else {
                const int grey = byteOf(pixel[0]);  // other channel counts: the first
                line[x] = qRgb(grey, grey, grey);
            }
        }
    }
    if (width > side || height > side)
        return image.scaled(side, side, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    return image;
}

QImage canvas(int side) {
    QImage image(side, side, QImage::Format_RGB32);
    image.fill(QColor(250, 250, 250));
    return image;
}

QImage planarThumbnail(const float* values, const ThumbnailScale& scale, int side) {
    QImage image = canvas(side);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    const auto place = [&](double x, double y) {
        const double inset = 4, extent = side - 2 * inset;
        return QPointF(inset + extent * (x - scale.lowX) / (scale.highX - scale.lowX),
                       side - inset - extent * (y - scale.lowY) / (scale.highY - scale.lowY));
    };
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(200, 205, 210));
    for (const QPointF& point : scale.background) painter.drawEllipse(place(point.x(), point.y()), 1.0, 1.0);
    painter.setBrush(QColor(0xd5, 0x5e, 0x00));
    if (std::isfinite(values[0]) && std::isfinite(values[1]))
        painter.drawEllipse(place(double(values[0]), double(values[1])), 3.5, 3.5);
    return image;
}

QImage vectorThumbnail(std::int64_t size, const float* values, const ThumbnailScale& scale, int side) {
    QImage image = canvas(side);
    QPainter painter(&image);
    const double low = std::min(0.0, scale.low), high = std::max(0.0, scale.high);
    const double zero = (side - 2) * high / (high - low) + 1;
    const auto bars = std::min<std::int64_t>(size, side);
    for (std::int64_t bar = 0; bar < bars; ++bar) {
        // Many values per bar: the one that sticks out most, so that nothing large is hidden.
        const auto first = bar * size / bars, last = std::max(first + 1, (bar + 1) * size / bars);
        float value = 0;
        for (auto i = first; i < last; ++i)
            if (std::isfinite(values[i]) && std::abs(values[i]) > std::abs(value)) value = values[i];
        const double x0 = double(bar) * side / double(bars), x1 = double(bar + 1) * side / double(bars);
        const double y = zero - (side - 2) * std::clamp<double>(double(value), low, high) / (high - low);
        painter.fillRect(QRectF(QPointF(x0, std::min(y, zero)),
                                QPointF(std::max(x1 - (bars < side / 3 ? 1 : 0), x0 + 1), std::max(y, zero))),
                         value < 0 ? QColor(0x08, 0x77, 0xbd) : QColor(0xf5, 0x93, 0x22));
    }
    painter.setPen(QColor(120, 120, 120));
    painter.drawLine(QPointF(0, zero), QPointF(side, zero));
    return image;
}

}  // namespace

Result<ThumbnailScale> thumbnailScale(const Dataset& data) {
    ThumbnailScale scale;
    const std::int64_t width = elementCount(data.sampleShape());
    if (data.size() == 0 || width == 0) return scale;
    const auto count =
        std::clamp<std::int64_t>(kScaleValues / width, 1, std::min(data.size(), kScaleSamples));
    std::vector<std::int64_t> indices;
    for (std::int64_t i = 0; i < count; ++i) indices.push_back(i * data.size() / count);
    std::vector<float> values(static_cast<std::size_t>(count * width));
    if (auto read = data.read(indices, values.data()); !read.isOk())
        return std::move(read).propagate<ThumbnailScale>();
    double low = INFINITY, high = -INFINITY;
    for (const float value : values) {
        if (!std::isfinite(value)) continue;
        low = std::min(low, double(value));
        high = std::max(high, double(value));
    }
    if (!(low <= high)) low = 0, high = 1;
    const bool fitsUnit = data.isImage() && low >= 0 && high <= 1;
    scale.low = fitsUnit ? 0 : low;
    scale.high = fitsUnit ? 1 : high;
    if (scale.low == scale.high) scale.high = scale.low + 1;
    if (width == 2) {
        scale.lowX = scale.lowY = INFINITY;
        scale.highX = scale.highY = -INFINITY;
        for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
            const QPointF point(double(values[i]), double(values[i + 1]));
            if (!std::isfinite(point.x()) || !std::isfinite(point.y())) continue;
            scale.background.push_back(point);
            scale.lowX = std::min(scale.lowX, point.x()), scale.highX = std::max(scale.highX, point.x());
            scale.lowY = std::min(scale.lowY, point.y()), scale.highY = std::max(scale.highY, point.y());
        }
        if (!(scale.lowX < scale.highX)) scale.lowX = -1, scale.highX = 1;
        if (!(scale.lowY < scale.highY)) scale.lowY = -1, scale.highY = 1;
    }
    return scale;
}

Result<QImage> SamplePainter::thumbnail(std::int64_t sample, int side) {
    const auto painted = [&](const Dataset& data, std::optional<ThumbnailScale>& scale) -> Result<QImage> {
        if (!scale) {
            auto found = thumbnailScale(data);
            scale = found.isOk() ? std::move(found).value() : ThumbnailScale();  // 0 to 1, as pixels are
        }
        values_.resize(static_cast<std::size_t>(elementCount(data.sampleShape())));
        const std::int64_t one[] = {sample};
        if (auto read = data.read(one, values_.data()); !read.isOk())
            return std::move(read).propagate<QImage>();
        return paintThumbnail(data.sampleShape(), data.isImage(), values_.data(), *scale, side);
    };
    if (items_)
        if (auto picture = painted(*items_, itemScale_); picture.isOk()) return picture;
    return painted(*data_, numberScale_);
}

QImage paintThumbnail(const Shape& shape, bool isImage, const float* values, const ThumbnailScale& scale,
                      int side) {
    if (isImage && shape.size() == 3) return imageThumbnail(shape, values, scale, side);
    const std::int64_t size = elementCount(shape);
    return size == 2 ? planarThumbnail(values, scale, side) : vectorThumbnail(size, values, scale, side);
}

}  // namespace tessera
