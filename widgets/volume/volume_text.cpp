// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/volume_text.h"

#include <algorithm>

#include "widgets/scenes/mark_labels.h"
#include "widgets/scenes/volume_axes.h"
#include "widgets/volume/cut_frame.h"
#include "widgets/volume/volume_meshes_vtk.h"
#include "widgets/volume/volume_triad.h"

namespace tessera {
namespace {

constexpr std::size_t kMostMovingNames = 200;

void paintMarkNames(QPainter& painter, const VolumeRequest& view, const VolumeProjection& inPoints,
                    const PanelStyle& look, const QRectF& room, const VolumeAxes& axes) {
    VolumeDrawing named;
    std::size_t count = 0;
    for (const auto* part : view.parts())
        for (const auto& marks : part->drawing->marks) {
            if (view.hidden.contains(marks.name)) continue;
            named.marks.push_back(marks);
            for (const auto& label : marks.labels) count += !label.isEmpty();
        }
    if (count == 0 || (view.isMoving && count > kMostMovingNames)) return;
    const auto shapes = shapesOnPage(named, inPoints, room, {});
    if (!shapes) return;
    std::vector<float> seen;
    for (const auto& mark : shapes->marks)
        seen.push_back(lightFrom(
            named.marks[static_cast<std::size_t>(mark.layer)].points[static_cast<std::size_t>(mark.mark)],
            view, inPoints));
    std::vector<QRectF> taken;
    for (const auto& axis : axes.axes) {
        if (!axis.titleBox.isEmpty()) taken.push_back(axis.titleBox.boundingRect());
        for (const auto& tick : axis.ticks)
            if (!tick.text.isEmpty()) taken.push_back(tick.rect);
    }
    paintMarkLabels(painter, named, *shapes, seen, taken, look, room);
}

void paintHotFrame(QPainter& painter, const VolumeRequest& view, const VolumeProjection& inPoints) {
    QPolygonF frame;
    for (const auto& corner : cutFrame(*view.volume->drawing, view.cut.plane)) {
        const Eigen::Vector3d page = inPoints.pageFromVolume(corner);
        frame << QPointF(page.x(), page.y());
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(cutColour(view.theme), 2));
    painter.drawPolygon(frame);
}

}  // namespace

float lightFrom(const Eigen::Vector3d& pointInVolume, const VolumeRequest& view,
                const VolumeProjection& sight) {
    if (view.cut.hides(pointInVolume, view.camera)) return 0;
    const Eigen::Vector3d page = sight.pageFromVolume(pointInVolume);
    const VolumeRay ray = rayThrough(sight, {page.x(), page.y()});
    // Half a mark is before what it lies on.
    const double distance = (pointInVolume - ray.origin).dot(ray.direction) * (1 - 1e-3);
    double light = 1;
    for (const auto* part : view.parts())
        part->picker.nearest(ray, [&](const VolumeHit& hit) {
            const VolumeFaces& layer = part->drawing->faces[static_cast<std::size_t>(hit.layer)];
            if (hit.distance < distance && !view.hidden.contains(layer.name) &&
                !view.cut.hides(hit.point, view.camera))
                light *= 1 - std::min(layer.opacity, 1.0);
            return light == 0;  // else all that is before it counts
        });
    return static_cast<float>(light);
}

void paintVolumeText(QPainter& painter, const VolumeRequest& view, const QSizeF& sizePt,
                     const PanelStyle& look, bool isCutHot) {
    const QRectF room(QPointF(0, 0), sizePt);
    const VolumeProjection inPoints(view.camera, room);
    const VolumeDrawing& shown = *view.volume->drawing;
    auto outermost = view.volume->outermost;
    if (view.overlay)
        outermost.insert(outermost.end(), view.overlay->outermost.begin(), view.overlay->outermost.end());
    const VolumeAxes axes = layoutVolumeAxes(shown, inPoints, outermost, look, room);
    paintVolumeAxes(painter, axes, look);
    paintMarkNames(painter, view, inPoints, look, room, axes);
    if (view.cut.isVisible) {
        if (isCutHot) paintHotFrame(painter, view, inPoints);
        paintCutHandle(painter, shown, inPoints, view.cut.plane, view.theme, isCutHot);
    }
    const double reach = volumeTriadReach(look);
    paintVolumeTriad(painter, shown.axes, inPoints.axes(), {reach, sizePt.height() - reach}, look);
}

}  // namespace tessera
