// SPDX-License-Identifier: GPL-3.0-or-later
// CIFAR ResNets by the two naming habits on the web: conv1, bn1, layerX.Y.{conv1,bn1,conv2,bn2}, a shortcut
// that is "shortcut" or "downsample" (1x1 convolution and batch norm) or has no weights (option A), and
// "linear" or "fc".
#include "core/model/architecture_families_torch.h"

namespace tessera {
namespace {

std::string block(int stage, int index) {
    return "layer" + std::to_string(stage) + "." + std::to_string(index);
}

struct ResNet {
    LayerParts& parts;
    std::string activation;
    bool padded = false;  // some shortcut has no weights
    int convolutions = 0;

    int convBatchNorm(const std::string& conv, const std::string& norm, int in, std::int64_t stride) {
        const Shape& kernel = parts.tensors().shapeOf(conv + ".weight");
        if (kernel.size() != 4)
            throw Misfit("tensor '" + conv + ".weight' is " + shapeText(kernel) +
                         ", but a convolution of images needs 4 dimensions");
        const std::int64_t padding = kernel[2] / 2;
        return parts.batchNorm(norm, norm,
                               parts.conv(conv, conv, in, {stride, stride}, {padding, padding}, {1, 1}));
    }

    int basicBlock(const std::string& name, int in, std::int64_t stride) {
        TensorTable& tensors = parts.tensors();
        GraphBuilder& builder = parts.builder();
        int main = convBatchNorm(name + ".conv1", name + ".bn1", in, stride);
        main = parts.activation(name + "." + activation + "1", activation, main);
        main = convBatchNorm(name + ".conv2", name + ".bn2", main, 1);
        convolutions += 2;
        int side = in;
        const char* projection = tensors.has(name + ".shortcut.0.weight") ? ".shortcut" : ".downsample";
        if (tensors.has(name + projection + ".0.weight")) {
            side = convBatchNorm(name + projection + ".0", name + projection + ".1", in, stride);
        } else if (builder.shapeOf(in) != builder.shapeOf(main)) {
            side = parts.padShortcut(name + ".shortcut", in, builder.shapeOf(main)[0], stride);
            padded = true;
        }
        if (builder.shapeOf(side) != builder.shapeOf(main))
            throw Misfit("block '" + name + "' adds " + shapeText(builder.shapeOf(side)) + " to " +
                         shapeText(builder.shapeOf(main)));
        const int sum = builder.add(name + ".add", main, side);
        return parts.activation(name + "." + activation + "2", activation, sum);
    }
};

}  // namespace

std::optional<BuiltArchitecture> buildCifarResNet(TensorTable& tensors, const FamilyOptions& options) {
    if (!tensors.has("conv1.weight") || !tensors.has("layer1.0.conv1.weight") ||
        !tensors.has("layer1.0.conv2.weight"))
        return std::nullopt;
    const Shape& stem = tensors.shapeOf("conv1.weight");
    if (stem.size() != 4 || stem[2] != 3 || stem[3] != 3 || tensors.has("layer1.0.conv3.weight"))
        return std::nullopt;

    const Shape input = options.inputShape.value_or(Shape{stem[1], 32, 32});
    if (input.size() != 3 || input[0] != stem[1])
        throw Misfit("its first convolution takes " + std::to_string(stem[1]) +
                     " channels, but the input shape is " + shapeText(input) +
                     "; give the shape the network was trained on");
    GraphBuilder builder(input);
    LayerParts parts(builder, tensors);
    ResNet net{parts, options.activation.empty() ? "relu" : options.activation};
    int at = parts.activation(net.activation, net.activation,
                              net.convBatchNorm("conv1", "bn1", GraphBuilder::kInput, 1));
    std::string widths;
    int stage = 1;
    for (; tensors.has(block(stage, 0) + ".conv1.weight"); ++stage) {
        for (int index = 0; tensors.has(block(stage, index) + ".conv1.weight"); ++index)
            at = net.basicBlock(block(stage, index), at, stage > 1 && index == 0 ? 2 : 1);
        widths += (widths.empty() ? "" : "-") + std::to_string(builder.shapeOf(at)[0]);
    }
    at = parts.globalAverage("avgpool", at);
    const std::string head = tensors.has("linear.weight") ? "linear" : "fc";
    at = parts.linear(head, head, at);

    BuiltArchitecture built;
    const std::string shortcuts =
        net.padded ? "padded shortcuts (option A)" : "projection shortcuts (option B)";
    built.description = "CIFAR ResNet-" + std::to_string(net.convolutions + 2) + ", widths " + widths + ", " +
                        shortcuts + " (inferred from names and shapes)";
    built.notes.push_back(
        "Read as a CIFAR ResNet: strides 2 at the start of each later stage" +
        std::string(net.padded
                        ? ", and shortcuts without weights as subsampling with zero channels (option A)"
                        : "") +
        (options.activation.empty() ? ", ReLU. " : ". ") +
        "If it is another network, give an architecture description.");
    if (!options.inputShape)
        built.notes.push_back("The input is taken to be " + shapeText(input) +
                              "; give the shape if it is another.");
    built.graph = std::move(builder).finish(at);
    return built;
}

}  // namespace tessera
