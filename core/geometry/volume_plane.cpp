// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/volume_plane.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <utility>

namespace tessera {

int VolumePlane::axis() const {
    for (int axis = 0; axis < 3; ++axis)
        if (normal == Eigen::Vector3d::Unit(axis)) return axis;
    return -1;
}

std::array<Eigen::Vector3d, 2> VolumePlane::directions() const {
    if (const int along = axis(); along >= 0)
        return {Eigen::Vector3d::Unit((along + 1) % 3), Eigen::Vector3d::Unit((along + 2) % 3)};
    int least = 0;
    normal.cwiseAbs().minCoeff(&least);
    const Eigen::Vector3d first = normal.cross(Eigen::Vector3d::Unit(least)).normalized();
    return {first, normal.cross(first)};
}

std::vector<Eigen::Vector3d> sectionOfBox(const VolumePlane& plane, const Eigen::Vector3d& low,
                                          const Eigen::Vector3d& high) {
    const double reach = std::max(low.cwiseAbs().maxCoeff(), high.cwiseAbs().maxCoeff());
    const double on = 1e-12 * reach;
    const auto corner = [&](int number) {
        Eigen::Vector3d point;
        for (int axis = 0; axis < 3; ++axis) point[axis] = (number >> axis & 1) != 0 ? high[axis] : low[axis];
        return point;
    };
    std::vector<Eigen::Vector3d> points;
    for (int number = 0; number < 8; ++number) {
        const Eigen::Vector3d from = corner(number);
        const double here = plane.distance(from);
        if (std::abs(here) <= on) points.push_back(from);
        for (int axis = 0; axis < 3; ++axis) {
            if ((number >> axis & 1) != 0) continue;
            const Eigen::Vector3d to = corner(number | 1 << axis);
            const double there = plane.distance(to);
            if (std::abs(here) <= on || std::abs(there) <= on || (here < 0) == (there < 0)) continue;
            points.push_back(from + here / (here - there) * (to - from));
        }
    }
    if (points.size() < 3) return {};
    Eigen::Vector3d middle = Eigen::Vector3d::Zero();
    for (const auto& point : points) middle += point;
    middle /= static_cast<double>(points.size());
    const auto [first, second] = plane.directions();
    std::vector<std::pair<double, Eigen::Vector3d>> byAngle;
    for (const auto& point : points)
        byAngle.emplace_back(std::atan2(second.dot(point - middle), first.dot(point - middle)), point);
    std::sort(byAngle.begin(), byAngle.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    points.clear();
    for (const auto& [angle, point] : byAngle) points.push_back(point);
    return points;
}

std::array<double, 2> positionsInBox(const Eigen::Vector3d& normal, const Eigen::Vector3d& low,
                                     const Eigen::Vector3d& high) {
    const double middle = normal.dot(low + high) / 2;
    const double reach = normal.cwiseAbs().dot(high - low) / 2;
    return {middle - reach, middle + reach};
}

}  // namespace tessera
