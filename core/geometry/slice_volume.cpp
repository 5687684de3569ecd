// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/slice_volume.h"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/geometry/slice_axes.h"

namespace tessera {
namespace {

Result<Done> checkBox(const Eigen::Vector3d& low, const Eigen::Vector3d& high) {
    if (!low.allFinite() || !high.allFinite()) {
        return inputError("The volume's box has a side that is not finite; give finite limits.");
    }
    static constexpr std::array<const char*, 3> kNames{"s", "t", "r"};
    for (int axis = 0; axis < 3; ++axis) {
        const double reach = std::max(std::abs(low[axis]), std::abs(high[axis]));
        if (!(high[axis] - low[axis] > kDependent * reach)) {
            return inputError("The volume's box has no extent along " +
                              std::string(kNames[static_cast<std::size_t>(axis)]) +
                              "; give a lower limit below the upper.");
        }
    }
    return Done{};
}

}  // namespace

Eigen::VectorXd SliceVolume::inputFromVolume(const Eigen::Vector3d& point) const {
    return origin + point.x() * u + point.y() * v + point.z() * w;
}

Eigen::Vector3d SliceVolume::pointInVolume(const Eigen::Ref<const Eigen::VectorXd>& input) const {
    const Eigen::VectorXd offset = input - origin;
    Eigen::Matrix3d gram;
    gram << u.dot(u), u.dot(v), u.dot(w), u.dot(v), v.dot(v), v.dot(w), u.dot(w), v.dot(w), w.dot(w);
    return gram.ldlt().solve(Eigen::Vector3d(u.dot(offset), v.dot(offset), w.dot(offset)));
}

double SliceVolume::offVolumeDistance(const Eigen::Ref<const Eigen::VectorXd>& input) const {
    return (input - inputFromVolume(pointInVolume(input))).norm();
}

SlicePlane SliceVolume::cut(const VolumePlane& plane) const {
    const auto [first, second] = plane.directions();
    const Eigen::Vector3d at = plane.position * plane.normal;
    SlicePlane cut;
    cut.inputShape = inputShape;
    cut.origin = inputFromVolume(at);
    cut.u = first.x() * u + first.y() * v + first.z() * w;
    cut.v = second.x() * u + second.y() * v + second.z() * w;
    for (const auto& corner : sectionOfBox(plane, low, high))
        cut.window.push_back({first.dot(corner - at), second.dot(corner - at)});
    return cut;
}

std::optional<VolumePlane> SliceVolume::planeOf(const SlicePlane& plane) const {
    if (plane.origin.size() != origin.size() || plane.window.empty()) return std::nullopt;
    const double near = 1e-6 * (high - low).maxCoeff() * std::max({u.norm(), v.norm(), w.norm()});
    std::vector<Eigen::Vector2d> points(plane.window.begin(), plane.window.end());
    points.push_back({0, 0});
    for (const auto& point : points)
        if (!(offVolumeDistance(plane.inputFromSlice(point)) <= near)) return std::nullopt;
    const Eigen::Vector3d from = pointInVolume(plane.origin);
    const Eigen::Vector3d first = pointInVolume(plane.origin + plane.u) - from;
    const Eigen::Vector3d second = pointInVolume(plane.origin + plane.v) - from;
    Eigen::Vector3d normal = first.cross(second);
    if (!(normal.norm() > kDependent * first.norm() * second.norm())) return std::nullopt;
    normal.normalize();
    int along = 0;
    const double most = normal.cwiseAbs().maxCoeff(&along);
    if (normal[along] < 0) normal = -normal;
    // Rounding must not make an oblique plane of one across an axis.
    if (1 - most < 1e-12) normal = Eigen::Vector3d::Unit(along);
    return VolumePlane{normal, normal.dot(from)};
}

Result<SliceVolume> volumeThroughSamples(const Shape& shape, std::span<const Eigen::VectorXd> anchors,
                                         double margin) {
    if (anchors.size() != 4) {
        return inputError("A volume through samples needs four of them, and " +
                          std::to_string(anchors.size()) + " were given; choose four.");
    }
    if (auto valid = checkSliceSamples(anchors, shape); !valid.isOk())
        return std::move(valid).propagate<SliceVolume>();
    double extent = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        for (std::size_t j = 0; j < i; ++j) extent = std::max(extent, (anchors[i] - anchors[j]).norm());
    }
    for (std::size_t i = 0; i < 4; ++i) {
        for (std::size_t j = i + 1; j < 4; ++j) {
            if ((anchors[i] - anchors[j]).norm() > kDependent * extent) continue;
            return inputError("Samples " + std::to_string(i + 1) + " and " + std::to_string(j + 1) +
                              " are equal, so no volume is fixed by them; replace one.");
        }
    }
    SliceVolume volume;
    volume.inputShape = shape;
    volume.origin = (anchors[0] + anchors[1] + anchors[2] + anchors[3]) / 4;
    volume.u = (anchors[1] - anchors[0]).normalized();
    volume.v = without(anchors[2] - anchors[0], std::array{volume.u});
    if (!(volume.v.norm() > kDependent * extent)) {
        return inputError("Samples 1, 2 and 3 lie on one line, so no volume is fixed by them; replace one.");
    }
    volume.v.normalize();
    volume.w = without(anchors[3] - anchors[0], std::array{volume.u, volume.v});
    if (!(volume.w.norm() > kDependent * extent)) {
        return inputError("The four samples lie in one plane, so no volume is fixed by them; replace one.");
    }
    volume.w.normalize();
    Eigen::Vector3d low = volume.pointInVolume(anchors[0]), high = low;
    for (const auto& anchor : anchors) {
        low = low.cwiseMin(volume.pointInVolume(anchor));
        high = high.cwiseMax(volume.pointInVolume(anchor));
    }
    const Eigen::Vector3d centre = (low + high) / 2;
    const double half = (high - low).maxCoeff() * (0.5 + margin);
    volume.low = centre.array() - half;
    volume.high = centre.array() + half;
    if (auto box = checkBox(volume.low, volume.high); !box.isOk()) {
        return std::move(box).propagate<SliceVolume>();
    }
    return volume;
}

Result<SliceVolume> volumeOverPlane(const SlicePlane& plane, const Eigen::VectorXd& direction,
                                    double halfDepth) {
    if (auto valid = validatePlane(plane); !valid.isOk()) return std::move(valid).propagate<SliceVolume>();
    if (direction.size() != plane.origin.size()) {
        return inputError("The third direction has " + std::to_string(direction.size()) +
                          " values, but the plane lies in a space of " + std::to_string(plane.origin.size()) +
                          "; give one of the model's input size.");
    }
    if (!direction.allFinite() || !std::isfinite(halfDepth) || halfDepth < 0) {
        return inputError("The third direction or the depth along it is not finite or negative; replace it.");
    }
    const Eigen::VectorXd first = plane.u.normalized();
    const std::array axes{first, without(plane.v, std::array{first}).normalized()};
    const Eigen::VectorXd outward = without(direction, axes);
    if (!(outward.norm() > kDependent * direction.norm())) {
        return inputError("The third direction lies in the plane; choose one that leads out of it.");
    }
    const BoundingBox window = boundingBox(plane.window);
    const double half = halfDepth > 0 ? halfDepth : (window.high - window.low).maxCoeff() / 2;
    SliceVolume volume{plane.inputShape, plane.origin, plane.u, plane.v, outward.normalized(), {}, {}};
    volume.low << window.low, -half;
    volume.high << window.high, half;
    return volume;
}

Result<Done> validateVolume(const SliceVolume& volume) {
    const std::array<std::pair<const char*, const Eigen::VectorXd*>, 4> vectors{
        {{"origin", &volume.origin}, {"u", &volume.u}, {"v", &volume.v}, {"w", &volume.w}}};
    for (const auto& [name, vector] : vectors)
        if (auto valid = checkSliceVector("volume", name, *vector, volume.inputShape); !valid.isOk())
            return valid;
    for (std::size_t i = 1; i < vectors.size(); ++i) {
        if (vectors[i].second->norm() > 0) continue;
        return inputError("The volume's " + std::string(vectors[i].first) +
                          " is zero; give three independent directions.");
    }
    const Eigen::VectorXd first = volume.u.normalized();
    const Eigen::VectorXd second = without(volume.v.normalized(), std::array{first});
    if (!(second.norm() > kDependent)) {
        return inputError("The volume's u and v are parallel; give three independent directions.");
    }
    const std::array axes{first, Eigen::VectorXd(second.normalized())};
    if (!(without(volume.w.normalized(), axes).norm() > kDependent)) {
        return inputError("The volume's w lies in the plane of u and v; give three independent directions.");
    }
    return checkBox(volume.low, volume.high);
}

}  // namespace tessera
