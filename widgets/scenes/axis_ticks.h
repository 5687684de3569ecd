// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

namespace tessera {

// Round numbers on an axis. Deep in a zoom, labels are relative to `offset`, and very large or small ones are
// divided by a power of ten; both are said in the axis title: "s − 0.531 (×10⁻⁶ input units)".
struct AxisTicks {
    std::vector<double> values;
    std::vector<QString> labels;
    double step = 1, offset = 0;
    int exponent = 0;

    QString title(const QString& symbol, const QString& unit) const;  // unit: may be empty
};

AxisTicks axisTicks(double low, double high, int about);
// The largest of 1, 2, 5 x 10^n that is at most `limit`.
double roundBelow(double limit);

}  // namespace tessera
