// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/slice_volume.h"

#include <Eigen/Dense>
#include <array>
#include <utility>

namespace tessera {
namespace {

constexpr double kDependent = 1e-9;  // of the length: what is left of a direction within the others

Eigen::Matrix3d gramOf(const SliceVolume& volume) {
    const std::array<const Eigen::VectorXd*, 3> axes{&volume.u, &volume.v, &volume.w};
    Eigen::Matrix3d gram;
    for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j) gram(i, j) = axes[i]->dot(*axes[j]);
    return gram;
}

}  // namespace

Eigen::VectorXd SliceVolume::inputFromVolume(const Eigen::Vector3d& point) const {
    return origin + point.x() * u + point.y() * v + point.z() * w;
}

Eigen::Vector3d SliceVolume::pointInVolume(const Eigen::Ref<const Eigen::VectorXd>& input) const {
    const Eigen::VectorXd offset = input - origin;
    return gramOf(*this).ldlt().solve(Eigen::Vector3d(u.dot(offset), v.dot(offset), w.dot(offset)));
}

double SliceVolume::offVolumeDistance(const Eigen::Ref<const Eigen::VectorXd>& input) const {
    return (input - inputFromVolume(pointInVolume(input))).norm();
}

SlicePlane SliceVolume::cut(int axis, double at) const {
    const std::array<const Eigen::VectorXd*, 3> axes{&u, &v, &w};
    const int first = (axis + 1) % 3, second = (axis + 2) % 3;
    return {inputShape, origin + at * *axes[axis], *axes[first], *axes[second],
            rectanglePolygon(low[first], low[second], high[first], high[second])};
}

Result<SliceVolume> volumeThroughSamples(const Shape& shape, std::span<const Eigen::VectorXd> anchors,
                                         double margin) {
    if (anchors.size() != 4)
        return inputError("A volume through samples needs four of them, and " +
                          std::to_string(anchors.size()) + " were given; choose four.");
    auto plane = planeThroughSamples(shape, anchors.first(3), margin);
    if (!plane.isOk()) return std::move(plane).propagate<SliceVolume>();
    const auto& base = plane.value();
    if (anchors[3].size() != base.origin.size())
        return inputError("Sample 4 has " + std::to_string(anchors[3].size()) +
                          " values, but the input has " + std::to_string(base.origin.size()) +
                          "; choose samples of that shape.");
    if (!anchors[3].allFinite())
        return inputError("Sample 4 holds a value that is not finite; choose another.");
    SliceVolume volume{shape, base.origin, base.u, base.v, {}};
    const Eigen::VectorXd offset = anchors[3] - volume.origin;
    volume.w = offset - offset.dot(volume.u) * volume.u - offset.dot(volume.v) * volume.v;
    double extent = 0;
    for (const auto& anchor : anchors) extent = std::max(extent, (anchor - anchors[0]).norm());
    if (!(volume.w.norm() > kDependent * extent))
        return inputError("The four samples lie in one plane, so no volume is fixed by them; replace one.");
    volume.w.normalize();
    volume.origin = (anchors[0] + anchors[1] + anchors[2] + anchors[3]) / 4;
    Eigen::Vector3d low = volume.pointInVolume(anchors[0]), high = low;
    for (const auto& anchor : anchors) {
        low = low.cwiseMin(volume.pointInVolume(anchor));
        high = high.cwiseMax(volume.pointInVolume(anchor));
    }
    const Eigen::Vector3d half = Eigen::Vector3d::Constant((high - low).maxCoeff() * (0.5 + margin));
    volume.low = (low + high) / 2 - half;
    volume.high = (low + high) / 2 + half;
    return volume;
}

Result<SliceVolume> volumeOverPlane(const SlicePlane& plane, const Eigen::VectorXd& direction,
                                    double halfDepth) {
    if (auto valid = validatePlane(plane); !valid.isOk()) return std::move(valid).propagate<SliceVolume>();
    if (direction.size() != plane.origin.size() || !direction.allFinite())
        return inputError("The third direction must have " + std::to_string(plane.origin.size()) +
                          " finite values, one per input.");
    const Eigen::VectorXd u = plane.u.normalized();
    const Eigen::VectorXd v = (plane.v - plane.v.dot(u) * u).normalized();
    Eigen::VectorXd w = direction - direction.dot(u) * u;
    w -= w.dot(v) * v;
    if (!(w.norm() > kDependent * direction.norm()))
        return inputError(
            "The third direction lies in the plane of the others; choose one that leads out of it.");
    const auto box = boundingBox(plane.window);
    const double half = halfDepth > 0 ? halfDepth : (box.high - box.low).maxCoeff() / 2;
    return SliceVolume{plane.inputShape,
                       plane.origin,
                       plane.u,
                       plane.v,
                       w.normalized(),
                       {box.low.x(), box.low.y(), -half},
                       {box.high.x(), box.high.y(), half}};
}

Result<Done> validateVolume(const SliceVolume& volume) {
    const std::int64_t size = elementCount(volume.inputShape);
    const std::array<std::pair<const char*, const Eigen::VectorXd*>, 4> vectors{
        {{"origin", &volume.origin}, {"u", &volume.u}, {"v", &volume.v}, {"w", &volume.w}}};
    for (const auto& [name, vector] : vectors) {
        if (vector->size() != size)
            return inputError("The volume's " + std::string(name) + " has " + std::to_string(vector->size()) +
                              " values, but the input has " + std::to_string(size) +
                              "; give one value per input.");
        if (!vector->allFinite())
            return inputError("The volume's " + std::string(name) +
                              " holds a value that is not finite; replace it.");
    }
    if (!volume.low.allFinite() || !volume.high.allFinite() || !((volume.high - volume.low).minCoeff() > 0))
        return inputError("The box has no volume; give each side a low end below its high end.");
    for (const auto* axis : {&volume.u, &volume.v, &volume.w})
        if (!(axis->norm() > 0))
            return inputError("An axis of the volume is zero; give three independent directions.");
    const Eigen::VectorXd first = volume.u.normalized();
    Eigen::VectorXd second = volume.v.normalized(), third = volume.w.normalized();
    second -= second.dot(first) * first;
    const bool isPlane = second.norm() > kDependent;
    second.normalize();
    third -= third.dot(first) * first;
    third -= third.dot(second) * second;
    if (!isPlane || !(third.norm() > kDependent))
        return inputError("The axes of the volume lie in one plane; give three independent directions.");
    return Done{};
}

}  // namespace tessera
