// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/plot_image.h"

#include <algorithm>
#include <cmath>

#include "widgets/scenes/slice_layout.h"

namespace tessera {

double overscanFor(const QSize& pixels) {
    constexpr double kMostPixels = 6e6, kMost = 1.5;
    const double visible = std::max(1.0, double(pixels.width()) * pixels.height());
    return std::clamp(std::sqrt(kMostPixels / visible), 1.0, kMost);
}

PlotImage paintPlotImage(SliceScene scene, SliceStyle style, const QSize& visible, double overscan,
                         std::stop_token stop) {
    PlotImage result;
    if (visible.isEmpty()) return result;
    result.legend = legendFor(scene, style);
    // Whole pixels on each side, so that the visible part falls on the same pixels as a view without
    // overscan.
    const int extraX = static_cast<int>(std::lround(visible.width() * (overscan - 1) / 2)),
              extraY = static_cast<int>(std::lround(visible.height() * (overscan - 1) / 2));
    const Eigen::Vector2d perPixel =
        (scene.high - scene.low).cwiseQuotient(Eigen::Vector2d(visible.width(), visible.height()));
    const Eigen::Vector2d extra = perPixel.cwiseProduct(Eigen::Vector2d(extraX, extraY));
    scene.low -= extra;
    scene.high += extra;
    result.low = scene.low;
    result.high = scene.high;
    QImage pixels(visible.width() + 2 * extraX, visible.height() + 2 * extraY,
                  QImage::Format_ARGB32_Premultiplied);
    if (pixels.isNull()) return result;
    pixels.fill(scene.theme.notComputed);
    QPainter painter(&pixels);
    painter.scale(style.pixelsPerPoint, style.pixelsPerPoint);
    const QRectF target(0, 0, pixels.width() / style.pixelsPerPoint, pixels.height() / style.pixelsPerPoint);
    paintPlot(painter, scene, style, target, stop);
    if (scene.switches.samples && !stop.stop_requested())
        paintMarkers(painter, scene, style, SliceMap::onto(target, scene.low, scene.high), target,
                     MarkerKind::Samples);
    painter.end();
    if (!stop.stop_requested()) result.pixels = std::move(pixels);
    return result;
}

}  // namespace tessera
