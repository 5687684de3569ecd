// SPDX-License-Identifier: GPL-3.0-or-later
// What tests of figures compare and draw.
#pragma once

#include <QImage>
#include <cstdlib>

#include "widgets/scenes/slice_scene.h"
#include "widgets/scenes/synthetic_arrangement.h"

namespace tessera::test {

// Of two images of one size, over pixels and channels, of 255.
inline double meanDifference(const QImage& a, const QImage& b) {
    double sum = 0;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width(); ++x)
            sum += std::abs(qRed(a.pixel(x, y)) - qRed(b.pixel(x, y))) +
                   std::abs(qGreen(a.pixel(x, y)) - qGreen(b.pixel(x, y))) +
                   std::abs(qBlue(a.pixel(x, y)) - qBlue(b.pixel(x, y)));
    return sum / (3.0 * a.width() * a.height());
}

// Twenty lines and four classes on -1..1, the same in every run.
inline SliceScene smallSlice() {
    SliceScene slice;
    slice.arrangement = std::make_shared<PreparedArrangement>(
        synthetic::arrangementOf(synthetic::randomNetwork(20, 4, 31), rectanglePolygon(-1, -1, 1, 1)));
    slice.low = {-1, -1}, slice.high = {1, 1};
    slice.classCount = 4;
    slice.title = "Slice";
    return slice;
}

}  // namespace tessera::test
