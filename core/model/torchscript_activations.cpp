// SPDX-License-Identifier: GPL-3.0-or-later
// Elementwise piecewise-linear activations.
#include <limits>

#include "core/model/torchscript_handlers_torch.h"

namespace tessera {

namespace {

int clampNode(TorchScriptImporter& importer, const RecordedOp& op) {
    const double infinity = std::numeric_limits<double>::infinity();
    double low = -infinity, high = infinity;
    if (op.op == "clamp_min")
        low = numberArg(op, 1, low);
    else if (op.op == "clamp_max")
        high = numberArg(op, 1, high);
    else
        low = numberArg(op, 1, low), high = numberArg(op, 2, high);
    if (arg(op, 1).isTensor() || arg(op, 2).isTensor())
        return importer.boundNode(op, NodeClass::Opaque, "clamping to tensors of bounds is not understood");
    auto& builder = importer.builder();
    const int in = importer.liveNode(op.args[0]);
    if (low == 0 && high == infinity) return builder.relu(op.name, in);
    if (low > -infinity && high < infinity) return builder.hardtanh(op.name, in, low, high);
    if (low == -infinity && high == infinity) return builder.identity(op.name, op.op, in);
    PiecewiseLinear function;
    function.knots = {low > -infinity ? low : high};
    function.slopes = low > -infinity ? std::vector<double>{0, 1} : std::vector<double>{1, 0};
    function.intercepts = low > -infinity ? std::vector<double>{low, 0} : std::vector<double>{0, high};
    return builder.activation(
        op.name, op.op, in, function, {},
        [low, high](const Tensors& x, const Tensors&) { return at::clamp(x[0], low, high); });
}

int hardsigmoidNode(TorchScriptImporter& importer, const RecordedOp& op) {
    PiecewiseLinear function{{-3, 3}, {0, 1.0 / 6, 0}, {0, 0.5, 1}};
    return importer.builder().activation(
        op.name, op.op, importer.liveNode(op.args[0]), function, {},
        [](const Tensors& x, const Tensors&) { return at::clamp(x[0] / 6 + 0.5, 0, 1); });
}

int thresholdNode(TorchScriptImporter& importer, const RecordedOp& op) {
    if (numberArg(op, 1, 0) == 0 && numberArg(op, 2, 0) == 0)
        return importer.builder().relu(op.name, importer.liveNode(op.args[0]));
    return importer.boundNode(op, NodeClass::Opaque, "a threshold that jumps is not continuous");
}

int rreluNode(TorchScriptImporter& importer, const RecordedOp& op) {
    return importer.builder().leakyRelu(op.name, importer.liveNode(op.args[0]),
                                        (numberArg(op, 1, 1.0 / 8) + numberArg(op, 2, 1.0 / 3)) / 2);
}

}  // namespace

int activationNode(TorchScriptImporter& importer, const RecordedOp& op) {
    auto& builder = importer.builder();
    const int in = importer.liveNode(op.args[0]);
    if (op.op == "relu") return builder.relu(op.name, in);
    if (op.op == "relu6") return builder.hardtanh(op.name, in, 0, 6);
    if (op.op == "leaky_relu") return builder.leakyRelu(op.name, in, numberArg(op, 1, 0.01));
    if (op.op == "prelu" || op.op == "_prelu_kernel") return builder.prelu(op.name, in, tensorArg(op, 1));
    if (op.op == "abs") return builder.absolute(op.name, in);
    if (op.op == "hardtanh") return builder.hardtanh(op.name, in, numberArg(op, 1, -1), numberArg(op, 2, 1));
    if (op.op == "hardsigmoid") return hardsigmoidNode(importer, op);
    if (op.op == "threshold") return thresholdNode(importer, op);
    if (op.op == "rrelu") return rreluNode(importer, op);
    return clampNode(importer, op);
}

}  // namespace tessera
