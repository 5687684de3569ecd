// SPDX-License-Identifier: GPL-3.0-or-later
// Sums, constant products, joins and splits.
#include "core/model/torchscript_handlers_torch.h"

namespace tessera {

int addNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    const bool reversed = op.op == "rsub", subtract = op.op == "sub" || reversed;
    const double alpha = numberArg(op, 2, 1.0) * (subtract ? -1 : 1);
    auto& builder = importer.builder();
    const int a = importer.liveNode(op.args[0]), b = importer.liveNode(arg(op, 1));
    const auto sampleDims = result(op).dim() - 1;
    if (a >= 0 && b >= 0) return builder.add(op.name, reversed ? b : a, reversed ? a : b, alpha);
    const int live = a >= 0 ? a : b;
    const auto& other = a >= 0 ? arg(op, 1) : arg(op, 0);
    const at::Tensor constant = other.isTensor()
                                    ? importer.withoutBatch(other.toTensor(), sampleDims).to(at::kDouble)
                                    : at::scalar_tensor(other.toScalar(), at::kDouble);
    if (reversed)
        return builder.scaleShift(op.name, op.op, live, at::scalar_tensor(alpha, at::kDouble), constant);
    if (a >= 0) return builder.scaleShift(op.name, op.op, live, {}, constant * alpha);
    return builder.scaleShift(op.name, op.op, live, at::scalar_tensor(alpha, at::kDouble), constant);
}

int multiplyNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    const bool divide = op.op == "div" || op.op == "true_divide";
    const int a = importer.liveNode(op.args[0]), b = importer.liveNode(arg(op, 1));
    if (a >= 0 && b >= 0)
        return importer.boundNode(op, NodeClass::Smooth,
                                  "a product of two values that depend on the input is not piecewise linear");
    if (divide && (b >= 0 || arg(op, 2).isString()))
        return importer.boundNode(op, b >= 0 ? NodeClass::Smooth : NodeClass::Opaque,
                                  "a division by values that depend on the input, or one that rounds");
    const auto& other = a >= 0 ? arg(op, 1) : arg(op, 0);
    at::Tensor constant = other.isTensor()
                              ? importer.withoutBatch(other.toTensor(), result(op).dim() - 1).to(at::kDouble)
                              : at::scalar_tensor(other.toScalar(), at::kDouble);
    if (divide) constant = constant.reciprocal();
    return importer.builder().scaleShift(op.name, op.op, a >= 0 ? a : b, constant, {});
}

int negateNode(TorchScriptImporter& importer, const RecordedOp& op) {
    return importer.builder().scaleShift(op.name, op.op, importer.liveNode(op.args[0]),
                                         at::scalar_tensor(-1.0, at::kDouble), {});
}

// cat and stack; constants among the parts become parameters, expanded to the batch.
int catNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    const bool stack = op.op == "stack";
    const auto parts = op.args[0].toTensorVector();
    std::int64_t dimension = arg(op, 1).isInt() ? arg(op, 1).toInt() : 0;
    if (dimension < 0) dimension += result(op).dim();
    if (dimension == 0) throw NotAGraph("layer " + op.name + " joins along the batch dimension");
    LayerNode node;
    node.name = op.name;
    node.op = op.op;
    node.paramsTrained = false;
    std::vector<int> order;  // >= 0: input, < 0: parameter -1-i
    for (const auto& part : parts) {
        const int id = importer.liveNode(part);
        if (id >= 0) {
            order.push_back(static_cast<int>(node.inputs.size()));
            node.inputs.push_back(id);
        } else {
            order.push_back(-1 - static_cast<int>(node.params.size()));
            node.params.push_back({"constant", importer.withoutBatch(part, part.dim() - 1)});
        }
    }
    node.evaluate = [order, dimension, stack](const Tensors& x, const Tensors& p) {
        Tensors joined;
        for (const int i : order) {
            if (i >= 0) {
                joined.push_back(x[static_cast<std::size_t>(i)]);
                continue;
            }
            auto value = p[static_cast<std::size_t>(-1 - i)];
            auto sizes = value.sizes().vec();
            sizes[0] = x[0].size(0);
            joined.push_back(value.expand(sizes));
        }
        return stack ? at::stack(joined, dimension) : at::cat(joined, dimension);
    };
    return importer.builder().custom(std::move(node));
}

int expandNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    const Shape shape = sampleShape(result(op));
    LayerNode node;
    node.name = op.name;
    node.op = op.op;
    node.inputs = {importer.liveNode(op.args[0])};
    node.evaluate = [shape](const Tensors& x, const Tensors&) {
        return x[0].expand(batchShape(shape, x[0].size(0)));
    };
    return importer.builder().custom(std::move(node));
}

// chunk, split, unbind: one node per part.
int splitNode(TorchScriptImporter& importer, const RecordedOp& op) {
    const auto parts = op.results.front().toTensorVector();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].dim() < 1 || parts[i].size(0) != TorchScriptImporter::kBatch)
            throw NotAGraph("layer " + op.name + " splits along the batch dimension");
        RecordedOp part = op;
        part.name = op.name + "[" + std::to_string(i) + "]";
        importer.markLive(parts[i], importer.boundNode(part, NodeClass::Affine, {}, i));
    }
    return 0;
}

}  // namespace tessera
