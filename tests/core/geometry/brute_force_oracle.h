// SPDX-License-Identifier: GPL-3.0-or-later
// Exact regions, pieces, vertices, edges and decision boundary of small chains with integer weights, in
// integers only: clip the window by one unit after another, recompute every form downstream for each part.
// Vertices are homogeneous integer points (intersections of two lines with integer coefficients), so nothing
// is ever rounded: what lies on a line lies on it exactly. Shares no code with the engine.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "core/geometry/piecewise_linear.h"

namespace tessera {

class BruteForceOracle {
  public:
    using Int = __int128;
    using Form = std::array<Int, 3>;   // a*s + b*t + c
    using Point = std::array<Int, 3>;  // (x : y : w), w > 0, lowest terms
    struct Layer {
        std::vector<std::vector<int>> weights;  // out x in
        std::vector<int> bias;
        PiecewiseLinear
            function;  // knots, slopes and intercepts are multiples of 1/2; the last layer's is not used
    };
    struct Counts {
        std::int64_t regions = 0, pieces = 0, vertices = 0, edges = 0, segments = 0;
        double length = 0;
        bool edgeToEdge = true;  // every inner side belongs to two regions
    };

    // Window sides as integer lines through consecutive integer corners, counter-clockwise.
    BruteForceOracle(const std::vector<Layer>& layers, const std::vector<std::array<int, 2>>& window)
        : layers_(layers) {
        Region region;
        for (std::size_t i = 0; i < window.size(); ++i) {
            const auto &p = window[i], &q = window[(i + 1) % window.size()];
            region.corners.push_back({p[0], p[1], 1});
            region.sides.push_back(
                {-(Int{q[1]} - p[1]), Int{q[0]} - p[0], Int{p[0]} * q[1] - Int{q[0]} * p[1]});
            window_.insert(lineKey(region.sides.back()));
        }
        enterLayer(region, 0, {{1, 0, 0}, {0, 1, 0}}, 1);
    }

    Counts counts() const {
        Counts result;
        result.regions = static_cast<std::int64_t>(regions_.size());
        std::set<Point> vertices;
        std::map<std::pair<Point, Point>, std::vector<std::size_t>> edges;
        for (std::size_t r = 0; r < regions_.size(); ++r) {
            const auto& corners = regions_[r].corners;
            for (std::size_t i = 0; i < corners.size(); ++i) {
                vertices.insert(corners[i]);
                edges[std::minmax(corners[i], corners[(i + 1) % corners.size()])].push_back(r);
            }
        }
        result.vertices = static_cast<std::int64_t>(vertices.size());
        result.edges = static_cast<std::int64_t>(edges.size());
        std::vector<std::size_t> parent(regions_.size());
        std::iota(parent.begin(), parent.end(), std::size_t{0});
        const auto root = [&](std::size_t r) {
            while (parent[r] != r) r = parent[r];
            return r;
        };
        for (const auto& [ends, sides] : edges) {
            if (sides.size() > 2) result.edgeToEdge = false;
            if (sides.size() == 1 && !onWindow(ends.first, ends.second)) result.edgeToEdge = false;
            if (sides.size() == 2 && regions_[sides[0]].outputs == regions_[sides[1]].outputs) {
                parent[root(sides[0])] = root(sides[1]);
            }
        }
        for (std::size_t r = 0; r < regions_.size(); ++r) result.pieces += parent[r] == r;
        traceBoundary(edges, result);
        return result;
    }

  private:
    struct Region {
        std::vector<Point> corners;
        std::vector<Form> sides;  // line that carries corner i -> i + 1
        std::vector<Form> outputs;
    };
    struct Cell {
        std::size_t region;
        int label;
        std::vector<Point> corners;
        std::vector<int> ties;  // per side: the class that the cell ends at, or -1 for a side of the region
    };

    static Int gcd(Int a, Int b) {
        while (b != 0) a = std::exchange(b, a % b);
        return a < 0 ? -a : a;
    }
    static Point lowest(Point p) {
        Int divisor = gcd(gcd(p[0], p[1]), p[2]);
        if (p[2] < 0) divisor = -divisor;
        return {p[0] / divisor, p[1] / divisor, p[2] / divisor};
    }
    static Form lineKey(Form f) {
        const Int divisor = gcd(gcd(f[0], f[1]), f[2]);
        if (divisor == 0) return f;
        const bool negative = f[0] < 0 || (f[0] == 0 && f[1] < 0);
        for (auto& value : f) value = negative ? -value / divisor : value / divisor;
        return f;
    }
    static Point meet(const Form& f, const Form& g) {
        return lowest({f[1] * g[2] - f[2] * g[1], f[2] * g[0] - f[0] * g[2], f[0] * g[1] - f[1] * g[0]});
    }
    static int sign(const Form& f, const Point& p) {
        const Int value = f[0] * p[0] + f[1] * p[1] + f[2] * p[2];
        return value > 0 ? 1 : value < 0 ? -1 : 0;
    }
    static double value(Int numerator, Int denominator) {
        return static_cast<double>(static_cast<long double>(numerator) /
                                   static_cast<long double>(denominator));
    }
    static double distance(const Point& p, const Point& q) {
        return std::hypot(value(p[0], p[2]) - value(q[0], q[2]), value(p[1], p[2]) - value(q[1], q[2]));
    }
    bool onWindow(const Point& p, const Point& q) const {
        for (const auto& line : window_) {
            if (sign(line, p) == 0 && sign(line, q) == 0) return true;
        }
        return false;
    }

    // The part of the region where the form is >= 0; the new side carries `line` and, in ties, `tie`.
    static Region clip(const Region& region, const Form& form, std::vector<int>* ties = nullptr,
                       int tie = -1) {
        Region kept;
        std::vector<int> keptTies;
        const std::size_t n = region.corners.size();
        for (std::size_t i = 0; i < n; ++i) {
            const Point &p = region.corners[i], &q = region.corners[(i + 1) % n];
            const int sp = sign(form, p), sq = sign(form, q);
            if (sp >= 0) {
                // A corner on the line from which the boundary leaves the kept part begins the new side.
                const bool leaves = sp == 0 && sq < 0;
                kept.corners.push_back(p);
                kept.sides.push_back(leaves ? form : region.sides[i]);
                if (ties) keptTies.push_back(leaves ? tie : (*ties)[i]);
            }
            if (sp * sq < 0) {
                kept.corners.push_back(meet(region.sides[i], form));
                kept.sides.push_back(sp > 0 ? form : region.sides[i]);
                if (ties) keptTies.push_back(sp > 0 ? tie : (*ties)[i]);
            }
        }
        if (ties) *ties = keptTies;
        return kept;
    }
    static std::pair<bool, bool> reach(const Region& region,
                                       const Form& form) {  // any corner above, any below
        std::pair<bool, bool> found{false, false};
        for (const auto& corner : region.corners) {
            const int s = sign(form, corner);
            found.first |= s > 0;
            found.second |= s < 0;
        }
        return found;
    }

    // Forms are kept as integers: true values times `scale`.
    void enterLayer(const Region& region, std::size_t index, const std::vector<Form>& inputs, Int scale) {
        const Layer& layer = layers_[index];
        std::vector<Form> z;
        for (std::size_t i = 0; i < layer.bias.size(); ++i) {
            Form form{0, 0, layer.bias[i] * scale};
            for (std::size_t j = 0; j < inputs.size(); ++j) {
                for (int k = 0; k < 3; ++k) form[k] += layer.weights[i][j] * inputs[j][k];
            }
            z.push_back(form);
        }
        if (index + 1 == layers_.size()) {
            regions_.push_back(region);
            regions_.back().outputs = z;
            return;
        }
        std::vector<Form> outputs;
        splitUnits(region, index, z, outputs, scale);
    }

    void splitUnits(const Region& region, std::size_t index, const std::vector<Form>& z,
                    std::vector<Form>& outputs, Int scale) {
        const std::size_t unit = outputs.size();
        if (unit == z.size()) return enterLayer(region, index + 1, outputs, 2 * scale);
        splitKnots(region, index, z, outputs, scale, 0);
    }

    // The region lies above the first `knot` knots of the unit; cuts it at the next one.
    void splitKnots(const Region& region, std::size_t index, const std::vector<Form>& z,
                    std::vector<Form>& outputs, Int scale, int knot) {
        const PiecewiseLinear& f = layers_[index].function;
        const auto unit = static_cast<std::int64_t>(outputs.size());
        if (knot + 1 < f.pieces()) {
            Form above = z[unit];
            for (auto& value : above) value *= 2;
            above[2] -= static_cast<Int>(2 * f.knots[knot]) * scale;
            const auto [hasAbove, hasBelow] = reach(region, above);
            const bool cuts = f.bends(knot, unit) && hasAbove && hasBelow;
            if (cuts) {
                Form below = above;
                for (auto& value : below) value = -value;
                finishUnit(clip(region, below), index, z, outputs, scale, knot);
                return splitKnots(clip(region, above), index, z, outputs, scale, knot + 1);
            }
            // Not bent here: any piece from here to the next bend does, so going on is right on either side
            // of it.
            if (f.bends(knot, unit) ? hasAbove : true)
                return splitKnots(region, index, z, outputs, scale, knot + 1);
        }
        finishUnit(region, index, z, outputs, scale, knot);
    }
    void finishUnit(const Region& region, std::size_t index, const std::vector<Form>& z,
                    std::vector<Form>& outputs, Int scale, int piece) {
        const PiecewiseLinear& f = layers_[index].function;
        const auto unit = static_cast<std::int64_t>(outputs.size());
        Form form = z[unit];
        for (auto& value : form) value *= static_cast<Int>(2 * f.slope(piece, unit));
        form[2] += static_cast<Int>(2 * f.intercept(piece, unit)) * scale;
        outputs.push_back(form);
        splitUnits(region, index, z, outputs, scale);
        outputs.pop_back();
    }

    std::vector<Form> classForms(std::size_t region) const {
        std::vector<Form> forms = regions_[region].outputs;
        if (forms.size() == 1) forms.insert(forms.begin(), Form{0, 0, 0});
        return forms;
    }

    // Cells of one class in every region; ties over an area go to the lower class. A segment is a side
    // between two cells of a region, or a stretch of an edge with different classes on its two sides.
    void traceBoundary(const std::map<std::pair<Point, Point>, std::vector<std::size_t>>& edges,
                       Counts& result) const {
        std::map<std::pair<Point, Point>,
                 std::map<std::size_t, std::vector<std::pair<std::array<Point, 2>, int>>>>
            along;
        for (std::size_t r = 0; r < regions_.size(); ++r) {
            const auto forms = classForms(r);
            for (int k = 0; k < static_cast<int>(forms.size()); ++k) {
                Region cell = regions_[r];
                std::vector<int> ties;
                for (std::size_t i = 0; i < cell.corners.size(); ++i)
                    ties.push_back(-1 - static_cast<int>(i));
                bool empty = false;
                for (int j = 0; j < static_cast<int>(forms.size()) && !empty; ++j) {
                    if (j == k) continue;
                    Form ahead = forms[k];
                    for (int c = 0; c < 3; ++c) ahead[c] -= forms[j][c];
                    const auto [some, other] = reach(cell, ahead);
                    empty = some ? false : other || j < k;
                    if (some && other) cell = clip(cell, ahead, &ties, j);
                }
                if (empty) continue;
                for (std::size_t i = 0; i < cell.corners.size(); ++i) {
                    const Point &p = cell.corners[i], &q = cell.corners[(i + 1) % cell.corners.size()];
                    if (ties[i] > k) {
                        ++result.segments;
                        result.length += distance(p, q);
                    }
                    if (ties[i] < 0) {
                        const auto& corners = regions_[r].corners;
                        const std::size_t side = -1 - ties[i];
                        along[std::minmax(corners[side], corners[(side + 1) % corners.size()])][r].push_back(
                            {{p, q}, k});
                    }
                }
            }
        }
        for (const auto& [ends, sides] : edges) {
            if (sides.size() != 2) continue;
            const auto& both = along.at(ends);
            if (both.size() != 2) continue;
            // Positions along the edge as doubles do: pieces of an edge are not nearly equal in these small
            // nets.
            const Point origin = ends.first;
            const auto interval = [&origin](const std::array<Point, 2>& piece) {
                const double p = distance(origin, piece[0]), q = distance(origin, piece[1]);
                return std::pair(std::min(p, q), std::max(p, q));
            };
            for (const auto& [left, labelLeft] : both.begin()->second) {
                for (const auto& [right, labelRight] : std::next(both.begin())->second) {
                    if (labelLeft == labelRight) continue;
                    const auto a = interval(left), b = interval(right);
                    const double from = std::max(a.first, b.first), to = std::min(a.second, b.second);
                    if (to - from < 1e-9) continue;
                    ++result.segments;
                    result.length += to - from;
                }
            }
        }
    }

    std::vector<Layer> layers_;
    std::vector<Region> regions_;
    std::set<Form> window_;
};

}  // namespace tessera
