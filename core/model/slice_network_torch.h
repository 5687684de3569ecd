// SPDX-License-Identifier: GPL-3.0-or-later
// A layer graph restricted to a slice, as the exact engines want it: a SiteNetwork for any graph of exact
// layers, and an AffineChain where the graph is a plain chain of affine maps and elementwise functions.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/geometry/depth_first.h"
#include "core/geometry/site_network.h"
#include "core/geometry/slice_plane.h"
#include "core/model/layer_graph_torch.h"

namespace tessera {

// Where the graph bends and what must be kept between: computed once per graph.
struct SitePlan {
    std::vector<int> siteNodes;  // PiecewiseLinear and Max nodes, in order
    std::vector<Site> sites;
    std::vector<std::vector<int>>
        liveAt;  // nodes whose values are needed by site k or later, and computed before it; last: the output
    std::vector<int> lastUse;  // per node: the last that takes its value; -1: none
    explicit SitePlan(const LayerGraph& graph);
    // Per elementwise site, patternKey of state s of unit u at (s - 1) * units + u.
    std::vector<std::vector<std::uint64_t>> stateKeys() const;
    bool isChain() const;  // elementwise sites only, and nothing but the site's input alive at each
};

// The linear part of an affine node applied to directions: node(x + d) - node(x). Biases are left out rather
// than subtracted, so that no bits of the weights are lost.
at::Tensor linearPart(const LayerNode& node, const std::vector<at::Tensor>& directions);

// One sample as a batch of one.
at::Tensor asBatch(const Eigen::VectorXd& value, const Shape& shape);

// The graph must be exact and in float64 (Model::graph() is). Both objects keep a reference to it.
std::unique_ptr<SiteNetwork> siteNetworkOnSlice(std::shared_ptr<const LayerGraph> graph,
                                                const SlicePlane& plane);
// All segments between inputs at once. Its points are (t, k): the fraction t of segment k, which joins two of
// the anchors; forms have no part along k.
std::unique_ptr<SiteNetwork> siteNetworkOnSegments(
    std::shared_ptr<const LayerGraph> graph, std::shared_ptr<const std::vector<Eigen::VectorXd>> anchors,
    std::vector<std::pair<std::int32_t, std::int32_t>> segments);

// The affine maps of a chain (plan.isChain()), the first in coordinates along `axes` about `originInput`.
// nullopt when a stage would need more than `maxBytes` as a dense matrix.
std::optional<std::vector<AffineChain::Stage>> affineStages(const LayerGraph& graph, const SitePlan& plan,
                                                            const Eigen::VectorXd& originInput,
                                                            const std::vector<const Eigen::VectorXd*>& axes,
                                                            std::int64_t maxBytes = 256ll << 20);
// nullopt when the graph is no chain, or when a stage would need more than `maxBytes` as a dense matrix.
std::optional<AffineChain> affineChainOnSlice(const LayerGraph& graph, const SlicePlane& plane,
                                              std::int64_t maxBytes = 256ll << 20);

}  // namespace tessera
