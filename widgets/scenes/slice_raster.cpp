// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/slice_raster.h"

#include <algorithm>

#include "widgets/scenes/class_shader.h"
#include "widgets/scenes/span_raster.h"

namespace tessera {
namespace {

constexpr int kFacesPerCheck = 2048;

Eigen::Vector2d toPixels(const SliceMap& map, const Eigen::Vector2d& p) {
    const QPointF q = map.toDrawing(p);
    return {q.x(), q.y()};
}

QRgb* rowOf(QImage& image, int row) {
    return reinterpret_cast<QRgb*>(image.scanLine(row));
}

// Where a result is missing inside the window; outside it stays transparent.
void fillWindow(QImage& image, const Polygon& window, const SliceMap& map, QRgb colour) {
    std::vector<Eigen::Vector2d> corners;
    for (const auto& p : window) corners.push_back(toPixels(map, p));
    if (corners.size() < 3) return;
    ConvexSpans spans(image.width(), image.height());
    spans.fill(corners.data(), static_cast<int>(corners.size()), [&](int row, int from, int to) {
        std::fill(rowOf(image, row) + from, rowOf(image, row) + to, colour);
    });
}

// Each pixel shows the sample whose cell it lies in: no smoothing, the grid is part of the truth.
void fillField(QImage& image, const SampledField& field, const SliceMap& map, const FillColours& colours) {
    const Eigen::Vector2d cellsPerUnit =
        Eigen::Vector2d(field.columns, field.rows).cwiseQuotient(field.high - field.low);
    std::vector<int> columnOf(static_cast<std::size_t>(image.width()), -1);
    for (int x = 0; x < image.width(); ++x) {
        const double column = (map.toSlice({x + 0.5, 0}).x() - field.low.x()) * cellsPerUnit.x();
        if (column >= 0 && column < field.columns)
            columnOf[static_cast<std::size_t>(x)] = static_cast<int>(column);
    }
    for (int y = 0; y < image.height(); ++y) {
        const double cell = (field.high.y() - map.toSlice({0, y + 0.5}).y()) * cellsPerUnit.y();
        if (!(cell >= 0 && cell < field.rows)) continue;
        QRgb* pixels = rowOf(image, y);
        const std::size_t rowStart = static_cast<std::size_t>(cell) * static_cast<std::size_t>(field.columns);
        for (int x = 0; x < image.width(); ++x) {
            if (columnOf[static_cast<std::size_t>(x)] < 0) continue;
            const std::size_t sample =
                rowStart + static_cast<std::size_t>(columnOf[static_cast<std::size_t>(x)]);
            pixels[x] = colours.ofClass(field.label[sample], field.confidence[sample]);
        }
    }
}

bool fillFaces(QImage& image, const PreparedArrangement& prepared, const std::vector<std::int32_t>& faces,
               const SliceMap& map, const FillColours& colours, const std::stop_token& stop) {
    const Arrangement& a = prepared.arrangement();
    ConvexSpans spans(image.width(), image.height());
    ClassShader shader(a, colours, map);
    const bool byClass = colours.fill() == SliceFill::Class;
    std::vector<Eigen::Vector2d> corners, pixels;
    int untilCheck = kFacesPerCheck;
    for (const std::int32_t face : faces) {
        if (--untilCheck == 0) {
            if (stop.stop_requested()) return false;
            untilCheck = kFacesPerCheck;
        }
        const auto f = static_cast<std::size_t>(face);
        corners.clear();
        pixels.clear();
        for (std::int32_t i = a.faceBegin[f]; i < a.faceBegin[f + 1]; ++i) {
            corners.push_back(
                a.vertices[static_cast<std::size_t>(a.faceVertices[static_cast<std::size_t>(i)])]);
            pixels.push_back(toPixels(map, corners.back()));
        }
        if (pixels.empty()) continue;
        if (byClass) {
            bool begun = false;
            spans.fill(pixels.data(), static_cast<int>(pixels.size()), [&](int row, int from, int to) {
                if (!begun) shader.begin(face, corners);
                begun = true;
                shader.span(row, from, to, rowOf(image, row));
            });
        } else {
            const QRgb colour = colours.ofFace(face);
            spans.fill(pixels.data(), static_cast<int>(pixels.size()), [&](int row, int from, int to) {
                std::fill(rowOf(image, row) + from, rowOf(image, row) + to, colour);
            });
        }
    }
    return true;
}

void drawEdges(QImage& image, const Arrangement& a, double strength, const SliceMap& map,
               const SliceStyle& style, const SceneTheme& theme) {
    LineMask mask(image.width(), image.height());
    const double width = std::max(style.edgePt * style.pixelsPerPoint, 0.6);
    for (const ArrangementEdge& edge : a.edges) {
        if (edge.left < 0 || edge.right < 0) continue;
        mask.line(toPixels(map, a.vertices[static_cast<std::size_t>(edge.v0)]),
                  toPixels(map, a.vertices[static_cast<std::size_t>(edge.v1)]), width, strength);
    }
    mask.blend(image, theme.edge);
}

void drawBoundary(QImage& image, const Arrangement& a, const SliceMap& map, const SliceStyle& style,
                  const SceneTheme& theme) {
    const double core = std::max(style.boundaryPt * style.pixelsPerPoint, 1.2),
                 halo = core + 1.5 * style.boundaryPt * style.pixelsPerPoint;
    for (const bool isHalo : {true, false}) {
        LineMask mask(image.width(), image.height());
        for (const BoundarySegment& segment : a.boundary)
            mask.line(toPixels(map, segment.a), toPixels(map, segment.b), isHalo ? halo : core,
                      isHalo ? 0.75 : 1);
        mask.blend(image, isHalo ? theme.halo : theme.boundary);
    }
}

}  // namespace

QImage rasterSlice(const SliceScene& scene, const SliceStyle& style, const QSize& size, const SliceMap& map,
                   const RasterParts& parts, std::stop_token stop) {
    QImage image(size, QImage::Format_ARGB32_Premultiplied);
    if (image.isNull()) return image;
    image.fill(Qt::transparent);
    const FillColours colours(scene);
    const PreparedArrangement* prepared = scene.arrangement.get();
    if (parts.fill && colours.fill() != SliceFill::None) {
        if (prepared && !prepared->arrangement().complete)
            fillWindow(image, prepared->arrangement().window, map, scene.theme.notComputed.rgb());
        const bool covered = prepared && prepared->arrangement().complete &&
                             prepared->low().x() <= scene.low.x() && prepared->low().y() <= scene.low.y() &&
                             prepared->high().x() >= scene.high.x() && prepared->high().y() >= scene.high.y();
        if (scene.field && colours.fill() == SliceFill::Class && !covered)
            fillField(image, *scene.field, map, colours);
    }
    if (stop.stop_requested()) return {};
    if (!prepared) return image;

    const Eigen::Vector2d low = map.toSlice({0, double(size.height())}),
                          high = map.toSlice({double(size.width()), 0});
    const auto faces = prepared->locator().facesIn(low, high);
    if (parts.fill && colours.fill() != SliceFill::None &&
        !fillFaces(image, *prepared, faces, map, colours, stop))
        return {};
    const double strength =
        edgeStrength(typicalFaceSize(prepared->arrangement(), faces) * map.unit / style.pixelsPerPoint);
    if (parts.edges && scene.switches.edges && strength > 0)
        drawEdges(image, prepared->arrangement(), strength, map, style, scene.theme);
    if (stop.stop_requested()) return {};
    if (parts.boundary && scene.switches.boundary)
        drawBoundary(image, prepared->arrangement(), map, style, scene.theme);
    return stop.stop_requested() ? QImage() : image;
}

}  // namespace tessera
