// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_raster.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "widgets/scenes/depth_samples.h"

namespace tessera {
namespace {

// Bands are so small that their fragments stay in a few tens of megabytes, and a stop is seen soon.
constexpr int kSamplesPerBand = 1 << 17;
constexpr std::size_t kShapesPerCheck = 64;
constexpr double kRimOfMark = 0.18;  // of its radius
constexpr double kEdgePt = 0.35;     // outlines of polygons

// The target in bands of rows, and which faces touch which.
class Bands {
  public:
    Bands(const PageShapes& shapes, const QRectF& target, int columns, int rows, int step)
        : columns_(columns),
          rows_(rows),
          height_(std::min(rows, std::max(step, kSamplesPerBand / columns / step * step))) {
        map_.left = target.left(), map_.top = target.top();
        map_.perPointX = columns / target.width(), map_.perPointY = rows / target.height();
        map_.keyLow = shapes.keyLow, map_.perKey = 1 / std::max(shapes.keyHigh - shapes.keyLow, 1e-300);
        begin_.assign(static_cast<std::size_t>(count()) + 1, 0);
        std::vector<std::pair<int, int>> reach;
        const double margin = kEdgePt + 1;
        for (const auto& face : shapes.faces) {
            double low = INFINITY, high = -INFINITY;
            for (std::int32_t i = 0; i < face.count; ++i) {
                const double y = shapes.corners[static_cast<std::size_t>(face.begin + i)].y();
                low = std::min(low, y), high = std::max(high, y);
            }
            reach.emplace_back(bandAt(low - margin), bandAt(high + margin));
        }
        // From near to far, so that most of what is hidden is found hidden; coarsely, so that polygons in one
        // plane stay in the order that they are named in.
        std::vector<std::uint32_t> order(shapes.faces.size());
        std::iota(order.begin(), order.end(), 0u);
        std::vector<std::uint16_t> nearness;
        for (const auto& face : shapes.faces)
            nearness.push_back(
                static_cast<std::uint16_t>(std::clamp(map_.toDepth(face.nearest), 0.0, 1.0) * 1000));
        std::stable_sort(order.begin(), order.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return nearness[a] < nearness[b]; });
        for (const auto& [first, last] : reach)
            for (int band = first; band <= last; ++band) ++begin_[static_cast<std::size_t>(band) + 1];
        std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
        faces_.resize(begin_.back());
        auto at = begin_;
        for (const auto face : order)
            for (int band = reach[face].first; band <= reach[face].second; ++band)
                faces_[at[static_cast<std::size_t>(band)]++] = face;
    }
    int count() const { return (rows_ + height_ - 1) / height_; }
    int height() const { return height_; }
    int columns() const { return columns_; }
    std::span<const std::uint32_t> faces(int band) const {
        const auto b = static_cast<std::size_t>(band);
        return {faces_.data() + begin_[b], begin_[b + 1] - begin_[b]};
    }
    SampleMap map(int band) const {
        SampleMap map = map_;
        map.top += band * height_ / map_.perPointY;
        return map;
    }
    bool touches(int band, double low, double high) const {
        return bandAt(low) <= band && band <= bandAt(high);
    }

  private:
    int bandAt(double y) const {
        const double row = std::clamp((y - map_.top) * map_.perPointY, 0.0, rows_ - 1.0);
        return static_cast<int>(row) / height_;
    }
    int columns_, rows_, height_;
    SampleMap map_;
    std::vector<std::size_t> begin_;
    std::vector<std::uint32_t> faces_;
};

struct Painter {
    const VolumeDrawing& drawing;
    const PageShapes& shapes;
    const Bands& bands;
    std::stop_token stop;
    DepthSamples samples;
    std::size_t done = 0;

    bool isStopped() { return ++done % kShapesPerCheck == 0 && stop.stop_requested(); }

    template <typename Draw>
    bool eachFace(int band, bool isTranslucent, Draw&& draw) {
        for (const auto index : bands.faces(band)) {
            const auto& face = shapes.faces[index];
            const auto& layer = drawing.faces[static_cast<std::size_t>(face.layer)];
            if ((layer.opacity < 1) != isTranslucent) continue;
            if (isStopped()) return false;
            draw(index, face, layer);
        }
        return true;
    }

    // Those that no opaque polygon hides; before lines and balls are there, which do not count.
    std::vector<std::size_t> marksNotHidden(const SampleMap& map) const {
        std::vector<std::size_t> marks;
        for (std::size_t i = 0; i < shapes.marks.size(); ++i)
            if (samples.isSeen(shapes.marks[i], map)) marks.push_back(i);
        return marks;
    }
    void findLight(const std::vector<std::size_t>& marks, const SampleMap& map,
                   std::vector<float>& markSeen) const {
        for (const auto i : marks) markSeen[i] = static_cast<float>(samples.lightFrom(shapes.marks[i], map));
    }

    bool paint(int band, std::vector<float>& markSeen) {
        const SampleMap map = bands.map(band);
        samples.clear();
        const auto outline = [&](const VolumeFaces& layer) {
            return layer.edges ? kEdgePt * map.perPoint() : 0.0;
        };
        if (!eachFace(band, false, [&](std::uint32_t, const PageFace& face, const VolumeFaces& layer) {
                samples.opaqueFace(shapes, face, map, face.colour, outline(layer), layer.edgeColour.rgb());
            }))
            return false;
        const auto marks = marksNotHidden(map);
        for (const auto& line : shapes.lines) {
            if (isStopped()) return false;
            const auto [low, high] = std::minmax(line.from.y(), line.to.y());
            if (bands.touches(band, low - line.width, high + line.width)) samples.line(line, map, true);
        }
        for (const auto& mark : shapes.marks)
            if (bands.touches(band, mark.at.y() - mark.radius - 1, mark.at.y() + mark.radius + 1))
                samples.ball(mark, map, kRimOfMark * mark.radius * map.perPoint());
        if (!eachFace(band, true, [&](std::uint32_t, const PageFace& face, const VolumeFaces& layer) {
                samples.translucentFace(shapes, face, map, face.colour, layer.opacity, outline(layer),
                                        layer.edgeColour.rgb());
            }))
            return false;
        findLight(marks, map, markSeen);
        samples.blend();
        return !stop.stop_requested();
    }
};

// The mean of n x n samples a pixel.
void shrink(const DepthSamples& samples, int n, QImage& image, int firstRow) {
    const auto half = static_cast<std::uint32_t>(n * n / 2), all = static_cast<std::uint32_t>(n * n);
    std::vector<const std::uint32_t*> rows(static_cast<std::size_t>(n));
    for (int y = 0; y * n + n <= samples.height() && firstRow + y < image.height(); ++y) {
        for (int i = 0; i < n; ++i) rows[static_cast<std::size_t>(i)] = samples.colours(y * n + i);
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(firstRow + y));
        for (int x = 0; x < image.width(); ++x) {
            std::uint32_t a = half, r = half, g = half, b = half;
            for (const auto* row : rows)
                for (int i = 0; i < n; ++i) {
                    const QRgb colour = row[x * n + i];
                    a += qAlpha(colour), r += qRed(colour), g += qGreen(colour), b += qBlue(colour);
                }
            line[x] = qRgba(int(r / all), int(g / all), int(b / all), int(a / all));
        }
    }
}

}  // namespace

VolumeRaster rasterVolume(const VolumeDrawing& drawing, const PageShapes& shapes, const QRectF& target,
                          const QSize& pixels, int samples, const std::stop_token& stop) {
    VolumeRaster result;
    QImage image(pixels, QImage::Format_ARGB32_Premultiplied);
    if (image.isNull()) return result;
    image.fill(Qt::transparent);
    result.markSeen.assign(shapes.marks.size(), 0);
    const Bands bands(shapes, target, pixels.width() * samples, pixels.height() * samples, samples);
    Painter painter{drawing, shapes, bands, stop, DepthSamples(bands.columns(), bands.height())};
    for (int band = 0; band < bands.count(); ++band) {
        if (!painter.paint(band, result.markSeen)) return {};
        shrink(painter.samples, samples, image, band * bands.height() / samples);
    }
    result.image = std::move(image);
    return result;
}

VolumeSight volumeSight(const VolumeDrawing& drawing, const PageShapes& shapes, const QRectF& target,
                        double samplesPerPoint, const std::stop_token& stop) {
    VolumeSight sight;
    const int columns = std::max(1, static_cast<int>(std::ceil(target.width() * samplesPerPoint))),
              rows = std::max(1, static_cast<int>(std::ceil(target.height() * samplesPerPoint)));
    sight.faceSeen.assign(shapes.faces.size(), 0);
    sight.markSeen.assign(shapes.marks.size(), 0);
    const Bands bands(shapes, target, columns, rows, 1);
    Painter painter{drawing, shapes, bands, stop, DepthSamples(bands.columns(), bands.height())};
    for (int band = 0; band < bands.count(); ++band) {
        const SampleMap map = bands.map(band);
        painter.samples.clear();
        bool isDone =
            painter.eachFace(band, false, [&](std::uint32_t index, const PageFace& face, const auto&) {
                painter.samples.opaqueFace(shapes, face, map, index + 1);
            });
        isDone = isDone &&
                 painter.eachFace(band, true, [&](std::uint32_t index, const PageFace& face, const auto&) {
                     if (painter.samples.translucentFace(shapes, face, map, 0, shapes.opacity(drawing, face)))
                         sight.faceSeen[index] = 1;
                 });
        if (!isDone || stop.stop_requested()) return {};
        for (int row = 0; row < bands.height(); ++row)
            for (int x = 0; x < columns; ++x)
                if (const auto index = painter.samples.colours(row)[x]; index != 0)
                    sight.faceSeen[index - 1] = 1;
        painter.findLight(painter.marksNotHidden(map), map, sight.markSeen);
    }
    return sight;
}

}  // namespace tessera
