// SPDX-License-Identifier: GPL-3.0-or-later
// Where the parts of a slice drawing go, in points: measured from the text, so that nothing overlaps or is
// cut off.
#pragma once

#include "widgets/scenes/axis_ticks.h"
#include "widgets/scenes/slice_legend.h"
#include "widgets/scenes/slice_scene.h"

namespace tessera {

struct SliceLayout {
    QRectF page, plot;
    QRectF header;      // title and caption, above the plot
    QRectF legendRect;  // right of the plot; empty: none
    SliceLegend legend;
    AxisTicks sTicks, tTicks;
    Eigen::Vector2d low, high;  // what the plot shows
    double height = 0;          // that the drawing needs (heightForWidth)
};

// Keeps scene.low..high as the shape of the plot and centres it in what is left.
SliceLayout layoutSlice(const SliceScene& scene, const SliceStyle& style, const QSizeF& size);
// A window on the screen: the plot fills all that is left round `centre` at a fixed scale. The legend is made
// elsewhere (it looks at the whole picture), and its column and that of the tick labels keep their width
// while the view moves.
struct ScreenView {
    Eigen::Vector2d centre = {0, 0};
    double unitsPerPoint = 0.01;  // slice length per point; 0: so that scene.low..high just fits
    SliceLegend legend;
    double legendWidth = 0;
};
SliceLayout layoutSliceOnScreen(const SliceScene& scene, const SliceStyle& style, const QSizeF& size,
                                const ScreenView& view);
SliceLegend legendFor(const SliceScene& scene, const SliceStyle& style);
// The height at which layoutSlice() leaves nothing over.
double sliceHeightForWidth(const SliceScene& scene, const SliceStyle& style, double width);

// Title, axes, grid, ticks, scale bar, legend.
void paintFrame(QPainter& painter, const SliceScene& scene, const SliceStyle& style,
                const SliceLayout& layout);

}  // namespace tessera
