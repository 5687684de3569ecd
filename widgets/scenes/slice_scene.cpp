// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/slice_scene.h"

#include <array>
#include <cmath>

#include "widgets/scenes/class_spots.h"
#include "widgets/scenes/scene_text.h"
#include "widgets/scenes/slice_layout.h"
#include "widgets/scenes/slice_markers.h"
#include "widgets/scenes/slice_raster.h"
#include "widgets/scenes/slice_vector.h"

namespace tessera {
namespace {

constexpr std::array<const char*, 5> kFillNames{"class", "pattern", "slope", "depth", "none"};
constexpr int kMostRasterSide = 16384;

// A layer of pixels put down without smoothing.
bool paintRaster(QPainter& painter, const SliceScene& scene, SliceStyle style, const QRectF& target,
                 const RasterParts& parts, double pixelsPerPoint, const std::stop_token& stop) {
    pixelsPerPoint = std::min(pixelsPerPoint, kMostRasterSide / std::max(target.width(), target.height()));
    style.pixelsPerPoint = pixelsPerPoint;
    const QSize size(std::max(1, static_cast<int>(std::lround(target.width() * pixelsPerPoint))),
                     std::max(1, static_cast<int>(std::lround(target.height() * pixelsPerPoint))));
    const SliceMap map = SliceMap::onto(QRectF(QPointF(0, 0), QSizeF(size)), scene.low, scene.high);
    const QImage image = rasterSlice(scene, style, size, map, parts, stop);
    if (image.isNull()) return false;
    painter.save();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(target, image);
    painter.restore();
    return true;
}

void paintClassNames(QPainter& painter, const SliceScene& scene, const SliceStyle& style, const SliceMap& map,
                     const QRectF& target) {
    const SceneText text(style);
    std::vector<SliceRect> taken;  // by the anchors and their own names
    const auto labels = anchorLabels(scene, style, map, target);
    auto label = labels.begin();
    for (const auto& marker : scene.markers) {
        if (!marker.isAnchor || !scene.switches.samples) continue;
        QRectF rect = (label++)->rect;
        const double reach = style.markerPt;
        const QPointF at = map.toDrawing(marker.position);
        rect |= QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach);
        taken.emplace_back(map.toSlice(rect.topLeft()), map.toSlice(rect.bottomRight()));
    }
    for (const ClassSpot& spot : findClassSpots(scene, taken)) {
        const QString name = scene.className(spot.label);
        const double room = spot.room * map.unit;  // a disc of this radius is free
        if (std::hypot(text.width(name, 1, true) / 2, text.height() / 2) > room * 0.9) continue;
        text.drawWithHalo(painter, map.toDrawing(spot.position), Qt::AlignHCenter | Qt::AlignVCenter, name,
                          scene.theme.ink, scene.theme.halo, 1, true);
    }
}

}  // namespace

const char* sliceFillText(SliceFill fill) {
    return kFillNames[static_cast<std::size_t>(fill)];
}

std::optional<SliceFill> sliceFillFromText(const std::string& text) {
    for (std::size_t i = 0; i < kFillNames.size(); ++i)
        if (text == kFillNames[i]) return static_cast<SliceFill>(i);
    return std::nullopt;
}

QString SliceScene::className(int label) const {
    if (label < 0) return QStringLiteral("no label");
    if (label < static_cast<int>(classNames.size())) return classNames[static_cast<std::size_t>(label)];
    return QStringLiteral("class %1").arg(label);
}

SliceFill SliceScene::effectiveFill() const {
    return arrangement || switches.fill == SliceFill::None ? switches.fill : SliceFill::Class;
}

QString describeResult(const SliceScene& scene) {
    QString text;
    if (scene.arrangement) {
        const Arrangement& a = scene.arrangement->arrangement();
        text = (a.complete ? QStringLiteral("exact: %1 regions") : QStringLiteral("exact so far: %1 regions"))
                   .arg(grouped(a.faceCount()));
        if (!a.complete)
            text += QStringLiteral(" (partial: %1, %2 % of the window)")
                        .arg(QString::fromStdString(a.stopReason))
                        .arg(100 * a.checks.areaSum / a.checks.windowArea, 0, 'g', 2);
        if (!a.resolutionNote.empty())
            text += QStringLiteral(" (not exact: cells too small for this window)");
    } else if (scene.field) {
        text = QStringLiteral("sampled %1 × %2").arg(scene.field->columns).arg(scene.field->rows);
    }
    return text;
}

void paintPlot(QPainter& painter, const SliceScene& scene, const SliceStyle& style, const QRectF& target,
               std::stop_token stop) {
    const SliceMap map = SliceMap::onto(target, scene.low, scene.high);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    if (!style.vector) {
        if (!paintRaster(painter, scene, style, target, {}, style.pixelsPerPoint, stop))
            return painter.restore();
    } else {
        const double rasterPixels = style.rasterDpi / 72;
        const bool tooMany =
            scene.arrangement && scene.arrangement->arrangement().faceCount() > style.mostFaces;
        const bool hasFill = scene.effectiveFill() != SliceFill::None;
        const bool coveredByPaths = scene.arrangement && scene.arrangement->arrangement().complete;
        if (tooMany) {
            paintRaster(painter, scene, style, target, {true, true, false}, rasterPixels, stop);
        } else {
            if (hasFill && !coveredByPaths) {
                SliceScene sampled = scene;
                sampled.arrangement.reset();
                if (scene.effectiveFill() == SliceFill::Class)
                    paintRaster(painter, sampled, style, target, {true, false, false}, rasterPixels, stop);
            }
            if (scene.arrangement && hasFill && !paintVectorFill(painter, scene, style, map, target, stop))
                return painter.restore();
            if (scene.arrangement && scene.switches.edges)
                paintVectorEdges(painter, scene, style, map, target);
        }
        if (scene.arrangement && scene.switches.boundary)
            paintVectorBoundary(painter, scene, style, map, target);
    }
    if (scene.switches.classLabels && !stop.stop_requested())
        paintClassNames(painter, scene, style, map, target);
    painter.restore();
}

void paintSlice(QPainter& painter, const SliceScene& scene, const SliceStyle& style, const QSizeF& size,
                std::stop_token stop) {
    const SliceLayout layout = layoutSlice(scene, style, size);
    SliceScene fitted = scene;
    fitted.low = layout.low;
    fitted.high = layout.high;
    if (scene.theme.paper.alpha() > 0) painter.fillRect(QRectF(QPointF(0, 0), size), scene.theme.paper);
    paintPlot(painter, fitted, style, layout.plot, stop);
    const SliceMap map = SliceMap::onto(layout.plot, layout.low, layout.high);
    if (scene.switches.samples) paintMarkers(painter, fitted, style, map, layout.plot, MarkerKind::Samples);
    paintFrame(painter, fitted, style, layout);
    if (scene.switches.samples) paintMarkers(painter, fitted, style, map, layout.plot, MarkerKind::Anchors);
}

}  // namespace tessera
