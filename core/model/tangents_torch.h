// SPDX-License-Identifier: GPL-3.0-or-later
// Values and their derivatives along the coordinates of a site network, pushed through one layer at a time.
#pragma once

#include <ATen/ATen.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/model/layer_graph_torch.h"

namespace tessera {

struct SitePlan;

// At a list of points, one row each. No dv: the points lie on lines. Where a derivative is the same at every
// point (before the first bend) it is one row, expanded.
struct Tangents {
    at::Tensor value, du, dv;
};

// A site as the passes through it need it.
struct TangentSite {
    std::size_t index = 0;
    const std::uint64_t* keys = nullptr;  // patternKey of state s of unit u at (s - 1) * units + u
    double halfWidth = 0;                 // of the coordinates' range
};

Tangents throughAffine(const LayerNode& node, const std::vector<const Tangents*>& from);
// These two take the states of the site's units into the points' pattern hashes.
Tangents throughBend(const LayerNode& node, const Tangents& from, const TangentSite& site,
                     std::uint64_t* hash);
Tangents throughMax(const LayerNode& node, const Tangents& from, const TangentSite& site,
                    std::uint64_t* hash);

// From the network's input to its logits, site by site (`keys`: SitePlan::stateKeys()); the points' pattern
// hashes, zero at first, take in the states of all units.
Tangents throughNetwork(const LayerGraph& graph, const SitePlan& plan,
                        const std::vector<std::vector<std::uint64_t>>& keys, double halfWidth, Tangents input,
                        std::uint64_t* hash);

}  // namespace tessera
