// SPDX-License-Identifier: GPL-3.0-or-later
// A two-dimensional slice of input space: input = origin + s*u + t*v, float64, inputs as the network takes
// them.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/base/shape.h"

namespace tessera {

using Polygon = std::vector<Eigen::Vector2d>;  // convex, counter-clockwise, (s, t) coordinates

Polygon squarePolygon(double halfWidth = 1.0);
Polygon rectanglePolygon(double s0, double t0, double s1, double t1);
double signedArea(const Polygon& polygon);
struct BoundingBox {
    Eigen::Vector2d low = Eigen::Vector2d::Zero(), high = Eigen::Vector2d::Zero();
};
BoundingBox boundingBox(const Polygon& polygon);  // zeros for an empty polygon

struct SlicePlane {
    Shape inputShape;        // of one sample
    Eigen::VectorXd origin;  // elementCount(inputShape)
    Eigen::VectorXd u, v;    // same length; orthonormal when made by the functions below, free in a PLANE.npz
    Polygon window;          // what is computed and shown

    Eigen::VectorXd inputFromSlice(const Eigen::Vector2d& pointInSlice) const;
    // Coordinates of the orthogonal projection onto the plane (least squares, so any independent u, v will
    // do).
    Eigen::Vector2d pointInSlice(const Eigen::Ref<const Eigen::VectorXd>& input) const;
    // Euclidean distance between an input and its projection, in input units.
    double offPlaneDistance(const Eigen::Ref<const Eigen::VectorXd>& input) const;

    // Same plane, axes turned by the angle (radians) about `centre`: the input at the centre stays there, so
    // the origin moves along the plane unless the centre is (0, 0).
    SlicePlane rotatedInPlane(double angle, const Eigen::Vector2d& centre) const;
    // Turns the plane out of itself: v is rotated towards `direction` (made orthogonal to u and v first)
    // about the line through `centre` along u. Fails with a sentence if `direction` lies in the plane.
    Result<SlicePlane> tiltedTowards(const Eigen::Ref<const Eigen::VectorXd>& direction, double angle,
                                     const Eigen::Vector2d& centre) const;
};

// Through three samples: origin is their centroid, u along second - first, v the orthonormal rest; the window
// is a square holding all three with `margin` (fraction of the largest extent) around them. Collinear or
// equal samples are refused with a sentence that says which.
Result<SlicePlane> planeThroughSamples(const Shape& shape, std::span<const Eigen::VectorXd> anchors,
                                       double margin = 0.35);
// Through one point along two directions (made orthonormal); window is a square of the given half-width in
// input units.
Result<SlicePlane> planeAlongDirections(const Shape& shape, const Eigen::VectorXd& centre,
                                        const Eigen::VectorXd& first, const Eigen::VectorXd& second,
                                        double halfWidth);
// A reproducible unit-Gaussian direction, normalised.
Eigen::VectorXd randomDirection(std::int64_t size, std::uint64_t seed);
// Checks sizes, finiteness, independence of u and v, and that the window is convex, counter-clockwise and not
// empty.
Result<Done> validatePlane(const SlicePlane& plane);

}  // namespace tessera
