// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/chain_evaluation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/geometry/form_kernels.h"

namespace tessera {
void forwardChain(const AffineChain& chain, std::span<const Eigen::Vector2d> points, double* logits,
                  std::uint64_t* patternHash) {
    std::size_t widest = 2;
    for (const auto& stage : chain.stages)
        widest = std::max(widest, static_cast<std::size_t>(stage.bias.size()));
    PackedDoubles first(widest * kPointBlock), second(widest * kPointBlock);
    double *in = first.data(), *out = second.data();
    std::vector<std::vector<std::uint64_t>> reluKeys(chain.sites.size());
    for (std::size_t s = 0; s < chain.sites.size(); ++s) {
        if (chain.sites[s].function != PiecewiseLinear::relu()) continue;
        for (std::int64_t unit = 0; unit < chain.sites[s].units; ++unit)
            reluKeys[s].push_back(patternKey(s, unit, 1));
    }
    for (std::size_t begin = 0; begin < points.size(); begin += kPointBlock) {
        const std::size_t count = std::min(kPointBlock, points.size() - begin);
        for (std::size_t p = 0; p < kPointBlock; ++p) {
            const Eigen::Vector2d offset = points[begin + std::min(p, count - 1)] - chain.formOrigin;
            in[p] = offset.x();
            in[kPointBlock + p] = offset.y();
        }
        alignas(64) std::uint64_t hash[kPointBlock] = {};
        for (std::size_t s = 0; s < chain.stages.size(); ++s) {
            const AffineChain::Stage& stage = chain.stages[s];
            applyAffine(stage.weights.data(), stage.bias.data(), stage.weights.rows(), stage.weights.cols(),
                        in, out);
            std::swap(in, out);
            if (s == chain.sites.size()) break;
            const PiecewiseLinear& function = chain.sites[s].function;
            if (!reluKeys[s].empty()) {
                applyRelu(in, reluKeys[s].size(), reluKeys[s].data(), hash);
                continue;
            }
            for (std::int64_t unit = 0; unit < stage.bias.size(); ++unit) {
                double* const z = in + unit * kPointBlock;
                double result[kPointBlock];
                for (std::size_t p = 0; p < kPointBlock; ++p) {
                    result[p] = function.slope(0, unit) * z[p] + function.intercept(0, unit);
                }
                std::uint64_t state = 0;
                for (int knot = 0; knot + 1 < function.pieces(); ++knot) {
                    const double at = function.knots[knot];
                    const double slope = function.slope(knot + 1, unit),
                                 intercept = function.intercept(knot + 1, unit);
                    for (std::size_t p = 0; p < kPointBlock; ++p) {
                        result[p] = z[p] > at ? slope * z[p] + intercept : result[p];
                    }
                    if (!function.bends(knot, unit)) continue;
                    const std::uint64_t key = patternKey(s, unit, state) ^ patternKey(s, unit, state + 1);
                    ++state;
                    for (std::size_t p = 0; p < kPointBlock; ++p) hash[p] ^= z[p] > at ? key : 0;
                }
                std::copy(result, result + kPointBlock, z);
            }
        }
        const std::size_t outputs = chain.stages.back().bias.size();
        for (std::size_t p = 0; p < count; ++p) {
            for (std::size_t k = 0; k < outputs; ++k)
                logits[(begin + p) * outputs + k] = in[k * kPointBlock + p];
            if (patternHash) patternHash[begin + p] = hash[p];
        }
    }
}

bool patternFits(const AffineChain& chain, const Eigen::Vector2d& point, std::uint64_t patternHash) {
    constexpr double kRounding = 1e-13;
    std::uint64_t difference = patternHash;
    std::vector<std::uint64_t> doubtful;
    Eigen::VectorXd values = point - chain.formOrigin;
    double reach = values.cwiseAbs().maxCoeff() + chain.formOrigin.cwiseAbs().maxCoeff();
    for (std::size_t s = 0; s < chain.sites.size(); ++s) {
        const auto& [weights, bias] = chain.stages[s];
        const PiecewiseLinear& function = chain.sites[s].function;
        const Eigen::VectorXd z = weights * values + bias;
        const Eigen::VectorXd terms = reach * weights.cwiseAbs().rowwise().sum() + bias.cwiseAbs();
        values.resize(z.size());
        for (Eigen::Index unit = 0; unit < z.size(); ++unit) {
            std::uint64_t state = 0;
            int piece = 0;
            for (int knot = 0; knot + 1 < function.pieces(); ++knot) {
                const double above = z[unit] - function.knots[knot];
                if (above > 0) piece = knot + 1;
                if (!function.bends(knot, unit)) continue;
                const std::uint64_t key = patternKey(s, unit, state) ^ patternKey(s, unit, state + 1);
                ++state;
                if (above > 0) difference ^= key;
                if (std::abs(above) <= kRounding * terms[unit]) doubtful.push_back(key);
            }
            values[unit] = function.slope(piece, unit) * z[unit] + function.intercept(piece, unit);
        }
        reach = std::max(values.cwiseAbs().maxCoeff(), z.cwiseAbs().maxCoeff());
    }
    // Is the difference the XOR of some of the doubtful keys? Elimination, highest bit first.
    for (int bit = 63; bit >= 0; --bit) {
        const auto pivot =
            std::find_if(doubtful.begin(), doubtful.end(), [&](auto key) { return key >> bit & 1; });
        if (pivot == doubtful.end()) continue;
        const std::uint64_t key = *pivot;
        doubtful.erase(pivot);
        for (auto& other : doubtful) other ^= other >> bit & 1 ? key : 0;
        if (difference >> bit & 1) difference ^= key;
    }
    return difference == 0;
}

Eigen::MatrixXd evaluateChain(const AffineChain& chain, const std::vector<Eigen::Vector2d>& pointsInSlice) {
    AffineChain::Matrix logits(pointsInSlice.size(), chain.stages.back().bias.size());
    forwardChain(chain, pointsInSlice, logits.data(), nullptr);
    return logits;
}

}  // namespace tessera
