// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/support_field.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tessera {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Projected {
    double s, t, offSquared;
};

}  // namespace

double SupportField::radiusAt(const Eigen::Vector2d& pointInSlice) const {
    const Eigen::Vector2d size = high - low;
    const double column = (pointInSlice.x() - low.x()) / size.x() * columns - 0.5,
                 row = (high.y() - pointInSlice.y()) / size.y() * rows - 0.5;
    if (!(column >= -0.5 && column <= columns - 0.5 && row >= -0.5 && row <= rows - 0.5))
        return std::numeric_limits<double>::quiet_NaN();
    const auto cell = [](double at, int count) {
        return std::clamp(static_cast<int>(std::floor(at)), 0, std::max(0, count - 2));
    };
    const int c = cell(column, columns), r = cell(row, rows);
    const double x = std::clamp(column - c, 0.0, 1.0), y = std::clamp(row - r, 0.0, 1.0);
    const auto value = [&](int i, int j) {
        return static_cast<double>(
            radius[static_cast<std::size_t>(std::min(i, rows - 1)) * static_cast<std::size_t>(columns) +
                   static_cast<std::size_t>(std::min(j, columns - 1))]);
    };
    return (1 - y) * ((1 - x) * value(r, c) + x * value(r, c + 1)) +
           y * ((1 - x) * value(r + 1, c) + x * value(r + 1, c + 1));
}

Result<std::shared_ptr<const SupportField>> supportField(const NeighbourPool& pool,
                                                         const ClassThresholds& thresholds,
                                                         const SupportOptions& options, std::int32_t ofClass,
                                                         const SlicePlane& plane, int resolution,
                                                         WorkerTeam& team, std::stop_token stop) {
    auto field = std::make_shared<SupportField>();
    const auto box = boundingBox(plane.window);
    field->low = box.low, field->high = box.high;
    const Eigen::Vector2d size = box.high - box.low;
    const auto cells = [&](double extent) {
        return std::clamp(static_cast<int>(std::lround(extent / size.maxCoeff() * resolution)), 2,
                          resolution);
    };
    field->columns = cells(size.x()), field->rows = cells(size.y());
    field->ofClass = ofClass;
    field->threshold = thresholds.tau[static_cast<std::size_t>(ofClass)];
    const auto [first, last] = pool.range(ofClass);
    std::vector<Projected> points(static_cast<std::size_t>(last - first));
    forBlocks(team, last - first, 64, [&](std::int64_t i) {
        if (stop.stop_requested()) return;
        const Eigen::VectorXd point = pool.points().row(first + i).transpose();
        const Eigen::Vector2d at = plane.pointInSlice(point);
        points[static_cast<std::size_t>(i)] = {at.x(), at.y(),
                                               (point - plane.inputFromSlice(at)).squaredNorm()};
    });
    const auto count = points.size();
    const bool tooFew = count == 0 || (options.fewPoints == FewPoints::Unsupported &&
                                       count < static_cast<std::size_t>(options.neighbours));
    const std::size_t k = std::min(count, static_cast<std::size_t>(options.neighbours));
    field->radius.assign(static_cast<std::size_t>(field->rows) * static_cast<std::size_t>(field->columns),
                         static_cast<float>(kInfinity));
    const GridField grid{field->rows, field->columns, field->low, field->high, field->radius};
    // Steps along the axes are lengths only if these are orthonormal, as those made by Tessera are.
    const double uu = plane.u.squaredNorm(), vv = plane.v.squaredNorm(), uv = plane.u.dot(plane.v);
    if (!tooFew)
        team.forEach(static_cast<std::size_t>(field->rows), [&](std::size_t row, std::size_t) {
            std::vector<double> distances(count);
            for (int column = 0; column < field->columns; ++column) {
                if (stop.stop_requested()) return;
                const Eigen::Vector2d at = grid.centre(static_cast<int>(row), column);
                for (std::size_t i = 0; i < count; ++i) {
                    const double s = at.x() - points[i].s, t = at.y() - points[i].t;
                    distances[i] = points[i].offSquared + uu * s * s + 2 * uv * s * t + vv * t * t;
                }
                const auto kth = distances.begin() + static_cast<std::ptrdiff_t>(k - 1);
                std::nth_element(distances.begin(), kth, distances.end());
                field->radius[row * static_cast<std::size_t>(field->columns) +
                              static_cast<std::size_t>(column)] = static_cast<float>(std::sqrt(*kth));
            }
        });
    if (stop.stop_requested()) return Cancelled{};
    if (std::isfinite(field->threshold)) field->thresholdLine = contourOf(grid, field->threshold);
    return std::shared_ptr<const SupportField>(std::move(field));
}

}  // namespace tessera
