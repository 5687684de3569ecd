// SPDX-License-Identifier: GPL-3.0-or-later
// A network on a volume, written out as plainly as possible: dense layers, each followed by a bend or by max
// windows. One point at a time.
#pragma once

#include <cmath>
#include <random>
#include <utility>

#include "core/geometry/volume_network.h"

namespace tessera {

struct PlainLayer {
    Eigen::MatrixXd weights;
    Eigen::VectorXd bias;
};

class PlainVolumeNetwork final : public VolumeNetwork {
  public:
    // One site less than layers.
    PlainVolumeNetwork(std::vector<PlainLayer> layers, std::vector<Site> sites)
        : layers_(std::move(layers)), sites_(std::move(sites)) {}
    const std::vector<Site>& sites() const override { return sites_; }
    std::int32_t outputs() const override { return static_cast<std::int32_t>(layers_.back().bias.size()); }
    const std::vector<PlainLayer>& layers() const { return layers_; }

    void inputsOfSite(int site, std::int64_t first, std::int64_t count,
                      std::span<const Eigen::Vector3d> points, double* out,
                      std::int64_t stride) const override {
        for (std::size_t p = 0; p < points.size(); ++p) {
            const Eigen::VectorXd z = run(points[p], site).first;
            for (std::int64_t i = 0; i < count; ++i)
                out[i * stride + static_cast<std::int64_t>(p)] = z[first + i];
        }
    }
    // Derivatives by differences within the region: exact but for rounding, for points well inside.
    void slopesAt(std::span<const Eigen::Vector3d> points, double* slopes,
                  std::uint64_t* hash) const override {
        for (std::size_t p = 0; p < points.size(); ++p) {
            const auto [value, slope] = linearised(points[p], hash[p]);
            for (Eigen::Index k = 0; k < value.size(); ++k)
                for (int axis = 0; axis < 3; ++axis) *slopes++ = slope(k, axis);
        }
    }
    Eigen::VectorXd logits(const Eigen::Vector3d& point) const {
        return run(point, static_cast<int>(sites_.size())).first;
    }
    std::uint64_t pattern(const Eigen::Vector3d& point) const {
        return run(point, static_cast<int>(sites_.size())).second;
    }

  private:
    // A unit that vanishes on a whole region is off there, and equal members tie, whatever rounding says.
    static constexpr double kRounding = 1e-12;
    std::pair<Eigen::VectorXd, std::uint64_t> run(const Eigen::Vector3d& point, int until) const {
        std::uint64_t hash = 0;
        Eigen::VectorXd h = point;
        for (int s = 0;; ++s) {
            const Eigen::VectorXd z = layers_[s].weights * h + layers_[s].bias;
            if (s == until) return {z, hash};
            Eigen::MatrixXd none(z.size(), 0);
            h = pass(s, z, none, hash);
        }
    }
    std::pair<Eigen::VectorXd, Eigen::MatrixXd> linearised(const Eigen::Vector3d& point,
                                                           std::uint64_t& hash) const {
        hash = 0;
        Eigen::VectorXd h = point;
        Eigen::MatrixXd slope = Eigen::MatrixXd::Identity(3, 3);
        for (std::size_t s = 0;; ++s) {
            const Eigen::VectorXd z = layers_[s].weights * h + layers_[s].bias;
            slope = (layers_[s].weights * slope).eval();
            if (s == sites_.size()) return {z, slope};
            h = pass(static_cast<int>(s), z, slope, hash);
        }
    }
    Eigen::VectorXd pass(int s, const Eigen::VectorXd& z, Eigen::MatrixXd& slope, std::uint64_t& hash) const {
        const Site& site = sites_[s];
        Eigen::VectorXd h(site.units);
        Eigen::MatrixXd out(site.units, slope.cols());
        for (std::int64_t unit = 0; unit < site.units; ++unit) {
            std::uint64_t state = 0;
            if (site.kind == SiteKind::Max) {
                const auto* member = &site.windows.members[site.windows.begin[unit]];
                const int size = site.windows.begin[unit + 1] - site.windows.begin[unit];
                for (int m = 1; m < size; ++m)
                    if (z[member[m]] > z[member[state]] + kRounding) state = static_cast<std::uint64_t>(m);
                h[unit] = z[member[state]];
                out.row(unit) = slope.row(member[state]);
            } else {
                int piece = 0;
                for (int knot = 0; knot + 1 < site.function.pieces(); ++knot) {
                    if (z[unit] <= site.function.knots[knot] + kRounding) break;
                    piece = knot + 1;
                    state += site.function.bends(knot, unit) ? 1 : 0;
                }
                h[unit] = site.function.slope(piece, unit) * z[unit] + site.function.intercept(piece, unit);
                out.row(unit) = site.function.slope(piece, unit) * slope.row(unit);
            }
            hash ^= patternKey(static_cast<std::uint64_t>(s), static_cast<std::uint64_t>(unit), state);
        }
        slope = out;
        return h;
    }

    std::vector<PlainLayer> layers_;
    std::vector<Site> sites_;
};

inline Site bendSite(std::int64_t units, const PiecewiseLinear& function = PiecewiseLinear::relu()) {
    Site site;
    site.name = "bend";
    site.units = site.inputs = units;
    site.function = function;
    return site;
}

// Windows of `size` inputs each, side by side; `step` below size makes them overlap.
inline Site maxSite(std::int64_t inputs, std::int32_t size, std::int32_t step) {
    Site site;
    site.name = "max";
    site.kind = SiteKind::Max;
    site.inputs = inputs;
    site.windows.begin.push_back(0);
    for (std::int32_t from = 0; from + size <= inputs; from += step) {
        for (std::int32_t i = 0; i < size; ++i) site.windows.members.push_back(from + i);
        site.windows.begin.push_back(static_cast<std::int32_t>(site.windows.members.size()));
    }
    site.units = site.windows.windows();
    return site;
}

template <typename Random>
PlainLayer gaussianLayer(Random& random, std::int64_t out, std::int64_t in) {
    std::normal_distribution<double> normal;
    PlainLayer layer{Eigen::MatrixXd(out, in), Eigen::VectorXd(out)};
    for (std::int64_t i = 0; i < out; ++i) {
        for (std::int64_t j = 0; j < in; ++j)
            layer.weights(i, j) = normal(random) * std::sqrt(2.0 / double(in));
        layer.bias[i] = 0.3 * normal(random);
    }
    return layer;
}

// Small whole numbers: parallel, equal and concurrent planes, dead units and ties of every kind.
template <typename Random>
PlainLayer integerLayer(Random& random, std::int64_t out, std::int64_t in) {
    PlainLayer layer{Eigen::MatrixXd(out, in), Eigen::VectorXd(out)};
    for (std::int64_t i = 0; i < out; ++i) {
        for (std::int64_t j = 0; j < in; ++j) layer.weights(i, j) = double(random() % 3) - 1;
        layer.bias[i] = double(random() % 3) - 1;
    }
    return layer;
}

}  // namespace tessera
