// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/layered_model.h"

#include <set>
#include <utility>

#include "core/model/layer_graph_torch.h"

namespace tessera {
namespace {

// A linear layer of the chain, and whether a ReLU lies between it and the one before.
struct ChainLink {
    const LayerNode* linear;
    bool followsRelu;
};

bool passesValuesOn(const std::string& op) {
    static const std::set<std::string> kOperations{
        "view",    "reshape",  "flatten",         "unflatten",     "_unsafe_view", "view_as", "squeeze",
        "dropout", "identity", "feature_dropout", "alpha_dropout", "reshape_as",   "clone",   "dropout1d"};
    return kOperations.contains(op);
}

std::optional<std::vector<ChainLink>> chainAfter(const LayerGraph& graph, const std::string& layer) {
    int first = -1;
    for (const auto& node : graph.nodes())
        if (node.id > 0 && node.name == layer) first = node.id;  // the last of that name, as when cutting
    if (first < 0) return std::nullopt;
    std::vector<const LayerNode*> nodes;
    for (int id = graph.output(); id != first; id = graph.node(id).inputs.front()) {
        if (id <= first || graph.node(id).inputs.size() != 1) return std::nullopt;
        nodes.push_back(&graph.node(id));
    }
    std::vector<ChainLink> links;
    bool followsRelu = false;
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
        if ((*node)->op == "linear" && graph.node((*node)->inputs.front()).outputShape.size() == 1) {
            links.push_back({*node, std::exchange(followsRelu, false)});
        } else if ((*node)->op == "relu" && !links.empty()) {
            followsRelu = true;
        } else if (!passesValuesOn((*node)->op)) {
            return std::nullopt;
        }
    }
    if (links.empty() || followsRelu) return std::nullopt;
    return links;
}

AffineLayer layerOf(const LayerNode& linear) {
    const auto parameter = [&](std::size_t place) {
        return place < linear.params.size() && linear.params[place].value.defined()
                   ? linear.params[place].value.to(at::kCPU, at::kDouble).contiguous()
                   : at::Tensor();
    };
    const at::Tensor weight = parameter(0), bias = parameter(1);
    AffineLayer layer{Eigen::Map<const Rows>(weight.data_ptr<double>(), weight.size(0), weight.size(1)),
                      Eigen::VectorXd::Zero(weight.size(0))};
    if (bias.defined()) layer.bias = Eigen::Map<const Eigen::VectorXd>(bias.data_ptr<double>(), bias.size(0));
    return layer;
}

}  // namespace

bool isLayeredAfter(const Model& model, const std::string& layer) {
    return chainAfter(model.graph(), layer).has_value();
}

std::optional<std::vector<AffineLayer>> layersAfter(const Model& model, const std::string& layer) {
    const auto links = chainAfter(model.graph(), layer);
    if (!links) return std::nullopt;
    std::vector<AffineLayer> layers;
    for (const auto& link : *links) {
        AffineLayer next = layerOf(*link.linear);
        if (layers.empty() || link.followsRelu) {
            layers.push_back(std::move(next));
        } else {  // two linear layers in a row are one
            AffineLayer& before = layers.back();
            before.bias = next.weight * before.bias + next.bias;
            before.weight = next.weight * before.weight;
        }
    }
    return layers;
}

Result<std::shared_ptr<const Model>> modelOfLayers(std::span<const AffineLayer> layers, ModelInfo info) {
    const std::string what = info.path.string();
    if (layers.empty()) return inputError(what + " holds no layer; a head needs a weight and a bias.");
    std::string widths = std::to_string(layers.front().weight.cols());
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto& [weight, bias] = layers[i];
        if (weight.size() == 0 || bias.size() != weight.rows() ||
            (i > 0 && weight.cols() != layers[i - 1].weight.rows()))
            return inputError(what + ": layer " + std::to_string(i) + " has weights of " +
                              shapeText({weight.rows(), weight.cols()}) + " and " +
                              std::to_string(bias.size()) + " biases, which do not fit" +
                              (i > 0 ? " the layer before it" : "") + "; weights are outputs x inputs.");
        if (!weight.allFinite() || !bias.allFinite())
            return inputError(what + " has NaN or infinite values in layer " + std::to_string(i) +
                              "; training diverged or the file is damaged.");
        widths += "-" + std::to_string(weight.rows());
    }
    GraphBuilder builder({layers.front().weight.cols()});
    int at = GraphBuilder::kInput;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto& [weight, bias] = layers[i];
        const auto tensor = [](const double* values, std::vector<std::int64_t> sizes) {
            return at::from_blob(const_cast<double*>(values), sizes, at::kDouble).clone();
        };
        const std::string name = layers.size() == 1 ? "linear" : std::to_string(2 * i);
        at = builder.linear(name, at, tensor(weight.data(), {weight.rows(), weight.cols()}),
                            tensor(bias.data(), {bias.size()}));
        if (i + 1 < layers.size()) at = builder.relu(std::to_string(2 * i + 1), at);
    }
    LayerGraph graph = std::move(builder).finish(at);
    info.architecture = (layers.size() == 1 ? "linear " : "MLP ") + widths;
    info.inputShape = graph.inputShape();
    info.outputs = layers.back().weight.rows();
    info.layers = graph.describe();
    info.parameters = 0;
    for (const auto& layer : info.layers) info.parameters += layer.parameters;
    info.selfCheck.note = "weights have no original program to compare with";
    return std::shared_ptr<const Model>(
        std::make_shared<Model>(std::move(info), std::make_shared<LayerGraph>(std::move(graph))));
}

}  // namespace tessera
