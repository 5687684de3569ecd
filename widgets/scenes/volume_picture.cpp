// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_picture.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "widgets/scenes/mark_labels.h"
#include "widgets/scenes/volume_vector.h"

namespace tessera {
namespace {

constexpr std::size_t kPointsPerCheck = 4096;
constexpr int kMostRasterSide = 16384;
constexpr double kSightPerPoint = 5;  // samples by which paths that nobody sees are found
constexpr double kMostEnlarged = 4;
constexpr int kFittingRounds = 9;

template <typename Visit>
void eachPoint(const VolumeDrawing& drawing, const std::stop_token& stop, Visit&& visit) {
    std::size_t visited = 0;
    const auto each = [&](const std::vector<Eigen::Vector3d>& points) {
        for (const auto& p : points) {
            if (++visited % kPointsPerCheck == 0 && stop.stop_requested()) return;
            visit(p);
        }
    };
    for (const auto& faces : drawing.faces) each(faces.points);
    for (const auto& lines : drawing.lines) each(lines.points);
    for (const auto& marks : drawing.marks) each(marks.points);
}

template <typename Visit>
void eachCorner(const VolumeDrawing& drawing, Visit&& visit) {
    for (int corner = 0; corner < 8; ++corner)
        visit(Eigen::Vector3d(corner & 1 ? drawing.high.x() : drawing.low.x(),
                              corner & 2 ? drawing.high.y() : drawing.low.y(),
                              corner & 4 ? drawing.high.z() : drawing.low.z()));
}

// Of the points outside the box those that are farthest out on the page, in many directions: what text keeps
// clear of. Shifts and scales of the page do not change which they are.
std::vector<Eigen::Vector3d> outermostOnPage(const VolumeDrawing& drawing, const VolumeProjection& projection,
                                             const std::stop_token& stop) {
    constexpr std::size_t kDirections = 64;
    std::array<Eigen::Vector2d, kDirections> way;
    for (std::size_t i = 0; i < kDirections; ++i) {
        const double angle = 2 * std::numbers::pi * static_cast<double>(i) / kDirections;
        way[i] = {std::cos(angle), std::sin(angle)};
    }
    std::array<double, kDirections> most;
    most.fill(-INFINITY);
    std::array<Eigen::Vector3d, kDirections> farthest;
    eachPoint(drawing, stop, [&](const Eigen::Vector3d& p) {
        if ((p.array() >= drawing.low.array()).all() && (p.array() <= drawing.high.array()).all()) return;
        if (projection.eyeFromVolume(p).z() < projection.nearest()) return;
        const Eigen::Vector2d at = projection.pageFromVolume(p).head<2>();
        for (std::size_t i = 0; i < kDirections; ++i)
            if (const double reach = way[i].dot(at); reach > most[i]) most[i] = reach, farthest[i] = p;
    });
    if (!std::isfinite(most[0])) return {};
    return {farthest.begin(), farthest.end()};
}

QRectF viewOf(const QRectF& room) {
    const double height = std::min(room.width(), room.height());
    QRectF view(0, 0, room.width(), height);
    view.moveCenter(room.center());
    return view;
}

QRectF scaledView(const QRectF& view, double scale, const QPointF& centre) {
    QRectF result(0, 0, view.width() * scale, view.height() * scale);
    result.moveCenter(centre);
    return result;
}

struct Extent {
    double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;
    void include(double x, double y) {
        left = std::min(left, x), right = std::max(right, x);
        top = std::min(top, y), bottom = std::max(bottom, y);
    }
};

// Edges behind the box are dashed.
void addBoxLines(PageShapes& shapes, const VolumeDrawing& drawing, const VolumeProjection& projection,
                 const PanelStyle& style, const QRectF& room) {
    for (const auto& edge : boxEdges(drawing.low, drawing.high, projection)) {
        const QColor& colour = edge.isHidden ? style.theme.faintInk : style.theme.ink;
        const double width = style.linePt * (edge.isHidden ? 0.8 : 1);
        const auto line = lineOnPage(edge.from, edge.to, width, colour.rgb(), projection, room);
        if (!line) continue;
        if (!edge.isHidden) shapes.lines.push_back(*line);
        if (edge.isHidden)
            for (const auto& dash : dashed(*line, 3 * style.linePt, 3 * style.linePt))
                shapes.lines.push_back(dash);
    }
    includeLines(shapes);
}

int samplesFor(const QSize& pixels) {
    const double count = double(pixels.width()) * pixels.height();
    return count <= 4e5 ? 4 : count <= 1e6 ? 3 : 2;
}

// Returns how well marks can be seen; nothing when stopped.
std::vector<float> paintPixels(QPainter& painter, const VolumeDrawing& drawing, const PageShapes& shapes,
                               const QRectF& room, double pixelsPerPoint, const std::stop_token& stop) {
    pixelsPerPoint = std::min(pixelsPerPoint, kMostRasterSide / std::max(room.width(), room.height()));
    const QSize pixels(std::max(1, static_cast<int>(std::lround(room.width() * pixelsPerPoint))),
                       std::max(1, static_cast<int>(std::lround(room.height() * pixelsPerPoint))));
    const VolumeRaster raster = rasterVolume(drawing, shapes, room, pixels, samplesFor(pixels), stop);
    if (raster.image.isNull()) return {};
    painter.save();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(room, raster.image);
    painter.restore();
    return raster.markSeen;
}

std::vector<float> paintShapes(QPainter& painter, const VolumeDrawing& drawing, const PageShapes& shapes,
                               const PanelStyle& style, const QRectF& room, const std::stop_token& stop) {
    if (!style.vector) return paintPixels(painter, drawing, shapes, room, style.pixelsPerPoint, stop);
    const auto most = static_cast<std::size_t>(std::max(style.mostShapes, 0));
    const std::size_t others = shapes.lines.size() + shapes.marks.size();
    VolumeSight sight;
    if (most > 0 && others <= most) {
        sight = volumeSight(drawing, shapes, room, kSightPerPoint, stop);
        if (stop.stop_requested()) return {};
    }
    const auto seen = others + static_cast<std::size_t>(
                                   std::count(sight.faceSeen.begin(), sight.faceSeen.end(), std::uint8_t(1)));
    if (most == 0 || seen > most)
        return paintPixels(painter, drawing, shapes, room, style.rasterDpi / 72, stop);
    const auto items = itemsFromFarToNear(shapes, sight, stop);
    if (!items) return {};
    paintItems(painter, drawing, shapes, *items);
    return sight.markSeen;
}

}  // namespace

VolumeLayout layoutVolume(const VolumeDrawing& drawing, const VolumeCamera& camera, const PanelStyle& style,
                          const QRectF& room, bool isFitted, const std::stop_token& stop) {
    const QRectF view = viewOf(room);
    const VolumeProjection whole(camera, view);
    bool isInSight = true;
    Extent extent;  // at this view
    eachCorner(drawing, [&](const Eigen::Vector3d& corner) {
        const bool isAhead = whole.eyeFromVolume(corner).z() > whole.nearest();
        const Eigen::Vector3d at = isAhead ? whole.pageFromVolume(corner) : Eigen::Vector3d::Zero();
        isInSight =
            isInSight && isAhead && room.adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(QPointF(at.x(), at.y()));
        extent.include(at.x(), at.y());
    });
    const auto outermost = outermostOnPage(drawing, whole, stop);
    const auto axesFor = [&](const VolumeProjection& projection, const QRectF& inside) {
        return style.axes ? layoutVolumeAxes(drawing, projection, outermost, style, inside) : VolumeAxes();
    };
    if (!isFitted || !isInSight) return {whole, axesFor(whole, room)};
    for (const auto& p : outermost) {
        const Eigen::Vector3d at = whole.pageFromVolume(p);
        extent.include(at.x(), at.y());
    }

    // A scale and a shift on the page. Text keeps its size, so the largest scale at which all fits is
    // searched for.
    const double pad = std::min({style.fontPt * 0.5, room.width() / 10, room.height() / 10});
    const QRectF page = room.adjusted(pad, pad, -pad, -pad);
    const double width = std::max(extent.right - extent.left, 1e-6),
                 height = std::max(extent.bottom - extent.top, 1e-6);
    const QPointF middle((extent.left + extent.right) / 2 - view.center().x(),
                         (extent.top + extent.bottom) / 2 - view.center().y());
    const auto boundsAt = [&](double scale, const QPointF& centre) {
        QRectF drawn(0, 0, width * scale, height * scale);
        drawn.moveCenter(centre + middle * scale);
        return axesFor(VolumeProjection(camera, scaledView(view, scale, centre)), {}).bounds() | drawn;
    };
    double high = std::min({page.width() / width, page.height() / height, kMostEnlarged}), low = high * 0.2;
    for (int round = 0; round < kFittingRounds; ++round) {
        const double scale = (low + high) / 2;
        const QRectF all = boundsAt(scale, page.center());
        (all.width() <= page.width() && all.height() <= page.height() ? low : high) = scale;
    }
    const QRectF all = boundsAt(low, page.center());
    const QPointF centre = page.center() + (page.center() - all.center());
    const VolumeProjection projection(camera, scaledView(view, low, centre));
    const bool fits = all.width() <= page.width() && all.height() <= page.height();
    return {projection, axesFor(projection, fits ? QRectF() : room)};
}

void paintVolume(QPainter& painter, const VolumeDrawing& drawing, const VolumeLayout& layout,
                 const PanelStyle& style, const QRectF& room, const std::stop_token& stop) {
    auto shapes = shapesOnPage(drawing, layout.projection, room, stop);
    if (!shapes) return;
    painter.save();
    painter.setClipRect(room, Qt::IntersectClip);
    if (style.axes) addBoxLines(*shapes, drawing, layout.projection, style, room);
    const auto markSeen = paintShapes(painter, drawing, *shapes, style, room, stop);
    if (!stop.stop_requested())
        paintMarkLabels(painter, drawing, *shapes, markSeen, layout.axes.textRects(), style, room);
    painter.restore();
    if (!stop.stop_requested()) paintVolumeAxes(painter, layout.axes, style);
}

}  // namespace tessera
