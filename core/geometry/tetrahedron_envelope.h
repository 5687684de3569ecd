// SPDX-License-Identifier: GPL-3.0-or-later
// Where two of K affine logits on a tetrahedron are both the largest: convex polygons, one at most for each
// pair of classes.
//
// Ties are broken by a rule that is the same everywhere: class k is thought to be ahead by an infinitesimal
// amount that shrinks without bound from each class to the next, so that the lower class wins. Constants in
// general position are enough for every point at which m + 1 classes tie on an m-dimensional side to be
// isolated, to lie inside that side, and to tie with no further class. With signs computed exactly, what is
// found on a side depends on the values at its corners alone, and is the same from both tetrahedra that share
// it. Polygons and edges without length are kept: they join what would be open otherwise.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace tessera {

// Where a polygon has a corner: on the side of the tetrahedron that the `corners` (bits) span, where
// `classes` (one more than the side has dimensions, ascending) tie.
struct EnvelopePoint {
    std::uint8_t corners = 0;
    std::uint8_t count = 0;                 // classes: 2 on an edge, 3 on a face, 4 inside
    std::array<std::int32_t, 4> classes{};  // indices into the span given to compute
    std::array<double, 4> weights{};        // barycentric, zero for corners that are not its own
};

class TetrahedronEnvelope {
  public:
    // Values of one class at the four corners; zero or 1e-60 to 1e60 in magnitude.
    using Values = std::array<double, 4>;
    struct Face {
        std::int32_t classA, classB;  // indices, classA < classB
        std::int32_t begin, end;      // into points()
    };
    // Classes in ascending order. `isPositive`: det(p1 - p0, p2 - p0, p3 - p0) > 0. Faces run
    // counter-clockwise seen from where classB is ahead.
    void compute(std::span<const Values> classes, bool isPositive);
    const std::vector<Face>& faces() const { return faces_; }
    const std::vector<EnvelopePoint>& points() const { return points_; }

  private:
    // What a side of the polygon lies on: a face of the tetrahedron (0 to 3: the corner opposite), or 4 + the
    // class that ties as well.
    using Side = std::int32_t;
    bool begin(std::int32_t a, std::int32_t b, bool isPositive);
    bool clip(std::int32_t a, std::int32_t b, std::int32_t other);
    EnvelopePoint pointBetween(std::int32_t a, std::int32_t b, Side before, Side after) const;
    int aheadOf(std::int32_t other, std::int32_t a, const EnvelopePoint& point) const;
    void weigh(EnvelopePoint& point) const;

    std::span<const Values> classes_;
    std::vector<Side> sides_, clipped_;
    std::vector<char> keeps_;
    std::vector<Face> faces_;
    std::vector<EnvelopePoint> points_;
};

}  // namespace tessera
