// SPDX-License-Identifier: GPL-3.0-or-later
// Networks small enough to know what they do, built without a file.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <vector>

#include "core/model/layer_graph_torch.h"
#include "core/model/model.h"

namespace tessera::test {

inline std::shared_ptr<const Model> modelOf(LayerGraph graph, Shape inputShape, std::int64_t outputs,
                                            const char* name) {
    ModelInfo info;
    info.path = name;
    info.format = "built";
    info.sha256 = "0";
    info.inputShape = std::move(inputShape);
    info.outputs = outputs;
    info.layers = graph.describe();
    return std::make_shared<Model>(std::move(info), std::make_shared<const LayerGraph>(std::move(graph)));
}

// logits = weight * x + bias
inline std::shared_ptr<const Model> linearModel(const at::Tensor& weight, const at::Tensor& bias) {
    GraphBuilder builder({weight.size(1)});
    const int out = builder.linear("fc", GraphBuilder::kInput, weight.to(at::kDouble), bias.to(at::kDouble));
    return modelOf(std::move(builder).finish(out), {weight.size(1)}, weight.size(0), "linear.pt");
}

// Random ReLU network with the given widths, its last entry the number of logits. `sharpness` scales the
// logits.
inline std::shared_ptr<const Model> randomMlp(const std::vector<std::int64_t>& widths, int seed,
                                              double sharpness = 1) {
    torch::manual_seed(seed);
    GraphBuilder builder({widths[0]});
    int at = GraphBuilder::kInput;
    for (std::size_t i = 1; i < widths.size(); ++i) {
        const bool last = i + 1 == widths.size();
        const double scale = std::sqrt(2.0 / static_cast<double>(widths[i - 1])) * (last ? sharpness : 1);
        at = builder.linear("fc" + std::to_string(i), at,
                            torch::randn({widths[i], widths[i - 1]}, at::kDouble) * scale,
                            torch::randn({widths[i]}, at::kDouble) * (last ? 0.1 : 0.5));
        if (!last) at = builder.relu("relu" + std::to_string(i), at);
    }
    return modelOf(std::move(builder).finish(at), {widths[0]}, widths.back(), "mlp.pt");
}

// ResNet-20 for 3 x 32 x 32 images with random weights, without batch norm; see randomResNet20 for the head.
inline std::shared_ptr<const Model> resNet20WithHead(int seed, const at::Tensor& scale,
                                                     const at::Tensor& bias) {
    torch::manual_seed(seed);
    GraphBuilder builder({3, 32, 32});
    const auto conv = [&](const std::string& name, int in, std::int64_t from, std::int64_t to,
                          std::int64_t kernel, std::int64_t stride) {
        const double deviation = std::sqrt(2.0 / static_cast<double>(from * kernel * kernel));
        return builder.conv(name, in, torch::randn({to, from, kernel, kernel}, at::kDouble) * deviation,
                            torch::randn({to}, at::kDouble) * 0.1, {stride, stride}, {kernel / 2, kernel / 2},
                            {1, 1}, 1);
    };
    int at = builder.relu("relu", conv("conv1", GraphBuilder::kInput, 3, 16, 3, 1));
    std::int64_t channels = 16;
    for (int stage = 0; stage < 3; ++stage)
        for (int block = 0; block < 3; ++block) {
            const std::string name = "layer" + std::to_string(stage + 1) + "." + std::to_string(block);
            const std::int64_t to = std::int64_t{16} << stage, stride = stage > 0 && block == 0 ? 2 : 1;
            int branch = builder.relu(name + ".relu1", conv(name + ".conv1", at, channels, to, 3, stride));
            branch = conv(name + ".conv2", branch, to, to, 3, 1);
            const int shortcut = stride == 1 ? at : conv(name + ".down", at, channels, to, 1, stride);
            at = builder.relu(name + ".relu2", builder.add(name + ".add", branch, shortcut, 1.0));
            channels = to;
        }
    at = builder.reshape("flatten", "flatten", builder.adaptiveAveragePool("pool", at, {1, 1}), {64});
    at = builder.linear("fc", at, torch::randn({10, 64}, at::kDouble) * scale, bias);
    return modelOf(std::move(builder).finish(at), {3, 32, 32}, 10, "resnet20.pt");
}

// Its head is centred and scaled so that random inputs of deviation `spread` fall into many classes.
inline std::shared_ptr<const Model> randomResNet20(int seed, double spread) {
    const auto plain =
        resNet20WithHead(seed, torch::ones({10, 1}, at::kDouble), torch::zeros({10}, at::kDouble));
    const auto logits = plain->graph().forward(torch::randn({64, 3, 32, 32}, at::kDouble) * spread);
    const auto scale = 3 / logits.std(0), bias = -logits.mean(0) * scale;
    return resNet20WithHead(seed, scale.unsqueeze(1), bias);
}

}  // namespace tessera::test
