// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/cut_frame.h"

#include <Eigen/Geometry>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr double kBeyond = 0.02;            // of the box's sides
constexpr double kHandle = 4, kArrow = 16;  // points: radius; to an arrow's tip

QPointF pageOf(const VolumeProjection& projection, const Eigen::Vector3d& pointInVolume) {
    const Eigen::Vector3d page = projection.pageFromVolume(pointInVolume);
    return {page.x(), page.y()};
}
double distanceToSegment(const QPointF& p, const QPointF& a, const QPointF& b) {
    const QPointF way = b - a;
    const double length = QPointF::dotProduct(way, way);
    const double t = length > 0 ? std::clamp(QPointF::dotProduct(p - a, way) / length, 0.0, 1.0) : 0;
    const QPointF apart = p - (a + way * t);
    return std::hypot(apart.x(), apart.y());
}

}  // namespace

QColor cutColour(const SceneTheme& theme) {
    return theme.dark ? QColor(86, 180, 233) : QColor(0, 114, 178);
}

std::vector<Eigen::Vector3d> cutFrame(const VolumeDrawing& drawing, const VolumePlane& plane) {
    const Eigen::Vector3d beyond = (drawing.high - drawing.low) * kBeyond;
    return sectionOfBox(plane, drawing.low - beyond, drawing.high + beyond);
}

// The mean of the corners would jump where the plane passes a corner of the box.
Eigen::Vector3d cutMiddle(const std::vector<Eigen::Vector3d>& frame) {
    if (frame.empty()) return Eigen::Vector3d::Zero();
    Eigen::Vector3d sum = Eigen::Vector3d::Zero();
    double area = 0;
    for (std::size_t k = 2; k < frame.size(); ++k) {
        const Eigen::Vector3d &a = frame[0], &b = frame[k - 1], &c = frame[k];
        const double twice = (b - a).cross(c - a).norm();
        sum += (b - a + c - a) / 3 * twice;
        area += twice;
    }
    return area > 0 ? Eigen::Vector3d(frame[0] + sum / area) : frame[0];
}

bool isOnCutFrame(const std::vector<Eigen::Vector3d>& frame, const VolumeProjection& projection,
                  const QPointF& page, double reach) {
    if (frame.empty()) return false;
    for (const auto& corner : frame)
        if (projection.eyeFromVolume(corner).z() <= projection.nearest()) return false;
    const QPointF fromMiddle = page - pageOf(projection, cutMiddle(frame));
    if (std::hypot(fromMiddle.x(), fromMiddle.y()) <= 2 * reach) return true;
    for (std::size_t k = 0; k < frame.size(); ++k)
        if (distanceToSegment(page, pageOf(projection, frame[k]),
                              pageOf(projection, frame[(k + 1) % frame.size()])) <= reach)
            return true;
    return false;
}

double draggedCut(const VolumeDrawing& drawing, const VolumeProjection& projection, const VolumePlane& plane,
                  const QPointF& from, const QPointF& to) {
    const VolumeRay before = rayThrough(projection, from), after = rayThrough(projection, to);
    // What is held: where the pointer met the plane, or its middle where the plane is seen from the side.
    Eigen::Vector3d held = cutMiddle(cutFrame(drawing, plane));
    const double slope = before.direction.dot(plane.normal);
    if (std::abs(slope) > 0.02)
        held = before.origin - before.direction * (plane.distance(before.origin) / slope);
    double moved = 0;
    const auto start = nearestOnLine(before, held, plane.normal),
               end = nearestOnLine(after, held, plane.normal);
    if (start && end) {
        moved = *end - *start;
    } else {  // along the view: up is away
        const double depth = std::max(projection.eyeFromVolume(held).z(), projection.nearest());
        moved = (from.y() - to.y()) / projection.pointsPerUnit(depth) * (slope < 0 ? -1 : 1);
    }
    const auto [lowest, highest] = positionsInBox(plane.normal, drawing.low, drawing.high);
    return std::clamp(plane.position + moved, lowest, highest);
}

void paintCutHandle(QPainter& painter, const VolumeDrawing& drawing, const VolumeProjection& projection,
                    const VolumePlane& plane, const SceneTheme& theme, bool isHot) {
    const auto frame = cutFrame(drawing, plane);
    const Eigen::Vector3d middle = cutMiddle(frame);
    if (frame.empty() || projection.eyeFromVolume(middle).z() <= projection.nearest()) return;
    const QPointF at = pageOf(projection, middle);
    const auto [lowest, highest] = positionsInBox(plane.normal, drawing.low, drawing.high);
    const double step = (highest - lowest) * 0.01;
    QPointF way = pageOf(projection, middle + plane.normal * step) - at;
    const double length = std::hypot(way.x(), way.y());
    const double foreshortened =
        length / std::max(step * projection.pointsPerUnit(projection.eyeFromVolume(middle).z()), 1e-300);
    const QColor colour = cutColour(theme);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (const bool isHalo : {true, false}) {
        painter.setPen(QPen(isHalo ? theme.halo : colour,
                            isHalo  ? 4
                            : isHot ? 2
                                    : 1.4,
                            Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.setBrush(isHalo ? theme.halo : colour);
        if (foreshortened > 0.15) {
            way /= std::hypot(way.x(), way.y());
            const QPointF across(-way.y(), way.x());
            for (const double sign : {-1.0, 1.0}) {
                const QPointF tip = at + way * (sign * kArrow);
                painter.drawLine(at, tip);
                painter.drawPolyline(
                    QPolygonF{tip - way * (sign * 4) + across * 3, tip, tip - way * (sign * 4) - across * 3});
            }
        }
        painter.drawEllipse(at, kHandle, kHandle);
    }
    painter.restore();
}

}  // namespace tessera
