// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/layered_model.h"

#include "core/model/layer_graph_torch.h"

namespace tessera {

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
