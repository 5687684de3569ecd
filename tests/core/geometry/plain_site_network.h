// SPDX-License-Identifier: GPL-3.0-or-later
// A small network in plain Eigen for tests of the breadth-first engine: dense and convolutional layers,
// piecewise-linear units, max windows, sums and concatenations, in any order of nodes.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/geometry/site_network.h"

namespace tessera {

class PlainSiteNetwork : public SiteNetwork {
  public:
    using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    struct ConvShape {
        int inChannels, height, width, outChannels, kernel, stride = 1, pad = 0;
        int outHeight() const { return (height + 2 * pad - kernel) / stride + 1; }
        int outWidth() const { return (width + 2 * pad - kernel) / stride + 1; }
    };

    // Node 0: the network's input at a point (s, t): embed * (s, t) + offset.
    PlainSiteNetwork(Rows embed, Eigen::VectorXd offset) {
        add({Kind::Linear, -1, -1, std::move(embed), std::move(offset)});
    }
    static PlainSiteNetwork onPlane() { return {Rows::Identity(2, 2), Eigen::VectorXd::Zero(2)}; }

    int linear(int from, Rows weights, Eigen::VectorXd bias) {
        return add({Kind::Linear, from, -1, std::move(weights), std::move(bias)});
    }
    int conv(int from, const ConvShape& shape, Rows weights, Eigen::VectorXd bias) {
        Node node{Kind::Conv, from, -1, std::move(weights), std::move(bias)};
        node.conv = shape;
        return add(std::move(node));
    }
    int piecewise(int from, PiecewiseLinear function) {
        Site site;
        site.kind = SiteKind::PiecewiseLinear;
        site.units = site.inputs = nodes_[from].width;
        site.function = std::move(function);
        return addSite(from, std::move(site));
    }
    int relu(int from) { return piecewise(from, PiecewiseLinear::relu()); }
    int maxWindows(int from, MaxWindows windows) {
        Site site;
        site.kind = SiteKind::Max;
        site.units = windows.windows();
        site.inputs = nodes_[from].width;
        site.windows = std::move(windows);
        return addSite(from, std::move(site));
    }
    int maxPool(int from, int channels, int height, int width, int kernel, int stride) {
        MaxWindows windows;
        windows.begin.push_back(0);
        for (int c = 0; c < channels; ++c) {
            for (int y = 0; y + kernel <= height; y += stride) {
                for (int x = 0; x + kernel <= width; x += stride) {
                    for (int i = 0; i < kernel * kernel; ++i) {
                        windows.members.push_back((c * height + y + i / kernel) * width + x + i % kernel);
                    }
                    windows.begin.push_back(static_cast<std::int32_t>(windows.members.size()));
                }
            }
        }
        return maxWindows(from, std::move(windows));
    }
    int sum(int a, int b) { return add({Kind::Sum, a, b, {}, {}}); }
    int concat(int a, int b) { return add({Kind::Concat, a, b, {}, {}}); }
    // The last node added is the output.
    std::int64_t width(int node) const { return nodes_[node].width; }

    const std::vector<Site>& sites() const override { return sites_; }
    std::int32_t outputs() const override { return static_cast<std::int32_t>(nodes_.back().width); }
    std::unique_ptr<LiveValues> start(std::span<const Eigen::Vector2d> points) const override {
        auto live = std::make_unique<Live>(*this);
        live->refreshTo(points, 0);
        return live;
    }
    void formsAt(std::span<const Eigen::Vector2d> points, const Eigen::Vector2d& origin, double* forms,
                 std::uint64_t* hash) const override {
        const auto rows = static_cast<Eigen::Index>(points.size());
        std::vector<Rows> value(nodes_.size()), ds(nodes_.size()), dt(nodes_.size());
        std::fill(hash, hash + rows, 0);
        for (std::size_t n = 0; n < nodes_.size(); ++n) {
            const Node& node = nodes_[n];
            if (n == 0) {
                value[0] = apply(node, pointRows(points), nullptr, true);
                ds[0] = node.weights.col(0).transpose().replicate(rows, 1);
                dt[0] = node.weights.col(1).transpose().replicate(rows, 1);
            } else if (node.kind == Kind::Site) {
                bend(node, value[node.a], ds[node.a], dt[node.a], value[n], ds[n], dt[n], hash);
            } else {
                const auto of = [&](const std::vector<Rows>& v) { return node.b < 0 ? nullptr : &v[node.b]; };
                value[n] = apply(node, value[node.a], of(value), true);
                ds[n] = apply(node, ds[node.a], of(ds), false);
                dt[n] = apply(node, dt[node.a], of(dt), false);
            }
        }
        for (Eigen::Index r = 0; r < rows; ++r) {
            const Eigen::Vector2d offset = points[r] - origin;
            for (Eigen::Index k = 0; k < outputs(); ++k) {
                double* const form = forms + (r * outputs() + k) * 3;
                form[0] = ds.back()(r, k);
                form[1] = dt.back()(r, k);
                form[2] = value.back()(r, k) - form[0] * offset.x() - form[1] * offset.y();
            }
        }
    }
    // Plain forward pass, and the hash of the pattern at each point.
    Rows evaluate(std::span<const Eigen::Vector2d> points) const {
        Live live(*this);
        live.refreshTo(points, static_cast<int>(sites_.size()));
        return live.value.back();
    }

  private:
    enum class Kind { Linear, Conv, Site, Sum, Concat };
    struct Node {
        Kind kind;
        int a = -1, b = -1;
        Rows weights;
        Eigen::VectorXd bias;
        ConvShape conv = {};
        int site = -1;
        std::int64_t width = 0;
        int lastUse = 0;
    };

    int add(Node node) {
        const int index = static_cast<int>(nodes_.size());
        const auto widthOf = [&](int n) { return nodes_[n].width; };
        switch (node.kind) {
            case Kind::Linear:
                node.width = node.weights.rows();
                break;
            case Kind::Conv:
                node.width = node.conv.outChannels * node.conv.outHeight() * node.conv.outWidth();
                break;
            case Kind::Site:
                node.width = sites_[node.site].units;
                break;
            case Kind::Sum:
                node.width = widthOf(node.a);
                break;
            case Kind::Concat:
                node.width = widthOf(node.a) + widthOf(node.b);
                break;
        }
        for (const int from : {node.a, node.b}) {
            if (from >= 0) nodes_[from].lastUse = index;
        }
        nodes_.push_back(std::move(node));
        return index;
    }
    int addSite(int from, Site site) {
        Node node{Kind::Site, from, -1, {}, {}};
        node.site = static_cast<int>(sites_.size());
        site.name = "site" + std::to_string(node.site);
        sites_.push_back(std::move(site));
        return add(std::move(node));
    }
    static Rows pointRows(std::span<const Eigen::Vector2d> points) {
        Rows rows(points.size(), 2);
        for (std::size_t r = 0; r < points.size(); ++r) rows.row(r) = points[r].transpose();
        return rows;
    }

    Rows apply(const Node& node, const Rows& a, const Rows* b, bool withBias) const {
        Rows out;
        if (node.kind == Kind::Sum) return a + *b;
        if (node.kind == Kind::Concat) {
            out.resize(a.rows(), node.width);
            out << a, *b;
            return out;
        }
        if (node.kind == Kind::Linear) {
            out.noalias() = a * node.weights.transpose();
            if (withBias) out.rowwise() += node.bias.transpose();
            return out;
        }
        const ConvShape& c = node.conv;
        const int area = c.outHeight() * c.outWidth();
        out.resize(a.rows(), node.width);
        Rows patches = Rows::Zero(c.inChannels * c.kernel * c.kernel, area);
        for (Eigen::Index r = 0; r < a.rows(); ++r) {
            const double* const image = a.row(r).data();
            for (int k = 0; k < patches.rows(); ++k) {
                const int channel = k / (c.kernel * c.kernel), ky = k / c.kernel % c.kernel,
                          kx = k % c.kernel;
                for (int y = 0; y < c.outHeight(); ++y) {
                    const int iy = y * c.stride + ky - c.pad;
                    if (iy < 0 || iy >= c.height) continue;
                    for (int x = 0; x < c.outWidth(); ++x) {
                        const int ix = x * c.stride + kx - c.pad;
                        if (ix < 0 || ix >= c.width) continue;
                        patches(k, y * c.outWidth() + x) = image[(channel * c.height + iy) * c.width + ix];
                    }
                }
            }
            Eigen::Map<Rows> result(out.row(r).data(), c.outChannels, area);
            result.noalias() = node.weights * patches;
            if (withBias) result.colwise() += node.bias;
        }
        return out;
    }
    Rows bendValues(const Node& node, const Rows& z) const {
        Rows out(z.rows(), node.width), none;
        bend(node, z, none, none, out, none, none, nullptr);
        return out;
    }
    void bend(const Node& node, const Rows& z, const Rows& zs, const Rows& zt, Rows& out, Rows& outS,
              Rows& outT, std::uint64_t* hash) const {
        const Site& site = sites_[node.site];
        const bool tangents = zs.rows() > 0;
        out.resize(z.rows(), node.width);
        if (tangents) outS.resize(z.rows(), node.width), outT.resize(z.rows(), node.width);
        for (Eigen::Index r = 0; r < z.rows(); ++r) {
            for (std::int64_t u = 0; u < node.width; ++u) {
                double slope = 1;
                std::int64_t input = u;
                int state = 0;
                if (site.kind == SiteKind::Max) {
                    const std::int32_t begin = site.windows.begin[u];
                    for (std::int32_t m = begin; m < site.windows.begin[u + 1]; ++m) {
                        if (z(r, site.windows.members[m]) > z(r, site.windows.members[begin + state]))
                            state = m - begin;
                    }
                    input = site.windows.members[begin + state];
                    out(r, u) = z(r, input);
                } else {
                    const PiecewiseLinear& f = site.function;
                    int piece = 0;
                    for (std::size_t k = 0; k < f.knots.size() && z(r, u) > f.knots[k]; ++k, ++piece) {
                        state += f.bends(static_cast<int>(k), u);
                    }
                    slope = f.slope(piece, u);
                    out(r, u) = slope * z(r, u) + f.intercept(piece, u);
                }
                if (tangents) outS(r, u) = slope * zs(r, input), outT(r, u) = slope * zt(r, input);
                if (hash != nullptr) hash[r] ^= patternKey(node.site, u, state);
            }
        }
    }

    struct Live final : LiveValues {
        explicit Live(const PlainSiteNetwork& owner) : net(owner), value(owner.nodes_.size()) {}
        const PlainSiteNetwork& net;
        std::vector<Rows> value;  // per node; empty if not computed yet or no longer needed
        int next = 0;             // node of the site to come; nodes_.size() at the end
        std::int64_t count = 0;

        std::int64_t rows() const override { return count; }
        int site() const override {
            return atEnd() ? static_cast<int>(net.sites_.size()) : net.nodes_[next].site;
        }
        bool atEnd() const { return next == static_cast<int>(net.nodes_.size()); }
        const Rows& front() const { return atEnd() ? value.back() : value[net.nodes_[next].a]; }
        const double* values() const override { return front().data(); }
        std::int64_t width() const override { return front().cols(); }
        std::int64_t bytesPerRow() const override {
            std::int64_t doubles = 0;
            for (const Rows& node : value) doubles += node.rows() > 0 ? node.cols() : 0;
            return doubles * 8;
        }
        void append(std::span<const RowBlend> blends) override {
            for (Rows& node : value) {
                if (node.rows() == 0) continue;
                node.conservativeResize(count + static_cast<Eigen::Index>(blends.size()), Eigen::NoChange);
                Eigen::Index row = count;
                for (const auto& blend : blends) {
                    node.row(row++) = (1 - blend.t) * node.row(blend.row0) + blend.t * node.row(blend.row1);
                }
            }
            count += static_cast<std::int64_t>(blends.size());
        }
        std::unique_ptr<LiveValues> gather(std::span<const std::int32_t> rows) const override {
            auto part = std::make_unique<Live>(net);
            part->next = next;
            part->count = static_cast<std::int64_t>(rows.size());
            for (std::size_t n = 0; n < value.size(); ++n) {
                if (value[n].rows() == 0) continue;
                part->value[n].resize(rows.size(), value[n].cols());
                for (std::size_t r = 0; r < rows.size(); ++r) part->value[n].row(r) = value[n].row(rows[r]);
            }
            return part;
        }
        void advance() override {
            const Node& node = net.nodes_[next];
            value[next] = net.bendValues(node, value[node.a]);
            ++next;
            forward();
        }
        void refresh(std::span<const Eigen::Vector2d> points) override { refreshTo(points, site()); }
        void refreshTo(std::span<const Eigen::Vector2d> points, int target) {
            for (Rows& node : value) node.resize(0, 0);
            count = static_cast<std::int64_t>(points.size());
            value[0] = net.apply(net.nodes_[0], pointRows(points), nullptr, true);
            next = 1;
            forward();
            while (site() < target) advance();
        }
        void forward() {
            for (; !atEnd() && net.nodes_[next].kind != Kind::Site; ++next) {
                const Node& node = net.nodes_[next];
                value[next] = net.apply(node, value[node.a], node.b < 0 ? nullptr : &value[node.b], true);
            }
            for (int n = 0; n + 1 < static_cast<int>(value.size()) && n < next; ++n) {
                if (net.nodes_[n].lastUse < next) value[n].resize(0, 0);
            }
        }
    };

    std::vector<Node> nodes_;
    std::vector<Site> sites_;
};

}  // namespace tessera
