// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/plot_axis.h"

#include <algorithm>
#include <cmath>

#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr double kLeastLog = 1e-300, kMostLog = 1e300;  // ends of a logarithmic axis

// sqrt(a / b) of positive numbers; a / b itself overflows where they are far apart.
double rootOfRatio(double a, double b) {
    return std::sqrt(a) / std::sqrt(b);
}

AxisTicks roundTicks(const PlotAxis& axis, int about) {
    if (!axis.wholeNumbers) return axisTicks(axis.low, axis.high, about);
    // From whole number to whole number, so that the step is one; then those in sight.
    const double low = std::floor(axis.low), high = std::ceil(axis.high);
    const auto most = static_cast<int>(std::clamp(high - low, 1.0, 1e6));
    const AxisTicks all = axisTicks(low, high, std::min(about, most));
    AxisTicks ticks = all;
    ticks.values.clear(), ticks.labels.clear();
    for (std::size_t i = 0; i < all.values.size(); ++i) {
        if (all.values[i] < axis.low || all.values[i] > axis.high) continue;
        ticks.values.push_back(all.values[i]);
        ticks.labels.push_back(all.labels[i]);
    }
    return ticks;
}

QString powerLabel(double mantissa, int exponent) {
    if (exponent >= -3 && exponent <= 3) return shortNumber(mantissa * std::pow(10.0, exponent), 6);
    const QString power = QStringLiteral("10") + superscript(exponent);
    return mantissa == 1 ? power : QString::number(mantissa) + QChar(0xd7) + power;
}

PlotTicks logTicks(const PlotAxis& axis, int about) {
    PlotTicks ticks;
    if (!isDrawable({axis.low, axis.high}, true)) return ticks;  // no powers of ten to count
    const double first = std::log10(axis.low), last = std::log10(axis.high), decades = last - first;
    if (decades < 0.7) {  // too short for powers of ten: round numbers, unevenly spaced
        ticks.labelled = roundTicks(axis, about);
        return ticks;
    }
    const int from = static_cast<int>(std::floor(first)), to = static_cast<int>(std::ceil(last));
    const int stride = std::max(1, static_cast<int>(std::ceil(decades / std::max(about, 1))));
    const bool subdivided = decades * 3 <= about * 1.5;
    const auto inside = [&](double value) {
        return value >= axis.low * (1 - 1e-9) && value <= axis.high * (1 + 1e-9);
    };
    for (int e = from; e <= to; ++e) {
        for (int mantissa = 1; mantissa <= 9; ++mantissa) {
            const double value = mantissa * std::pow(10.0, e);
            if (!inside(value)) continue;
            const bool isLabelled =
                mantissa == 1 ? e % stride == 0 : subdivided && (mantissa == 2 || mantissa == 5);
            if (isLabelled) {
                ticks.labelled.values.push_back(value);
                ticks.labelled.labels.push_back(powerLabel(mantissa, e));
            } else if (stride == 1 || mantissa == 1) {
                ticks.minor.push_back(value);
            }
        }
    }
    return ticks;
}

PlotTicks categoryTicks(const PlotAxis& axis, int about) {
    PlotTicks ticks;
    const int count = static_cast<int>(axis.categories.size());
    const int from = std::max(0, static_cast<int>(std::ceil(axis.low))),
              to = std::min(count - 1, static_cast<int>(std::floor(axis.high)));
    const int stride = std::max(1, (to - from + 1 + about - 1) / std::max(about, 1));
    for (int i = from; i <= to; ++i) {
        if ((i - from) % stride != 0) continue;
        ticks.labelled.values.push_back(i);
        ticks.labelled.labels.push_back(axis.categories[i]);
    }
    return ticks;
}

}  // namespace

double axisFraction(const PlotAxis& axis, double value) {
    if (!axis.logarithmic) return (value - axis.low) / (axis.high - axis.low);
    return std::log(rootOfRatio(value, axis.low)) / std::log(rootOfRatio(axis.high, axis.low));
}

double axisValue(const PlotAxis& axis, double fraction) {
    if (!axis.logarithmic) return axis.low + fraction * (axis.high - axis.low);
    const double half = std::pow(rootOfRatio(axis.high, axis.low), fraction);
    return axis.low * half * half;
}

AxisRange axisRange(std::span<const double> values, bool logarithmic, double margin) {
    double low = INFINITY, high = -INFINITY;
    for (const double value : values) {
        if (!std::isfinite(value) || (logarithmic && value <= 0)) continue;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    if (!(low <= high)) return logarithmic ? AxisRange{1, 10} : AxisRange{0, 1};
    if (logarithmic) {
        const auto within = [](double value) { return std::clamp(value, kLeastLog, kMostLog); };
        low = within(low), high = within(high);
        const double factor = high > low ? std::pow(rootOfRatio(high, low), 2 * margin) : 2;
        return {within(low / factor), within(high * factor)};
    }
    // Equal values, or nearly: as much room as still has different numbers in it.
    const double least = std::max(std::abs(low), std::abs(high)) * 1e-12;
    if (high - low <= least) {
        const double half = low == 0 ? 1 : std::max(std::abs(low) * 0.05, least);
        return {low - half, high + half};
    }
    const double extra = (high - low) * margin;
    return {low - extra, high + extra};
}

bool isDrawable(const AxisRange& range, bool logarithmic) {
    const double least = std::max(std::abs(range.low), std::abs(range.high)) * 1e-13;
    return std::isfinite(range.low) && std::isfinite(range.high) && std::isfinite(range.high - range.low) &&
           range.high - range.low > least &&
           (!logarithmic || (range.low >= kLeastLog && range.high <= kMostLog));
}

void makeDrawable(PlotAxis& axis) {
    if (!axis.logarithmic) {
        if (!std::isfinite(axis.low)) axis.low = 0;
        if (!(axis.high > axis.low) || !std::isfinite(axis.high - axis.low))
            axis.high = axis.low + std::max(1.0, std::abs(axis.low) * 1e-6);
        return;
    }
    axis.low = std::clamp(axis.low, kLeastLog, kMostLog);
    axis.high = std::clamp(axis.high, kLeastLog, kMostLog);
    if (!isDrawable({axis.low, axis.high}, true)) axis.low = 1, axis.high = 10;
}

PlotTicks plotTicks(const PlotAxis& axis, int about) {
    if (!axis.categories.isEmpty()) return categoryTicks(axis, about);
    if (axis.logarithmic) return logTicks(axis, about);
    return {roundTicks(axis, about), {}};
}

}  // namespace tessera
