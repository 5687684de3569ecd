// SPDX-License-Identifier: GPL-3.0-or-later
// Yardstick networks as affine chains, composed with their plane.
#pragma once

#include <string>
#include <utility>

#include "core/geometry/depth_first.h"
#include "tests/core/geometry/yardstick_networks.h"

namespace tessera {

struct YardstickChain {
    AffineChain chain;
    Polygon window;
};

// Dense layers with ReLU between them; weights are float64 before the first product.
inline YardstickChain yardstickChain(const std::string& path) {
    const PlainWeights weights(path);
    YardstickChain yardstick;
    yardstick.window = weights.window;
    AffineChain& chain = yardstick.chain;
    Eigen::Vector2d low = weights.window[0], high = low;
    for (const auto& corner : weights.window) {
        low = low.cwiseMin(corner);
        high = high.cwiseMax(corner);
    }
    chain.formOrigin = (low + high) / 2;
    for (std::size_t i = 0; i < weights.tensors.size(); i += 2) {
        const Eigen::VectorXd bias = weights.vector(i + 1);
        const AffineChain::Matrix matrix = weights.matrix(i, static_cast<int>(bias.size()));
        if (i > 0) {
            Site site;
            site.name = "relu" + std::to_string(i / 2);
            site.units = site.inputs = matrix.cols();
            site.function = PiecewiseLinear::relu();
            chain.sites.push_back(site);
            chain.stages.push_back({matrix, bias});
            continue;
        }
        AffineChain::Stage first;
        first.weights.resize(matrix.rows(), 2);
        first.weights.col(0) = matrix * weights.u;
        first.weights.col(1) = matrix * weights.v;
        first.bias =
            matrix * (weights.origin + chain.formOrigin.x() * weights.u + chain.formOrigin.y() * weights.v) +
            bias;
        chain.stages.push_back(first);
    }
    return yardstick;
}

}  // namespace tessera
