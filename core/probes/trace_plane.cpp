// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/trace_plane.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr double kMargin = 1.3;  // of the window, around what it holds

struct Direction {
    Eigen::VectorXd along;  // from the start to what is meant
    std::string name;
};

// Something of `next` is left beside `first`.
bool isIndependent(const Eigen::VectorXd& first, const Eigen::VectorXd& next) {
    const Eigen::VectorXd unit = first.normalized();
    return (next - next.dot(unit) * unit).norm() > 1e-6 * next.norm();
}

std::string className(std::span<const std::string> names, std::int32_t index) {
    const auto at = static_cast<std::size_t>(index);
    return at < names.size() ? names[at] : std::to_string(index);
}

}  // namespace

Result<LaidTracePlane> planeOfTraces(TracePlane kind, const Shape& inputShape,
                                     const Eigen::RowVectorXd& start, std::span<const HeadTrace> traces,
                                     std::span<const std::string> names, const References& references,
                                     std::span<const std::string> classNames) {
    std::vector<Direction> paths, wanted;
    for (std::size_t i = 0; i < traces.size(); ++i) {
        const auto& points = traces[i].path.points;
        const Eigen::VectorXd along = (points.row(points.rows() - 1) - start).transpose();
        if (along.norm() > 0) paths.push_back({along, "path of " + (i < names.size() ? names[i] : "")});
    }
    const auto& first = traces.front();
    std::vector<Direction> others;
    if (first.minimal && first.minimal->distance > 0)
        others.push_back({(first.minimal->point - start).transpose(), "boundary normal of " + names[0]});
    Direction reference;
    if (const auto index = first.nearest.index.empty() ? -1 : first.nearest.index.front(); index >= 0) {
        const auto& pool = references.pool;
        reference = {(pool.points().row(pool.placeOf(index)) - start).transpose(),
                     "nearest reference of class " + className(classNames, first.flip.target)};
    }
    if (!paths.empty()) wanted.push_back(paths.front());
    if (kind == TracePlane::TwoHeads)
        for (std::size_t i = 1; i < paths.size(); ++i) wanted.push_back(paths[i]);
    if (kind == TracePlane::BoundaryNormal)
        for (const auto& normal : others) wanted.push_back(normal);
    if (reference.along.size() > 0) wanted.push_back(reference);
    for (const auto& normal : others) wanted.push_back(normal);
    for (std::uint64_t seed = 1; seed <= 2; ++seed)
        wanted.push_back({randomDirection(start.size(), seed), "random direction"});

    std::vector<Direction> chosen;
    for (const auto& direction : wanted) {
        if (chosen.size() == 2) break;
        if (direction.along.norm() == 0) continue;
        if (chosen.empty() || isIndependent(chosen.front().along, direction.along))
            chosen.push_back(direction);
    }
    if (chosen.size() < 2)
        return inputError("An input of one number has no plane; choose samples of two or more numbers.");
    double reach = 0;
    for (const auto& path : paths) reach = std::max(reach, path.along.norm());
    for (const auto& normal : others) reach = std::max(reach, normal.along.norm());
    // A reference may be far: it is in the window where it does not dwarf the paths.
    for (const auto& direction : chosen)
        if (const double length = direction.along.norm(); reach == 0 || length < 4 * reach)
            reach = std::max(reach, length);
    auto plane = planeAlongDirections(inputShape, start.transpose(), chosen[0].along, chosen[1].along,
                                      kMargin * (reach > 0 ? reach : 1));
    if (!plane.isOk()) return std::move(plane).propagate<LaidTracePlane>();
    return LaidTracePlane{std::move(plane).value(), chosen[0].name, chosen[1].name};
}

}  // namespace tessera
