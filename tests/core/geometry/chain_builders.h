// SPDX-License-Identifier: GPL-3.0-or-later
// Chains for tests, layer by layer.
#pragma once

#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/geometry/depth_first.h"

namespace tessera {

inline void addSite(AffineChain& chain, PiecewiseLinear function) {
    Site site;
    site.name = "site" + std::to_string(chain.sites.size());
    site.units = site.inputs = chain.stages.back().bias.size();
    site.function = std::move(function);
    chain.sites.push_back(site);
}

// One hidden layer of lines a*s + b*t + c, and a sum of its units with distinct weights, so that no two faces
// agree.
inline AffineChain linesChain(const std::vector<Eigen::Vector3d>& lines,
                              PiecewiseLinear function = PiecewiseLinear::relu()) {
    AffineChain chain;
    AffineChain::Stage first, last;
    first.weights.resize(lines.size(), 2);
    first.bias.resize(lines.size());
    last.weights.resize(1, lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        first.weights.row(i) = lines[i].head<2>();
        first.bias[i] = lines[i][2];
        last.weights(0, i) = 1 + 0.1 * static_cast<double>(i);
    }
    last.bias = Eigen::VectorXd::Constant(1, -0.3);
    chain.stages = {first};
    addSite(chain, std::move(function));
    chain.stages.push_back(last);
    return chain;
}

inline AffineChain gaussianChain(unsigned seed, const std::vector<int>& widths,
                                 PiecewiseLinear function = PiecewiseLinear::relu()) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    AffineChain chain;
    int inputs = 2;
    for (std::size_t l = 0; l < widths.size(); ++l) {
        AffineChain::Stage stage;
        stage.weights.resize(widths[l], inputs);
        stage.bias.resize(widths[l]);
        for (double& weight : stage.weights.reshaped()) weight = normal(random) * std::sqrt(2.0 / inputs);
        for (double& bias : stage.bias) bias = 0.3 * normal(random);
        chain.stages.push_back(stage);
        if (l + 1 < widths.size()) addSite(chain, function);
        inputs = widths[l];
    }
    return chain;
}

inline Arrangement arrangementOf(const AffineChain& chain, const Polygon& window = squarePolygon(),
                                 const ArrangementOptions& options = {}) {
    NoProgress progress;
    auto result = arrangementDepthFirst(chain, window, options, {}, progress);
    if (!result.isOk()) throw std::runtime_error("the engine refused the chain");
    return std::move(result).value();
}

}  // namespace tessera
