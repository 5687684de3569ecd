// SPDX-License-Identifier: GPL-3.0-or-later
// The plot of a slice painted ahead of time in a worker, a little larger than what is seen, so that panning
// only moves pixels.
#pragma once

#include <QImage>
#include <memory>
#include <stop_token>

#include "widgets/scenes/slice_legend.h"
#include "widgets/scenes/slice_scene.h"

namespace tessera {

struct PlotImage {
    QImage pixels;                                // device pixels
    Eigen::Vector2d low = {0, 0}, high = {0, 0};  // what they cover
    quint64 planeVersion = 0;                     // of the plane whose coordinates these are
    quint64 builtVersion = 0;                     // planes of one build differ by a turn only
    double rotation = 0, tilt = 0, secondTilt = 0;
    SliceLegend legend;  // of the part that was visible

    bool isNull() const { return pixels.isNull(); }
    double pixelsPerUnit() const { return pixels.width() / (high.x() - low.x()); }
    bool covers(const Eigen::Vector2d& visibleLow, const Eigen::Vector2d& visibleHigh) const {
        const Eigen::Vector2d slack = (visibleHigh - visibleLow) * 1e-9;
        return !isNull() && (low.array() <= (visibleLow + slack).array()).all() &&
               (high.array() >= (visibleHigh - slack).array()).all();
    }
};

// How much larger than the view, on each axis, for a view of this many device pixels.
double overscanFor(const QSize& pixels);

// `scene.low..high` is the visible part, `visible` its size in device pixels. Null when stopped.
PlotImage paintPlotImage(SliceScene scene, SliceStyle style, const QSize& visible, double overscan,
                         std::stop_token stop);

}  // namespace tessera
