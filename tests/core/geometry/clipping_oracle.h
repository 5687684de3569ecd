// SPDX-License-Identifier: GPL-3.0-or-later
// Linear regions by brute force, to check the engines against: carry the affine form of every value of the
// network on a polygon, clip the polygon by one unit after another, recompute everything downstream for each
// part. Generic nets only.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <random>
#include <vector>

#include "tests/core/geometry/plain_site_network.h"

namespace tessera {

struct OracleStep {
    enum Kind { Dense, Bend, Max, Sum, Concat } kind;
    int a = 0, b = -1;
    PlainSiteNetwork::Rows weights;
    Eigen::VectorXd bias;
    PiecewiseLinear function;
    MaxWindows windows;
};

// One network in two forms: as the engine's tests see it, and as the oracle's list of steps.
struct TwinNetwork {
    PlainSiteNetwork plain = PlainSiteNetwork::onPlane();
    std::vector<OracleStep> steps{{OracleStep::Dense,
                                   -1,
                                   -1,
                                   PlainSiteNetwork::Rows::Identity(2, 2),
                                   Eigen::VectorXd::Zero(2),
                                   {},
                                   {}}};

    int dense(int from, PlainSiteNetwork::Rows weights, Eigen::VectorXd bias) {
        steps.push_back({OracleStep::Dense, from, -1, weights, bias, {}, {}});
        return plain.linear(from, std::move(weights), std::move(bias));
    }
    int bend(int from, PiecewiseLinear function) {
        steps.push_back({OracleStep::Bend, from, -1, {}, {}, function, {}});
        return plain.piecewise(from, std::move(function));
    }
    int max(int from, MaxWindows windows) {
        steps.push_back({OracleStep::Max, from, -1, {}, {}, {}, windows});
        return plain.maxWindows(from, std::move(windows));
    }
    int sum(int a, int b) {
        steps.push_back({OracleStep::Sum, a, b, {}, {}, {}, {}});
        return plain.sum(a, b);
    }
    int concat(int a, int b) {
        steps.push_back({OracleStep::Concat, a, b, {}, {}, {}, {}});
        return plain.concat(a, b);
    }
};

class ClippingOracle {
  public:
    ClippingOracle(const std::vector<OracleStep>& steps, const Polygon& window) : steps_(steps) {
        visit(0, std::vector<Forms>(steps.size()), window);
    }
    std::int64_t regions() const { return static_cast<std::int64_t>(areas.size()); }
    // Corners of all regions, those closer than `apart` counted once.
    std::int64_t vertices(double apart = 1e-9) const {
        std::vector<Eigen::Vector2d> distinct;
        for (const auto& corner : corners) {
            bool known = false;
            for (const auto& other : distinct) known = known || (other - corner).norm() < apart;
            if (!known) distinct.push_back(corner);
        }
        return static_cast<std::int64_t>(distinct.size());
    }
    std::vector<double> areas;
    std::vector<Eigen::Vector2d> corners;

  private:
    using Forms = Eigen::Matrix<double, Eigen::Dynamic, 3>;  // value = col0*s + col1*t + col2

    // The part of the polygon where form > 0 (Sutherland-Hodgman).
    static Polygon clip(const Polygon& polygon, const Eigen::RowVector3d& form) {
        Polygon kept;
        const auto valueAt = [&](const Eigen::Vector2d& p) {
            const double value = form[0] * p.x() + form[1] * p.y() + form[2];
            return std::abs(value) < 1e-12 ? 0.0 : value;  // a side may run along the line
        };
        for (std::size_t i = 0; i < polygon.size(); ++i) {
            const Eigen::Vector2d &p = polygon[i], &q = polygon[(i + 1) % polygon.size()];
            const double vp = valueAt(p), vq = valueAt(q);
            if (vp >= 0) kept.push_back(p);
            if ((vp > 0 && vq < 0) || (vp < 0 && vq > 0)) kept.push_back(p + vp / (vp - vq) * (q - p));
        }
        return kept.size() >= 3 && signedArea(kept) > 1e-15 ? kept : Polygon{};
    }

    void visit(std::size_t step, std::vector<Forms> forms, const Polygon& polygon) {
        for (; step < steps_.size(); ++step) {
            const OracleStep& s = steps_[step];
            const Forms* const in = s.a >= 0 ? &forms[s.a] : nullptr;
            if (s.kind == OracleStep::Bend) return bendUnit(step, forms, polygon, 0, Forms(in->rows(), 3));
            if (s.kind == OracleStep::Max)
                return maxWindow(step, forms, polygon, 0, Forms(s.windows.windows(), 3));
            if (s.kind == OracleStep::Sum) forms[step] = *in + forms[s.b];
            if (s.kind == OracleStep::Concat) {
                forms[step].resize(in->rows() + forms[s.b].rows(), 3);
                forms[step] << *in, forms[s.b];
            }
            if (s.kind != OracleStep::Dense) continue;
            Forms input = Forms::Identity(2, 3);
            if (in != nullptr) input = *in;
            forms[step] = s.weights * input;
            forms[step].col(2) += s.bias;
        }
        areas.push_back(signedArea(polygon));
        corners.insert(corners.end(), polygon.begin(), polygon.end());
    }

    void bendUnit(std::size_t step, const std::vector<Forms>& forms, const Polygon& polygon,
                  Eigen::Index unit, Forms out) {
        const OracleStep& s = steps_[step];
        const Forms& in = forms[s.a];
        if (unit == in.rows()) {
            std::vector<Forms> next = forms;
            next[step] = out;
            return visit(step + 1, std::move(next), polygon);
        }
        const PiecewiseLinear& f = s.function;
        for (int piece = 0; piece < f.pieces(); ++piece) {
            Polygon part = polygon;
            Eigen::RowVector3d above = in.row(unit), below = -in.row(unit);
            if (piece > 0) above[2] -= f.knots[piece - 1], part = clip(part, above);
            if (piece + 1 < f.pieces() && !part.empty()) below[2] += f.knots[piece], part = clip(part, below);
            if (part.empty()) continue;
            out.row(unit) = f.slope(piece, unit) * in.row(unit);
            out(unit, 2) += f.intercept(piece, unit);
            bendUnit(step, forms, part, unit + 1, out);
        }
    }

    void maxWindow(std::size_t step, const std::vector<Forms>& forms, const Polygon& polygon, int window,
                   Forms out) {
        const MaxWindows& windows = steps_[step].windows;
        const Forms& in = forms[steps_[step].a];
        if (window == windows.windows()) {
            std::vector<Forms> next = forms;
            next[step] = out;
            return visit(step + 1, std::move(next), polygon);
        }
        for (int m = windows.begin[window]; m < windows.begin[window + 1]; ++m) {
            Polygon part = polygon;
            for (int o = windows.begin[window]; o < windows.begin[window + 1] && !part.empty(); ++o) {
                const Eigen::RowVector3d ahead = in.row(windows.members[m]) - in.row(windows.members[o]);
                if (o == m) continue;
                if (ahead.cwiseAbs().maxCoeff() < 1e-13) {  // the same form: the earlier has it
                    if (o < m) part.clear();
                } else {
                    part = clip(part, ahead);
                }
            }
            if (part.empty()) continue;
            out.row(window) = in.row(windows.members[m]);
            maxWindow(step, forms, part, window + 1, out);
        }
    }

    const std::vector<OracleStep>& steps_;
};

inline PlainSiteNetwork::Rows gaussian(std::mt19937& random, int rows, int columns, double scale = 1) {
    std::normal_distribution<double> normal(0, scale);
    PlainSiteNetwork::Rows matrix(rows, columns);
    for (double& value : matrix.reshaped()) value = normal(random);
    return matrix;
}

// A small net of one to three blocks of every kind: piecewise-linear units, max windows (overlapping ones
// too, and after a ReLU), residual sums and concatenations.
inline TwinNetwork randomTwin(unsigned seed, int outputs = 3) {
    std::mt19937 random(seed);
    const auto pick = [&](int choices) { return static_cast<int>(random() % choices); };
    TwinNetwork net;
    int node = 0;
    const auto dense = [&](int from, int width) {
        const int inputs = static_cast<int>(net.plain.width(from));
        return net.dense(from, gaussian(random, width, inputs, 1.2 / std::sqrt(inputs)),
                         gaussian(random, width, 1, 0.4));
    };
    const auto windowsOf = [&](int inputs, int size, int stride) {
        MaxWindows windows;
        windows.begin.push_back(0);
        for (int start = 0; start + size <= inputs; start += stride) {
            for (int m = 0; m < size; ++m) windows.members.push_back(start + m);
            windows.begin.push_back(static_cast<std::int32_t>(windows.members.size()));
        }
        return windows;
    };
    for (int block = 1 + pick(3); block > 0; --block) {
        const int width = 3 + pick(4);
        switch (pick(7)) {
            case 0:
                node = net.bend(dense(node, width), PiecewiseLinear::relu());
                break;
            case 1:
                node = net.bend(dense(node, width), PiecewiseLinear::leakyRelu(0.2));
                break;
            case 2:
                node = net.bend(dense(node, width), PiecewiseLinear::clamp(-0.3, 0.5));
                break;
            case 3:
                node = net.max(dense(node, width + 1), windowsOf(width + 1, 2 + pick(3), 1 + pick(2)));
                break;
            case 4: {
                const int on = net.bend(dense(node, width + 2), PiecewiseLinear::relu());
                node = net.max(on, windowsOf(width + 2, 3, 2));
                break;
            }
            case 5: {
                const int wide = dense(node, width);
                node = net.sum(wide, dense(net.bend(dense(wide, width), PiecewiseLinear::relu()), width));
                break;
            }
            default: {
                const int on = net.bend(dense(node, width), PiecewiseLinear::absolute());
                node = net.concat(node, on);
            }
        }
    }
    dense(node, outputs);
    return net;
}

}  // namespace tessera
