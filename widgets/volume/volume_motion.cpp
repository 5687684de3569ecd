// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/volume_motion.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "widgets/scenes/volume_axes.h"

namespace tessera {
namespace {

constexpr double kAlongLine = 0.1;  // sine of the angle below which a line has no length on the page
constexpr int kFitSteps = 12;

double focalDistance(const VolumeCamera& camera) {
    return std::max((camera.position - camera.focus).norm(), 1e-300);
}
double halfAngleTangent(const VolumeCamera& camera) {
    return std::tan(camera.viewAngle * std::numbers::pi / 360);
}
Eigen::Vector3d inFocalPlane(const VolumeCamera& camera, const QRectF& view, const QPointF& page) {
    return VolumeProjection(camera, view).volumeFromPage({page.x(), page.y(), focalDistance(camera)});
}

}  // namespace

VolumeCamera standardView(const VolumeCamera& camera, StandardView view) {
    VolumeCamera result = camera;
    Eigen::Vector3d towards(1, -1, 1);
    if (view != StandardView::Isometric) {
        const int index = static_cast<int>(view);
        towards = Eigen::Vector3d::Unit(index / 2) * (index % 2 ? -1 : 1);
    }
    result.up = std::abs(towards.normalized().z()) > 0.99 ? Eigen::Vector3d(Eigen::Vector3d::UnitY())
                                                          : Eigen::Vector3d(Eigen::Vector3d::UnitZ());
    result.position = camera.focus + towards.normalized() * focalDistance(camera);
    return result;
}

VolumeCamera panned(const VolumeCamera& camera, const QRectF& view, const QPointF& by) {
    const Eigen::Vector3d move =
        inFocalPlane(camera, view, view.center()) - inFocalPlane(camera, view, view.center() + by);
    VolumeCamera result = camera;
    result.position += move, result.focus += move;
    return result;
}

VolumeCamera zoomed(const VolumeCamera& camera, const QRectF& view, double factor, const QPointF& about) {
    const Eigen::Vector3d fixed = inFocalPlane(camera, view, about);
    VolumeCamera result = camera;
    result.focus = fixed + (camera.focus - fixed) / factor;
    result.parallelScale = camera.parallelScale / factor;
    // A parallel view does not grow with nearness: the eye keeps its distance and stays before everything.
    result.position = camera.parallel ? Eigen::Vector3d(camera.position + (result.focus - camera.focus))
                                      : Eigen::Vector3d(fixed + (camera.position - fixed) / factor);
    return result;
}

VolumeCamera withParallel(const VolumeCamera& camera, bool parallel) {
    if (parallel == camera.parallel) return camera;
    VolumeCamera result = camera;
    result.parallel = parallel;
    if (parallel) {
        result.parallelScale = focalDistance(camera) * halfAngleTangent(camera);
    } else {
        const Eigen::Vector3d towards = -cameraAxes(camera).ahead;
        result.position = camera.focus + towards * (camera.parallelScale / halfAngleTangent(camera));
    }
    return result;
}

std::vector<Eigen::Vector3d> outermostPoints(const VolumeDrawing& drawing) {
    const Eigen::Vector3d margin = (drawing.high - drawing.low) * 1e-6;
    const Eigen::AlignedBox3d box(drawing.low - margin, drawing.high + margin);
    std::vector<const std::vector<Eigen::Vector3d>*> layers;
    for (const auto& faces : drawing.faces) layers.push_back(&faces.points);
    for (const auto& lines : drawing.lines) layers.push_back(&lines.points);
    for (const auto& marks : drawing.marks) layers.push_back(&marks.points);
    std::vector<Eigen::Vector3d> outside;
    for (const auto* points : layers)
        for (const auto& p : *points)
            if (!box.contains(p)) outside.push_back(p);
    if (outside.empty()) return {};
    std::vector<Eigen::Vector3d> result;
    for (int direction = 0; direction < 27; ++direction) {
        if (direction == 13) continue;  // none
        const Eigen::Vector3d way(direction % 3 - 1, direction / 3 % 3 - 1, direction / 9 - 1);
        result.push_back(*std::max_element(outside.begin(), outside.end(), [&](const auto& a, const auto& b) {
            return way.dot(a) < way.dot(b);
        }));
    }
    return result;
}

VolumeCamera fittedCamera(const VolumeDrawing& drawing, const std::vector<Eigen::Vector3d>& outermost,
                          const VolumeCamera& camera, const PanelStyle& style, const QRectF& view,
                          const QRectF& room) {
    VolumeCamera fit =
        VolumeCamera::around(drawing.low, drawing.high, camera.position - camera.focus, camera.up);
    const double distance = fit.parallelScale / std::sin(camera.viewAngle * std::numbers::pi / 360);
    fit.position = fit.focus + (fit.position - fit.focus).normalized() * distance;
    fit.viewAngle = camera.viewAngle, fit.parallel = camera.parallel;
    if (room.width() < 1 || room.height() < 1) return fit;
    for (int step = 0; step < kFitSteps; ++step) {
        const VolumeProjection projection(fit, view);
        QRectF seen = layoutVolumeAxes(drawing, projection, outermost, style).bounds();
        const auto include = [&](const Eigen::Vector3d& at) {
            const Eigen::Vector3d page = projection.pageFromVolume(at);
            seen |= QRectF(page.x() - 0.01, page.y() - 0.01, 0.02, 0.02);
        };
        for (const auto& point : outermost) include(point);
        for (int corner = 0; corner < 8; ++corner) {
            Eigen::Vector3d at = drawing.low;
            for (int axis = 0; axis < 3; ++axis)
                if (corner >> axis & 1) at[axis] = drawing.high[axis];
            include(at);
        }
        const double ratio = std::max(seen.width() / room.width(), seen.height() / room.height());
        if (!std::isfinite(ratio) || ratio <= 0) return fit;
        fit = panned(fit, view, room.center() - seen.center());
        // Text does not grow with the picture: small steps when there is little to do.
        fit = zoomed(fit, view, 1 / std::clamp(ratio, 0.5, 2.0), room.center());
        if (std::abs(ratio - 1) < 0.002) break;
    }
    return fit;
}

VolumeRay rayThrough(const VolumeProjection& projection, const QPointF& page) {
    if (projection.isParallel())
        return {projection.volumeFromPage({page.x(), page.y(), 0}), projection.axes().ahead};
    const Eigen::Vector3d ahead = projection.volumeFromPage({page.x(), page.y(), 1}) - projection.eye();
    return {projection.eye(), ahead.normalized()};
}

std::optional<double> nearestOnLine(const VolumeRay& ray, const Eigen::Vector3d& origin,
                                    const Eigen::Vector3d& along) {
    const double cosine = ray.direction.dot(along);
    const double sineSquared = 1 - cosine * cosine;
    if (sineSquared < kAlongLine * kAlongLine) return std::nullopt;
    const Eigen::Vector3d apart = ray.origin - origin;
    return (apart.dot(along) - apart.dot(ray.direction) * cosine) / sineSquared;
}

}  // namespace tessera
