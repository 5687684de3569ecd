// SPDX-License-Identifier: GPL-3.0-or-later
#include <c10/core/InferenceMode.h>

#include <algorithm>

#include "core/model/slice_network_torch.h"

namespace tessera {

SitePlan::SitePlan(const LayerGraph& graph) {
    const auto& nodes = graph.nodes();
    lastUse.assign(nodes.size(), -1);
    for (const auto& node : nodes)
        for (const int in : node.inputs) lastUse[static_cast<std::size_t>(in)] = node.id;
    for (const auto& node : nodes) {
        if (node.kind != NodeClass::PiecewiseLinear && node.kind != NodeClass::Max) continue;
        Site site;
        site.name = node.name;
        site.inputs = elementCount(graph.node(node.inputs[0]).outputShape);
        if (node.kind == NodeClass::Max) {
            site.kind = SiteKind::Max;
            site.windows = *node.windows;
            site.units = site.windows.windows();
        } else {
            site.function = node.function;
            site.units = site.inputs;
        }
        std::vector<int> live;
        for (int id = 0; id < node.id; ++id)
            if (lastUse[static_cast<std::size_t>(id)] >= node.id) live.push_back(id);
        siteNodes.push_back(node.id);
        sites.push_back(std::move(site));
        liveAt.push_back(std::move(live));
    }
    liveAt.push_back({graph.output()});
}

std::vector<std::vector<std::uint64_t>> SitePlan::stateKeys() const {
    std::vector<std::vector<std::uint64_t>> keys(sites.size());
    for (std::size_t k = 0; k < sites.size(); ++k) {
        if (sites[k].kind != SiteKind::PiecewiseLinear) continue;
        for (std::size_t state = 1; state <= sites[k].function.knots.size(); ++state)
            for (std::int64_t unit = 0; unit < sites[k].units; ++unit)
                keys[k].push_back(patternKey(k, static_cast<std::uint64_t>(unit), state));
    }
    return keys;
}

bool SitePlan::isChain() const {
    for (std::size_t k = 0; k < sites.size(); ++k)
        if (sites[k].kind != SiteKind::PiecewiseLinear || liveAt[k].size() != 1) return false;
    return true;
}

at::Tensor asBatch(const Eigen::VectorXd& value, const Shape& shape) {
    return at::from_blob(const_cast<double*>(value.data()), batchShape(shape, 1), at::kDouble).clone();
}

at::Tensor linearPart(const LayerNode& node, const std::vector<at::Tensor>& directions) {
    bool biasOnly =
        node.op == "linear" || node.op == "conv1d" || node.op == "conv2d" || node.op == "batch_norm";
    std::vector<at::Tensor> params;
    for (const auto& param : node.params) {
        if (param.role == "bias" || param.role == "shift")
            params.push_back({});
        else if (param.role == "running_mean")
            params.push_back(at::zeros_like(param.value));
        else
            params.push_back(param.value);
        biasOnly = biasOnly || param.role == "shift";
    }
    const auto image = node.evaluate(directions, params);
    if (biasOnly || node.params.empty()) return image;
    std::vector<at::Tensor> zeros;
    for (const auto& direction : directions) zeros.push_back(at::zeros_like(direction.narrow(0, 0, 1)));
    return image - node.evaluate(zeros, params);
}

namespace {

// Nodes after `from` up to `to`, given the value (or, with `linear`, directions) at `from`.
at::Tensor runSegment(const LayerGraph& graph, int from, const at::Tensor& value, int to, bool linear) {
    std::vector<at::Tensor> values(static_cast<std::size_t>(to) + 1);
    values[static_cast<std::size_t>(from)] = value;
    for (int id = from + 1; id <= to; ++id) {
        const auto& node = graph.node(id);
        std::vector<at::Tensor> inputs;
        bool ready = true;
        for (const int in : node.inputs) {
            inputs.push_back(values[static_cast<std::size_t>(in)]);
            ready = ready && inputs.back().defined();
        }
        if (ready)
            values[static_cast<std::size_t>(id)] = linear ? linearPart(node, inputs) : node.run(inputs);
    }
    return values[static_cast<std::size_t>(to)];
}

}  // namespace

std::optional<std::vector<AffineChain::Stage>> affineStages(const LayerGraph& graph, const SitePlan& plan,
                                                            const Eigen::VectorXd& originInput,
                                                            const std::vector<const Eigen::VectorXd*>& axes,
                                                            std::int64_t maxBytes) {
    const c10::InferenceMode inference;
    std::vector<AffineChain::Stage> stages;
    for (std::size_t k = 0; k <= plan.sites.size(); ++k) {
        const int from = k == 0 ? 0 : plan.siteNodes[k - 1];
        const int to = plan.liveAt[k][0];
        const Shape& inShape = graph.node(from).outputShape;
        const auto in = elementCount(inShape), out = elementCount(graph.node(to).outputShape);
        AffineChain::Stage stage;
        if (k > 0 && in * out * 8 > maxBytes) return std::nullopt;
        // The first affine map has one input an axis: differences about the origin.
        const auto origin = k == 0 ? asBatch(originInput, inShape) : at::zeros({1, in}, at::kDouble);
        std::vector<at::Tensor> along;
        for (const auto* axis : axes) along.push_back(asBatch(*axis, graph.inputShape()));
        auto directions = k == 0 ? at::cat(along, 0) : at::eye(in, at::kDouble);
        directions = directions.reshape(batchShape(inShape, directions.size(0)));
        const auto bias = runSegment(graph, from, origin.reshape(batchShape(inShape, 1)), to, false)
                              .reshape({out})
                              .contiguous();
        const auto columns =
            runSegment(graph, from, directions, to, true).reshape({directions.size(0), out}).contiguous();
        stage.bias = Eigen::Map<const Eigen::VectorXd>(bias.data_ptr<double>(), out);
        stage.weights =
            Eigen::Map<const AffineChain::Matrix>(columns.data_ptr<double>(), columns.size(0), out)
                .transpose();
        stages.push_back(std::move(stage));
    }
    return stages;
}

std::optional<AffineChain> affineChainOnSlice(const LayerGraph& graph, const SlicePlane& plane,
                                              std::int64_t maxBytes) {
    const SitePlan plan(graph);
    if (!plan.isChain()) return std::nullopt;
    AffineChain chain;
    chain.sites = plan.sites;
    for (const auto& corner : plane.window)
        chain.formOrigin += corner / static_cast<double>(plane.window.size());
    auto stages =
        affineStages(graph, plan, plane.inputFromSlice(chain.formOrigin), {&plane.u, &plane.v}, maxBytes);
    if (!stages) return std::nullopt;
    chain.stages = std::move(*stages);
    return chain;
}

}  // namespace tessera
