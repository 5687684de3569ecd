// SPDX-License-Identifier: GPL-3.0-or-later
// Networks of one input with known regions, and paths through the plane, for tests of the line engine.
#pragma once

#include <memory>
#include <stdexcept>
#include <vector>

#include "core/geometry/exact_line.h"
#include "core/geometry/line_measures.h"
#include "core/geometry/slice_plane.h"
#include "tests/core/geometry/clipping_oracle.h"

namespace tessera {

// Points are (t, anything): the network sees t alone.
inline PlainSiteNetwork onLine() {
    PlainSiteNetwork::Rows first(1, 2);
    first << 1, 0;
    return {first, Eigen::VectorXd::Zero(1)};
}
inline const std::vector<LineSegment> kUnitInterval{{{0, 0}, {1, 0}}};
inline const std::vector<LineSegment> kUnitIntervalBack{{{1, 0}, {0, 0}}};

inline LineRegions linesOf(const SiteNetwork& network, const std::vector<LineSegment>& segments,
                           const LineOptions& options = {}) {
    NoProgress progress;
    auto result = exactLineRegions(network, segments, options, {}, progress);
    if (!result.isOk()) throw std::runtime_error("the engine refused the network");
    return std::move(result).value();
}

inline std::vector<double> lengthsOf(const std::vector<LineSegment>& segments) {
    std::vector<double> lengths;
    for (const auto& segment : segments) lengths.push_back((segment.to - segment.from).norm());
    return lengths;
}

inline Eigen::VectorXd vector(std::initializer_list<double> values) {
    Eigen::VectorXd out(static_cast<Eigen::Index>(values.size()));
    std::copy(values.begin(), values.end(), out.data());
    return out;
}

// 2 relu(t) - 4 relu(t - 1/2), composed d times.
inline PlainSiteNetwork tentNetwork(int depth) {
    PlainSiteNetwork network = onLine();
    PlainSiteNetwork::Rows open(2, 1), fold(1, 2);
    open << 1, 1;
    fold << 2, -4;
    int node = 0;
    for (int d = 0; d < depth; ++d) {
        const int units = network.relu(network.linear(node, open, vector({0, -0.5})));
        node = network.linear(units, fold, vector({0}));
    }
    return network;
}

// scale * relu(t - at)
inline PlainSiteNetwork hingeNetwork(double at, double scale) {
    PlainSiteNetwork network = onLine();
    const PlainSiteNetwork::Rows one = PlainSiteNetwork::Rows::Ones(1, 1);
    network.linear(network.relu(network.linear(0, one, vector({-at}))), scale * one, vector({0}));
    return network;
}

inline std::vector<LineSegment> closedPolygon(const std::vector<Eigen::Vector2d>& corners) {
    std::vector<LineSegment> segments;
    for (std::size_t i = 0; i < corners.size(); ++i)
        segments.push_back({corners[i], corners[(i + 1) % corners.size()]});
    return segments;
}

}  // namespace tessera
