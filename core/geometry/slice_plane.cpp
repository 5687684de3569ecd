// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/slice_plane.h"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>
#include <string>

#include "core/geometry/slice_axes.h"

namespace tessera {
namespace {

double cross(const Eigen::Vector2d& a, const Eigen::Vector2d& b) {
    return a.x() * b.y() - a.y() * b.x();
}

}  // namespace

Polygon squarePolygon(double halfWidth) {
    return rectanglePolygon(-halfWidth, -halfWidth, halfWidth, halfWidth);
}

Polygon rectanglePolygon(double s0, double t0, double s1, double t1) {
    return {{s0, t0}, {s1, t0}, {s1, t1}, {s0, t1}};
}

BoundingBox boundingBox(const Polygon& polygon) {
    if (polygon.empty()) return {};
    BoundingBox box{polygon.front(), polygon.front()};
    for (const auto& corner : polygon) {
        box.low = box.low.cwiseMin(corner);
        box.high = box.high.cwiseMax(corner);
    }
    return box;
}

double signedArea(const Polygon& polygon) {
    double twice = 0;
    for (std::size_t i = 2; i < polygon.size(); ++i) {
        twice += cross(polygon[i - 1] - polygon[0], polygon[i] - polygon[0]);
    }
    return twice / 2;
}

Eigen::VectorXd SlicePlane::inputFromSlice(const Eigen::Vector2d& point) const {
    return origin + point.x() * u + point.y() * v;
}

Eigen::Vector2d SlicePlane::pointInSlice(const Eigen::Ref<const Eigen::VectorXd>& input) const {
    const Eigen::VectorXd offset = input - origin;
    Eigen::Matrix2d gram;
    gram << u.dot(u), u.dot(v), u.dot(v), v.dot(v);
    return gram.ldlt().solve(Eigen::Vector2d(u.dot(offset), v.dot(offset)));
}

double SlicePlane::offPlaneDistance(const Eigen::Ref<const Eigen::VectorXd>& input) const {
    return (input - inputFromSlice(pointInSlice(input))).norm();
}

SlicePlane SlicePlane::rotatedInPlane(double angle, const Eigen::Vector2d& centre) const {
    SlicePlane turned = *this;
    turned.u = std::cos(angle) * u + std::sin(angle) * v;
    turned.v = std::cos(angle) * v - std::sin(angle) * u;
    turned.origin = inputFromSlice(centre) - centre.x() * turned.u - centre.y() * turned.v;
    return turned;
}

Result<SlicePlane> SlicePlane::tiltedTowards(const Eigen::Ref<const Eigen::VectorXd>& direction, double angle,
                                             const Eigen::Vector2d& centre) const {
    if (direction.size() != origin.size()) {
        return inputError("The direction to tilt towards has " + std::to_string(direction.size()) +
                          " values, but the plane lies in a space of " + std::to_string(origin.size()) +
                          "; give one of the model's input size.");
    }
    const std::array<Eigen::VectorXd, 2> axes{
        u.normalized(), without(v, std::array<Eigen::VectorXd, 1>{u.normalized()}).normalized()};
    const Eigen::VectorXd outward = without(direction, axes);
    if (!(outward.norm() > kDependent * direction.norm())) {
        return inputError(
            "The direction to tilt towards lies in the plane; choose one that leads out of it.");
    }
    SlicePlane tilted = *this;
    tilted.v = std::cos(angle) * v + std::sin(angle) * v.norm() * outward.normalized();
    tilted.origin = inputFromSlice(centre) - centre.x() * u - centre.y() * tilted.v;
    return tilted;
}

Result<SlicePlane> planeThroughSamples(const Shape& shape, std::span<const Eigen::VectorXd> anchors,
                                       double margin) {
    if (anchors.size() != 3) {
        return inputError("A plane through samples needs three of them, and " +
                          std::to_string(anchors.size()) + " were given; choose three.");
    }
    if (auto valid = checkSliceSamples(anchors, shape); !valid.isOk())
        return std::move(valid).propagate<SlicePlane>();
    static constexpr std::array<std::array<int, 2>, 3> kPairs{{{0, 1}, {0, 2}, {1, 2}}};
    double extent = 0;
    for (const auto& [i, j] : kPairs) extent = std::max(extent, (anchors[i] - anchors[j]).norm());
    for (const auto& [i, j] : kPairs) {
        if ((anchors[i] - anchors[j]).norm() <= kDependent * extent) {
            return inputError("Samples " + std::to_string(i + 1) + " and " + std::to_string(j + 1) +
                              " are equal, so no plane is fixed by them; replace one.");
        }
    }
    SlicePlane plane;
    plane.inputShape = shape;
    plane.origin = (anchors[0] + anchors[1] + anchors[2]) / 3;
    plane.u = (anchors[1] - anchors[0]).normalized();
    plane.v = without(anchors[2] - anchors[0], std::array<Eigen::VectorXd, 1>{plane.u});
    if (!(plane.v.norm() > kDependent * extent)) {
        return inputError("The three samples lie on one line, so no plane is fixed by them; replace one.");
    }
    plane.v.normalize();
    Eigen::Vector2d low = plane.pointInSlice(anchors[0]), high = low;
    for (const auto& anchor : anchors) {
        low = low.cwiseMin(plane.pointInSlice(anchor));
        high = high.cwiseMax(plane.pointInSlice(anchor));
    }
    const Eigen::Vector2d centre = (low + high) / 2;
    const double half = (high - low).maxCoeff() * (0.5 + margin);
    plane.window =
        rectanglePolygon(centre.x() - half, centre.y() - half, centre.x() + half, centre.y() + half);
    return plane;
}

Result<SlicePlane> planeAlongDirections(const Shape& shape, const Eigen::VectorXd& centre,
                                        const Eigen::VectorXd& first, const Eigen::VectorXd& second,
                                        double halfWidth) {
    SlicePlane plane{shape, centre, first, second, squarePolygon(halfWidth)};
    if (auto valid = validatePlane(plane); !valid.isOk()) return std::move(valid).propagate<SlicePlane>();
    plane.u.normalize();
    plane.v = without(second.normalized(), std::array<Eigen::VectorXd, 1>{plane.u}).normalized();
    return plane;
}

Eigen::VectorXd randomDirection(std::int64_t size, std::uint64_t seed) {
    // Box-Muller by hand: std::normal_distribution differs between standard libraries.
    std::mt19937_64 random(seed);
    const auto uniform = [&] { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; };
    Eigen::VectorXd direction(size);
    for (std::int64_t i = 0; i < size; ++i) {
        const double radius = std::sqrt(-2 * std::log(uniform()));
        direction[i] = radius * std::cos(2 * std::numbers::pi * uniform());
    }
    return direction.normalized();
}

Result<Done> validatePlane(const SlicePlane& plane) {
    const std::array<std::pair<const char*, const Eigen::VectorXd*>, 3> vectors{
        {{"origin", &plane.origin}, {"u", &plane.u}, {"v", &plane.v}}};
    for (const auto& [name, vector] : vectors)
        if (auto valid = checkSliceVector("plane", name, *vector, plane.inputShape); !valid.isOk())
            return valid;
    const double lengthU = plane.u.norm(), lengthV = plane.v.norm();
    if (!(lengthU > 0) || !(lengthV > 0)) {
        return inputError("The plane's " + std::string(lengthU > 0 ? "v" : "u") +
                          " is zero; give two independent directions.");
    }
    const Eigen::VectorXd axis = plane.u / lengthU;
    if (!(without(plane.v / lengthV, std::array<Eigen::VectorXd, 1>{axis}).norm() > kDependent)) {
        return inputError("The plane's u and v are parallel; give two independent directions.");
    }
    const Polygon& window = plane.window;
    if (window.size() < 3) {
        return inputError("The plane's window has " + std::to_string(window.size()) +
                          " corners; give at least three.");
    }
    for (const auto& corner : window) {
        if (!corner.allFinite()) {
            return inputError("The plane's window has a corner that is not finite; replace it.");
        }
    }
    if (!(signedArea(window) > 0)) {
        return inputError(
            "The plane's window is empty or runs clockwise; list its corners counter-clockwise.");
    }
    double turned = 0;  // a convex polygon turns left at every corner, and once round in all
    for (std::size_t i = 0; i < window.size(); ++i) {
        const Eigen::Vector2d in = window[(i + 1) % window.size()] - window[i];
        const Eigen::Vector2d out = window[(i + 2) % window.size()] - window[(i + 1) % window.size()];
        if (!(cross(in, out) > kDependent * in.norm() * out.norm())) {
            return inputError("The plane's window is not strictly convex at corner " +
                              std::to_string((i + 1) % window.size() + 1) +
                              "; leave out repeated, collinear and inward corners.");
        }
        turned += std::atan2(cross(in, out), in.dot(out));
    }
    if (turned > 3 * std::numbers::pi) {
        return inputError(
            "The plane's window crosses itself; list the corners of a convex polygon in order.");
    }
    return Done{};
}

}  // namespace tessera
