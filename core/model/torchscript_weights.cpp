// SPDX-License-Identifier: GPL-3.0-or-later
// Layers with weights: linear, matrix products, convolutions, batch normalisation.
#include "core/model/torchscript_handlers_torch.h"

namespace tessera {

namespace {

int linearFrom(TorchScriptImporter& importer, const RecordedOp& op, std::size_t x, const at::Tensor& weight,
               const at::Tensor& bias) {
    if (importer.liveNode(op.args[x]) < 0 || importer.isLive(weight) ||
        (bias.defined() && importer.isLive(bias)))
        return importer.boundNode(op, NodeClass::Smooth, "a weight depends on the input");
    return importer.builder().linear(op.name, importer.liveNode(op.args[x]), weight, bias);
}

}  // namespace

int linearNode(TorchScriptImporter& importer, const RecordedOp& op) {
    return linearFrom(importer, op, 0, tensorArg(op, 1), tensorArg(op, 2));
}

int addmmNode(TorchScriptImporter& importer, const RecordedOp& op) {
    if (importer.isLive(op.args[0]) || numberArg(op, 3, 1) != 1 || numberArg(op, 4, 1) != 1 ||
        importer.isLive(op.args[2]))
        return importer.boundNode(op, NodeClass::Opaque, "this form of addmm is not understood");
    return linearFrom(importer, op, 1, tensorArg(op, 2).t(), tensorArg(op, 0));
}

int matmulNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    const bool left = importer.isLive(op.args[0]), right = importer.isLive(op.args[1]);
    if (left && right)
        return importer.boundNode(op, NodeClass::Smooth,
                                  "a product of two values that depend on the input is not piecewise linear");
    const auto weight = tensorArg(op, left ? 1 : 0);
    if (left && weight.dim() == 2)
        return importer.builder().linear(op.name, importer.liveNode(op.args[0]), weight.t(), {});
    return importer.boundNode(op, NodeClass::Affine, {});
}

int convNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    const auto weight = tensorArg(op, 1), bias = tensorArg(op, 2);
    if (importer.isLive(weight) || (bias.defined() && importer.isLive(bias)))
        return importer.boundNode(op, NodeClass::Smooth, "a weight depends on the input");
    const bool general = op.op == "_convolution" || op.op == "convolution";
    const bool transposed = general && flagArg(op, 6, false);
    if (transposed || weight.dim() > 4) return importer.boundNode(op, NodeClass::Affine, {});
    const auto dimensions = static_cast<std::size_t>(weight.dim() - 2);
    const auto groups = arg(op, general ? 8 : 6).isInt() ? arg(op, general ? 8 : 6).toInt() : 1;
    const auto dilation = sizesArg(op, 5);
    Sizes padding;
    if (arg(op, 4).isString()) {
        if (arg(op, 4).toStringRef() == "same") {
            // Even kernels pad unevenly; leave those to the operation itself.
            for (std::size_t d = 0; d < dimensions; ++d) {
                const auto total = (dilation.empty() ? 1 : dilation[dilation.size() == 1 ? 0 : d]) *
                                   (weight.size(static_cast<std::int64_t>(d) + 2) - 1);
                if (total % 2) return importer.boundNode(op, NodeClass::Affine, {});
                padding.push_back(total / 2);
            }
        } else {
            padding.assign(dimensions, 0);
        }
    } else {
        padding = sizesArg(op, 4);
    }
    return importer.builder().conv(op.name, importer.liveNode(op.args[0]), weight, bias, sizesArg(op, 3),
                                   padding, dilation, groups);
}

int batchNormNode(TorchScriptImporter& importer, const RecordedOp& op) {
    if (flagArg(op, 5, false) || !tensorArg(op, 3).defined())
        return importer.boundNode(op, NodeClass::Opaque,
                                  "batch_norm without running statistics mixes the samples of a batch");
    return importer.builder().batchNorm(op.name, importer.liveNode(op.args[0]), tensorArg(op, 1),
                                        tensorArg(op, 2), tensorArg(op, 3), tensorArg(op, 4),
                                        numberArg(op, 7, 1e-5));
}

}  // namespace tessera
