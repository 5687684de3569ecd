// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/line_measures.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

namespace tessera {
namespace {

constexpr double kSameSlope = 1e-9, kRounding = 1e-14;

Eigen::Map<const Eigen::VectorXd> slopeOf(const LineRegions& lines, std::size_t point) {
    return {lines.slopes.data() + point * static_cast<std::size_t>(lines.outputs), lines.outputs};
}

}  // namespace

double absoluteIntegral(double e0, double e1, double dt) {
    const double a = std::abs(e0), b = std::abs(e1);
    if (a + b == 0) return 0;
    if ((e0 < 0) == (e1 < 0) || a == 0 || b == 0) return (a + b) / 2 * dt;
    return (a * a + b * b) / (2 * (a + b)) * dt;  // two triangles
}

SlopeEquality::SlopeEquality(const LineRegions& lines) : lines_(lines) {
    double most = 0;
    for (const double slope : lines.slopes) most = std::max(most, std::abs(slope));
    floor_ = kRounding * most;
}

bool SlopeEquality::at(std::size_t point) const {
    const auto before = slopeOf(lines_, point - 1), after = slopeOf(lines_, point);
    return (after - before).norm() <= std::max(kSameSlope * std::max(before.norm(), after.norm()), floor_);
}

SlopeChange slopeChange(const LineRegions& lines, std::size_t point) {
    const auto before = slopeOf(lines, point - 1), after = slopeOf(lines, point);
    const double lengths = before.norm() * after.norm();
    return {lengths > 0 ? std::clamp(before.dot(after) / lengths, -1.0, 1.0)
                        : std::numeric_limits<double>::quiet_NaN(),
            (after - before).norm()};
}

std::vector<SegmentMeasures> segmentMeasures(const LineRegions& lines, std::span<const double> lengths,
                                             DeviationRule rule) {
    const auto outputs = static_cast<std::size_t>(lines.outputs);
    const SlopeEquality same(lines);
    std::vector<SegmentMeasures> all(lengths.size());
    for (auto& measures : all)
        measures.absoluteDeviation.assign(outputs, std::numeric_limits<double>::quiet_NaN()),
            measures.totalVariation = measures.absoluteDeviation;
    const auto& points = lines.points;
    for (std::size_t begin = 0, end; begin < points.size(); begin = end) {
        for (end = begin + 1; end < points.size() && points[end].segment == points[begin].segment;) ++end;
        auto& measures = all[static_cast<std::size_t>(points[begin].segment)];
        measures.covered = points[end - 1].t;
        measures.whole = measures.covered == 1;
        measures.pieces = 1;
        for (std::size_t i = begin + 1; i < end; ++i) {
            measures.crossings += points[i].site >= 0;
            if (i + 1 < end && !same.at(i)) ++measures.pieces;
        }
        if (!measures.whole) continue;
        const double length = lengths[static_cast<std::size_t>(points[begin].segment)];
        const double *const first = lines.logits.data() + begin * outputs, *const last = lines.logits.data() +
                                                                                         (end - 1) * outputs;
        for (std::size_t k = 0; k < outputs; ++k) {
            const double slope = last[k] - first[k];
            double deviation = 0, variation = 0;
            for (std::size_t i = begin; i + 1 < end; ++i) {
                const double t0 = points[i].t, t1 = points[i + 1].t;
                const double f0 = lines.logits[i * outputs + k], f1 = lines.logits[(i + 1) * outputs + k];
                variation += std::abs(f1 - f0);
                if (rule == DeviationRule::Exact) {
                    deviation +=
                        absoluteIntegral(f0 - first[k] - t0 * slope, f1 - first[k] - t1 * slope, t1 - t0);
                } else {
                    // On the region f = a + b t.
                    const double b = lines.slopes[i * outputs + k], a = f0 - b * t0;
                    deviation +=
                        std::abs(first[k] - a) * (t1 - t0) + std::abs(b - slope) * (t1 * t1 - t0 * t0) / 2;
                }
            }
            measures.absoluteDeviation[k] = length * deviation;
            measures.totalVariation[k] = variation;
        }
    }
    return all;
}

}  // namespace tessera
