// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/stored_type.h"
#include "core/model/architecture_operations_torch.h"

namespace tessera {
namespace {

using Sizes = LayerDescription::Sizes;

int buildConv(Operands& o) {
    const Shape kernel = o.parts.tensors().shapeOf(tensorName(o.weights, "weight"));
    const std::size_t dimensions = kernel.size() > 2 ? kernel.size() - 2 : 0;
    if (dimensions != 1 && dimensions != 2)
        o.layer.refuse("has weights of shape " + shapeText(kernel) + ", which is no 1-D or 2-D convolution");
    const Sizes ones(dimensions, 1);
    const Sizes stride = o.layer.sizes("stride", dimensions, ones);
    const Sizes dilation = o.layer.sizes("dilation", dimensions, ones);
    const Sizes padding = o.layer.sizes("padding", dimensions, Sizes(dimensions, 0));
    return o.parts.conv(o.layer.name(), o.weights, o.in[0], stride, padding, dilation,
                        o.layer.integer("groups", 1));
}

int buildPool(Operands& o, bool isMax) {
    const std::size_t dimensions = o.spatial();
    if (dimensions != 1 && dimensions != 2)
        o.layer.refuse("pools " + shapeText(o.builder().shapeOf(o.in[0])) +
                       ", which is no sequence or image");
    const Sizes kernel = o.layer.sizes("kernel", dimensions, std::nullopt);
    const Sizes stride = o.layer.sizes("stride", dimensions, kernel);
    const Sizes padding = o.layer.sizes("padding", dimensions, Sizes(dimensions, 0));
    const bool ceil = o.layer.flag("ceil_mode", false);
    if (isMax)
        return o.builder().maxPool(o.layer.name(), o.in[0], kernel, stride, padding,
                                   o.layer.sizes("dilation", dimensions, Sizes(dimensions, 1)), ceil);
    return o.builder().averagePool(o.layer.name(), o.in[0], kernel, stride, padding, ceil,
                                   o.layer.flag("count_include_pad", true));
}

int buildLayerNorm(Operands& o) {
    const at::Tensor weight = o.parts.tensors().take(tensorName(o.weights, "weight"));
    const at::Tensor bias = o.parts.tensors().takeIfThere(tensorName(o.weights, "bias"));
    const double epsilon = o.layer.real("epsilon", 1e-5);
    return o.builder().smooth(
        o.layer.name(), "layer_norm", {o.in[0]}, {{"weight", weight}, {"bias", bias}},
        [shape = weight.sizes().vec(), epsilon](const auto& x, const auto& p) {
            return at::layer_norm(x[0], shape, p[0], p[1], epsilon);
        },
        "layer_norm divides by a standard deviation that depends on the input");
}

int buildReshape(Operands& o) {
    const Shape& from = o.builder().shapeOf(o.in[0]);
    const Shape to = o.layer.sizes("shape", 0, std::nullopt);
    if (checkedElementCount(to) != checkedElementCount(from))
        o.layer.refuse("reshapes " + shapeText(from) + " to " + shapeText(to) +
                       ", which has another number of values");
    return o.builder().reshape(o.layer.name(), "reshape", o.in[0], to);
}

int buildSum(Operands& o) {
    if (o.in.size() < 2) o.layer.refuse("adds, so it needs two or more 'inputs'");
    int sum = o.in[0];
    for (std::size_t i = 1; i < o.in.size(); ++i) {
        if (o.builder().shapeOf(o.in[i]) != o.builder().shapeOf(sum))
            o.layer.refuse("adds " + shapeText(o.builder().shapeOf(sum)) + " and " +
                           shapeText(o.builder().shapeOf(o.in[i])));
        sum = o.builder().add(
            i + 1 == o.in.size() ? o.layer.name() : o.layer.name() + "." + std::to_string(i), sum, o.in[i]);
    }
    return sum;
}

int buildConcat(Operands& o) {
    const auto dimension = o.layer.integer("dimension", 0);
    if (dimension >= static_cast<std::int64_t>(o.builder().shapeOf(o.in[0]).size()))
        o.layer.refuse("joins along a dimension its inputs do not have");
    return o.builder().concat(o.layer.name(), o.in, dimension);
}

}  // namespace

const std::map<std::string, BuildOperation>& architectureOperations() {
    static const std::map<std::string, BuildOperation> kOperations = [] {
        std::map<std::string, BuildOperation> ops;
        ops["linear"] = [](Operands& o) { return o.parts.linear(o.layer.name(), o.weights, o.in[0]); };
        ops["conv"] = ops["conv1d"] = ops["conv2d"] = buildConv;
        ops["batch_norm"] = [](Operands& o) {
            return o.parts.batchNorm(o.layer.name(), o.weights, o.in[0], o.layer.real("epsilon", 1e-5));
        };
        ops["layer_norm"] = buildLayerNorm;
        ops["prelu"] = [](Operands& o) { return o.parts.prelu(o.layer.name(), o.weights, o.in[0]); };
        ops["leaky_relu"] = [](Operands& o) {
            return o.builder().leakyRelu(o.layer.name(), o.in[0], o.layer.real("negative_slope", 0.01));
        };
        ops["hardtanh"] = [](Operands& o) {
            return o.builder().hardtanh(o.layer.name(), o.in[0], o.layer.real("min", -1),
                                        o.layer.real("max", 1));
        };
        for (const char* op : {"relu", "relu6", "abs", "gelu", "silu", "sigmoid", "tanh", "elu", "selu",
                               "celu", "softplus", "mish", "hardswish", "softmax", "log_softmax"})
            ops[op] = [op](Operands& o) { return o.parts.activation(o.layer.name(), op, o.in[0]); };
        ops["max_pool"] = [](Operands& o) { return buildPool(o, true); };
        ops["avg_pool"] = [](Operands& o) { return buildPool(o, false); };
        ops["adaptive_avg_pool"] = [](Operands& o) {
            return o.builder().adaptiveAveragePool(o.layer.name(), o.in[0],
                                                   o.layer.sizes("output_size", o.spatial(), std::nullopt));
        };
        ops["adaptive_max_pool"] = [](Operands& o) {
            return o.builder().adaptiveMaxPool(o.layer.name(), o.in[0],
                                               o.layer.sizes("output_size", o.spatial(), std::nullopt));
        };
        ops["global_avg_pool"] = [](Operands& o) { return o.parts.globalAverage(o.layer.name(), o.in[0]); };
        ops["flatten"] = [](Operands& o) { return o.parts.flatten(o.layer.name(), o.in[0]); };
        ops["reshape"] = buildReshape;
        ops["add"] = buildSum;
        ops["concat"] = buildConcat;
        ops["scale"] = [](Operands& o) {
            const Shape sample = o.builder().shapeOf(o.in[0]);
            const at::Tensor scale = o.layer.constants("scale", sample);
            return o.builder().scaleShift(o.layer.name(), "scale", o.in[0], scale,
                                          o.layer.constants("shift", sample));
        };
        ops["pad_shortcut"] = [](Operands& o) {
            const auto channels = o.layer.integer("channels", std::nullopt);
            return o.parts.padShortcut(o.layer.name(), o.in[0], channels, o.layer.integer("stride", 2));
        };
        ops["dropout"] = ops["identity"] = [](Operands& o) {
            o.layer.know("p");  // a rate says nothing in evaluation
            return o.builder().identity(o.layer.name(), "identity", o.in[0]);
        };
        return ops;
    }();
    return kOperations;
}

}  // namespace tessera
