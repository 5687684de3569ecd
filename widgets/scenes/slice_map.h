// SPDX-License-Identifier: GPL-3.0-or-later
// Slice coordinates to drawing coordinates and back; t points up. Subtracts before it scales, so a window of
// 1e-6 at s = 1e6 keeps its digits.
#pragma once

#include <Eigen/Core>
#include <QRectF>

namespace tessera {

struct SliceMap {
    Eigen::Vector2d low = {0, 0};
    double unit = 1;     // drawing lengths per slice length, the same on both axes
    QPointF bottomLeft;  // where `low` is drawn

    // The target shows exactly low..high; equal scales are the caller's affair (see fitted()).
    static SliceMap onto(const QRectF& target, const Eigen::Vector2d& low, const Eigen::Vector2d& high) {
        return {low, target.width() / (high.x() - low.x()), target.bottomLeft()};
    }
    QPointF toDrawing(const Eigen::Vector2d& p) const {
        return {bottomLeft.x() + (p.x() - low.x()) * unit, bottomLeft.y() - (p.y() - low.y()) * unit};
    }
    Eigen::Vector2d toSlice(const QPointF& p) const {
        return {low.x() + (p.x() - bottomLeft.x()) / unit, low.y() + (bottomLeft.y() - p.y()) / unit};
    }
};

}  // namespace tessera
