// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/axis_ticks.h"

#include <algorithm>
#include <cmath>

#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

QString withMinus(QString text) {
    return text.replace('-', QChar(0x2212));
}

}  // namespace

double roundBelow(double limit) {
    const double decade = std::pow(10.0, std::floor(std::log10(limit)));
    const double mantissa = limit / decade * (1 + 1e-12);
    return decade * (mantissa >= 5 ? 5 : mantissa >= 2 ? 2 : 1);
}

AxisTicks axisTicks(double low, double high, int about) {
    AxisTicks ticks;
    const double span = high - low;
    if (!(span > 0) || !std::isfinite(span)) return ticks;
    ticks.step = roundBelow(span / std::max(about, 1));
    if (span / ticks.step > 1.8 * about) ticks.step = roundBelow(ticks.step * 2.6);
    const double first = std::ceil(low / ticks.step - 1e-9), last = std::floor(high / ticks.step + 1e-9);
    for (double k = first; k <= last && ticks.values.size() < 100; ++k)
        ticks.values.push_back(k * ticks.step);

    constexpr double kDigitsShown = 1e4;
    if (std::max(std::abs(low), std::abs(high)) / ticks.step > kDigitsShown) {
        const double coarse = std::pow(10.0, std::ceil(std::log10(span)));
        ticks.offset = std::floor(low / coarse) * coarse;
    }
    double largest = 0;
    for (const double value : ticks.values) largest = std::max(largest, std::abs(value - ticks.offset));
    const int magnitude = largest > 0 ? static_cast<int>(std::floor(std::log10(largest) + 1e-9)) : 0;
    if (magnitude >= 5 || magnitude <= -3) ticks.exponent = magnitude;
    const double scale = std::pow(10.0, ticks.exponent);
    const int decimals =
        std::clamp(static_cast<int>(-std::floor(std::log10(ticks.step / scale) + 1e-9)), 0, 12);
    for (const double value : ticks.values) {
        const double shown = (value - ticks.offset) / scale;
        ticks.labels.push_back(withMinus(
            QString::number(std::abs(shown) < ticks.step / scale * 1e-6 ? 0.0 : shown, 'f', decimals)));
    }
    return ticks;
}

QString AxisTicks::title(const QString& symbol, const QString& unit) const {
    QString text = symbol;
    if (offset != 0) {
        const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step)) - 1), 0, 17);
        text += (offset > 0 ? QString::fromUtf8(" − ") : QStringLiteral(" + ")) +
                (std::abs(offset) < 1e7 ? QString::number(std::abs(offset), 'f', decimals)
                                        : QString::number(std::abs(offset), 'g', 15));
    }
    const QString factor = exponent ? QString::fromUtf8("×10") + superscript(exponent) : QString();
    const QString bracket = factor.isEmpty() || unit.isEmpty() ? factor + unit : factor + ' ' + unit;
    return bracket.isEmpty() ? text : text + QStringLiteral(" (") + bracket + ')';
}

}  // namespace tessera
