// SPDX-License-Identifier: GPL-3.0-or-later
// The upper envelope of a few affine forms over a convex polygon: one convex cell per form that wins on an
// area. Lines along which the winner does not change appear nowhere. Coordinates are those of a LocalFrame.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

namespace tessera {

struct AffineForm {
    double a = 0, b = 0, c = 0;
    double at(double p, double q) const { return a * p + b * q + c; }
    AffineForm operator-(const AffineForm& o) const { return {a - o.a, b - o.b, c - o.c}; }
};

// Affine coordinates (p, q) in which a wide triangle of a face's corners is the unit triangle. Forms read off
// at those corners stay well conditioned on the face however thin it is.
class LocalFrame {
  public:
    void fit(std::span<const Eigen::Vector2d> corners);
    Eigen::Vector2d localFromPlane(const Eigen::Vector2d& point) const;
    Eigen::Vector2d planeFromLocal(double p, double q) const { return base_ + p * u_ + q * v_; }
    // The affine form with these values at the corners (indexed like the span given to fit).
    template <typename Values>
    AffineForm formOf(const Values& at) const {
        const double z0 = at(corner_[0]);
        return {at(corner_[1]) - z0, at(corner_[2]) - z0, z0};
    }
    // Norm of the form's gradient per unit of slice length.
    double gradientNorm(const AffineForm& form) const;
    // (a, b, c) with value a*x + b*y + c at a point (x, y) of the plane.
    Eigen::Vector3d planeForm(const AffineForm& form) const;
    double distance(double dp, double dq) const;  // in slice units

  private:
    int corner_[3] = {0, 0, 0};
    Eigen::Vector2d base_, u_, v_;
    double area_ = 0;                     // cross(u, v); 0: all corners on a line
    double gpp_ = 0, gpq_ = 0, gqq_ = 0;  // Gram matrix of (u, v)
    double ipp_ = 0, ipq_ = 0, iqq_ = 0;  // its inverse
};

struct PolygonCorner {
    double p = 0, q = 0;
    std::int32_t vertex = 0;
    std::int32_t segment = 0;  // carries the side from this corner to the next
};

// Where a line leaves or enters a convex polygon: at a corner, or between it and the next.
struct LineCrossing {
    int corner = -1;
    double fraction = 0;  // from `corner` towards the next; 0: the corner itself
};
// Given d at the corners, with signs where |d| exceeds the tolerance: leaving is the change from + to -,
// entering from
// - to +, counter-clockwise. False if d is not strictly on both sides.
bool findCrossings(std::span<const double> d, double tolerance, std::vector<std::int8_t>& sign,
                   LineCrossing& leaving, LineCrossing& entering);

class MaxEnvelope {
  public:
    struct Vertex {
        double p = 0, q = 0;
        std::int32_t vertex = -1;  // a corner of the polygon, or
        std::int32_t segment =
            -1;  // on this segment of its outline, where forms first and second tie, or neither: inside
        std::int32_t first = -1, second = -1;
    };
    struct Side {
        std::int32_t vertex;   // index into vertices()
        std::int32_t segment;  // of the outline; -1: a new side, between two cells
    };
    struct Cell {
        std::int32_t form;
        std::int32_t begin, end;  // into sides(), counter-clockwise
    };
    // Earlier forms win ties on an area. `noise`: differences below it are rounding.
    void compute(std::span<const PolygonCorner> polygon, std::span<const AffineForm> forms,
                 const LocalFrame& frame, double tolerance, double noise);
    const std::vector<Vertex>& vertices() const { return vertices_; }
    const std::vector<Side>& sides() const { return sides_; }
    const std::vector<Cell>& cells() const { return cells_; }

  private:
    bool clip(const AffineForm& difference, std::int32_t winner, std::int32_t loser, const LocalFrame& frame,
              double tolerance, double noise);
    std::int32_t vertexAt(const LineCrossing& crossing, std::int32_t winner, std::int32_t loser,
                          const LocalFrame& frame, double tolerance);

    std::vector<Vertex> vertices_;
    std::vector<Side> sides_, current_, clipped_;
    std::vector<Cell> cells_;
    std::vector<double> d_;
    std::vector<std::int8_t> sign_;
};

}  // namespace tessera
