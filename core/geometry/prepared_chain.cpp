// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/prepared_chain.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>

namespace tessera {
namespace {

// Units are cut in one fixed order everywhere, so that both faces beside a side meet concurrent lines in the
// same order and agree on their common vertex. A random order keeps the recursion logarithmically deep.
std::vector<std::int32_t> cuttingOrder(std::int32_t units, std::size_t site) {
    std::vector<std::int32_t> order(units);
    std::iota(order.begin(), order.end(), 0);
    std::mt19937_64 random(site + 1);
    for (std::int32_t i = units - 1; i > 0; --i) std::swap(order[i], order[random() % (i + 1)]);
    return order;
}

}  // namespace

PreparedChain prepareChain(const AffineChain& chain) {
    PreparedChain prepared;
    const std::size_t sites = chain.sites.size();
    prepared.outputs = static_cast<std::int32_t>(chain.stages.back().bias.size());
    std::vector<std::vector<std::int32_t>> orders;
    for (std::size_t s = 0; s <= sites; ++s) {
        const auto units = static_cast<std::int32_t>(chain.stages[s].bias.size());
        orders.push_back(cuttingOrder(units, s));
        if (s == sites) std::iota(orders.back().begin(), orders.back().end(), 0);
    }
    const AffineChain::Stage& first = chain.stages.front();
    prepared.firstPadded = paddedToPack(first.bias.size());
    prepared.firstForms = PackedDoubles(3 * prepared.firstPadded);
    for (std::size_t i = 0; i < orders[0].size(); ++i) {
        prepared.firstForms.data()[i] = first.weights(orders[0][i], 0);
        prepared.firstForms.data()[prepared.firstPadded + i] = first.weights(orders[0][i], 1);
        prepared.firstForms.data()[2 * prepared.firstPadded + i] = first.bias[orders[0][i]];
    }

    prepared.stages.resize(sites);
    for (std::size_t s = 0; s < sites; ++s) {
        PreparedStage& stage = prepared.stages[s];
        const PiecewiseLinear& function = chain.sites[s].function;
        const AffineChain::Stage& into = chain.stages[s];
        const AffineChain::Stage& next = chain.stages[s + 1];
        const std::vector<std::int32_t>& order = orders[s];
        const std::vector<std::int32_t>& nextOrder = orders[s + 1];
        stage.units = static_cast<std::int32_t>(order.size());
        stage.padded = paddedToPack(order.size());
        stage.nextUnits = static_cast<std::int32_t>(nextOrder.size());
        stage.nextPadded = paddedToPack(nextOrder.size());
        stage.firstLabel = static_cast<std::int32_t>(prepared.unitOfLabel.size());
        stage.lineBegin.push_back(0);
        stage.slopes.resize(function.pieces() * order.size());
        stage.intercepts.resize(stage.slopes.size());
        stage.relu = true;
        stage.steepest = 0;
        for (std::int32_t i = 0; i < stage.units; ++i) {
            const std::int32_t unit = order[i];
            for (int piece = 0; piece < function.pieces(); ++piece) {
                const double slope = function.slope(piece, unit), intercept = function.intercept(piece, unit);
                stage.slopes[piece * order.size() + i] = slope;
                stage.intercepts[piece * order.size() + i] = intercept;
                stage.steepest = std::max(stage.steepest, std::abs(slope));
                stage.highest = std::max(stage.highest, std::abs(intercept));
            }
            std::uint64_t below = 0;
            std::uint64_t state = 0;
            for (int knot = 0; knot + 1 < function.pieces(); ++knot) {
                if (!function.bends(knot, unit)) continue;
                const std::uint64_t above = patternKey(s, unit, ++state);
                stage.lines.push_back({function.knots[knot],
                                       function.slope(knot + 1, unit) - function.slope(knot, unit),
                                       above ^ below, knot + 1, i});
                below = above;
                prepared.siteOfLabel.push_back(static_cast<std::int32_t>(s));
                prepared.unitOfLabel.push_back(unit);
            }
            stage.lineBegin.push_back(static_cast<std::int32_t>(stage.lines.size()));
            stage.relu = stage.relu && function.knots.size() == 1 && function.knots[0] == 0 &&
                         function.slope(0, unit) == 0 && function.slope(1, unit) == 1 &&
                         function.intercept(0, unit) == 0 && function.intercept(1, unit) == 0;
        }
        stage.rowSize = PackedDoubles(stage.padded);
        stage.biasSize = PackedDoubles(stage.padded);
        stage.columns = PackedDoubles(order.size() * stage.nextPadded);
        stage.nextBias = PackedDoubles(3 * stage.nextPadded);
        for (std::int32_t i = 0; i < stage.units; ++i) {
            stage.rowSize.data()[i] = into.weights.row(order[i]).cwiseAbs().sum();
            stage.biasSize.data()[i] = std::abs(into.bias[order[i]]);
            for (std::size_t k = 0; k < nextOrder.size(); ++k) {
                stage.columns.data()[i * stage.nextPadded + k] = next.weights(nextOrder[k], order[i]);
            }
        }
        if (stage.relu) {
            stage.keys = PackedArray<std::uint64_t>(stage.padded);
            for (std::int32_t i = 0; i < stage.units; ++i) stage.keys.data()[i] = stage.lines[i].key;
        }
        if (stage.nextUnits <= kFewUnits) {
            stage.rows = PackedDoubles(stage.nextUnits * stage.padded);
            for (std::int32_t k = 0; k < stage.nextUnits; ++k) {
                for (std::int32_t i = 0; i < stage.units; ++i) {
                    stage.rows.data()[k * stage.padded + i] = next.weights(nextOrder[k], order[i]);
                }
            }
        }
        for (std::size_t k = 0; k < nextOrder.size(); ++k) {
            stage.nextBias.data()[2 * stage.nextPadded + k] = next.bias[nextOrder[k]];
        }
    }
    return prepared;
}

}  // namespace tessera
