// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/cut_frame.h"

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
Eigen::Vector3d middleOf(const VolumeDrawing& drawing, int axis, double position) {
    Eigen::Vector3d middle = (drawing.low + drawing.high) / 2;
    middle[axis] = position;
    return middle;
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

std::array<Eigen::Vector3d, 4> cutFrame(const VolumeDrawing& drawing, int axis, double position) {
    const Eigen::Vector3d beyond = (drawing.high - drawing.low) * kBeyond;
    const Eigen::Vector3d low = drawing.low - beyond, high = drawing.high + beyond;
    const int u = (axis + 1) % 3, v = (axis + 2) % 3;
    std::array<Eigen::Vector3d, 4> corners;
    for (std::size_t k = 0; k < 4; ++k) {
        corners[k][axis] = position;
        corners[k][u] = (k == 1 || k == 2) ? high[u] : low[u];
        corners[k][v] = k >= 2 ? high[v] : low[v];
    }
    return corners;
}

bool isOnCutFrame(const std::array<Eigen::Vector3d, 4>& frame, const VolumeProjection& projection,
                  const QPointF& page, double reach) {
    for (const auto& corner : frame)
        if (projection.eyeFromVolume(corner).z() <= projection.nearest()) return false;
    const QPointF fromMiddle = page - pageOf(projection, (frame[0] + frame[2]) / 2);
    if (std::hypot(fromMiddle.x(), fromMiddle.y()) <= 2 * reach) return true;
    for (std::size_t k = 0; k < 4; ++k)
        if (distanceToSegment(page, pageOf(projection, frame[k]), pageOf(projection, frame[(k + 1) % 4])) <=
            reach)
            return true;
    return false;
}

double draggedCut(const VolumeDrawing& drawing, const VolumeProjection& projection, int axis, double position,
                  const QPointF& from, const QPointF& to) {
    const Eigen::Vector3d along = Eigen::Vector3d::Unit(axis);
    const VolumeRay before = rayThrough(projection, from), after = rayThrough(projection, to);
    // What is held: where the pointer met the plane, or its middle where the plane is seen from the side.
    Eigen::Vector3d held = middleOf(drawing, axis, position);
    const double slope = before.direction[axis];
    if (std::abs(slope) > 0.02)
        held = before.origin + before.direction * ((position - before.origin[axis]) / slope);
    double moved = 0;
    const auto start = nearestOnLine(before, held, along), end = nearestOnLine(after, held, along);
    if (start && end) {
        moved = *end - *start;
    } else {  // along the view: up is away
        const double depth = std::max(projection.eyeFromVolume(held).z(), projection.nearest());
        moved = (from.y() - to.y()) / projection.pointsPerUnit(depth) * (slope < 0 ? -1 : 1);
    }
    return std::clamp(position + moved, drawing.low[axis], drawing.high[axis]);
}

void paintCutHandle(QPainter& painter, const VolumeDrawing& drawing, const VolumeProjection& projection,
                    int axis, double position, const SceneTheme& theme, bool isHot) {
    const Eigen::Vector3d middle = middleOf(drawing, axis, position);
    if (projection.eyeFromVolume(middle).z() <= projection.nearest()) return;
    const QPointF at = pageOf(projection, middle);
    const double step = (drawing.high - drawing.low)[axis] * 0.01;
    QPointF way = pageOf(projection, middle + Eigen::Vector3d::Unit(axis) * step) - at;
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
