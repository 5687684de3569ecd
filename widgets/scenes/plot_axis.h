// SPDX-License-Identifier: GPL-3.0-or-later
// One axis of a plot: its range, its ticks, and where a value lies on it.
#pragma once

#include <QStringList>
#include <span>

#include "widgets/scenes/axis_ticks.h"

namespace tessera {

struct PlotAxis {
    QString title, unit = {};  // unit: empty if there is none
    double low = 0, high = 1;  // low < high; both positive on a logarithmic axis
    bool logarithmic = false;
    bool wholeNumbers = false;    // counts: no ticks between them
    QStringList categories = {};  // names of 0, 1, 2, ...: shown instead of numbers
};

// 0 at `low`, 1 at `high`. Subtracts before it divides, so that 1e-6 at 1e6 keeps its digits.
double axisFraction(const PlotAxis& axis, double value);
double axisValue(const PlotAxis& axis, double fraction);

// A range that holds all finite values (all positive ones on a logarithmic axis) with `margin` of its length
// at each end; 0..1, or 1..10, without any. Never empty, even of equal values.
struct AxisRange {
    double low = 0, high = 1;
};
AxisRange axisRange(std::span<const double> values, bool logarithmic, double margin = 0.04);
// Whether an axis can show it: finite, not so short that neighbouring numbers are the same, and within
// 1e-300..1e300 on a logarithmic axis.
bool isDrawable(const AxisRange& range, bool logarithmic);
// Moves the ends of an axis that could not be drawn: a logarithmic one into 1e-300..1e300, or to 1..10 if
// that leaves nothing; any other to one unit from `low`.
void makeDrawable(PlotAxis& axis);

struct PlotTicks {
    AxisTicks labelled;         // of a logarithmic axis: powers of ten, or 1, 2, 5 times them
    std::vector<double> minor;  // between them, without a label
};
PlotTicks plotTicks(const PlotAxis& axis, int about);

}  // namespace tessera
