// SPDX-License-Identifier: GPL-3.0-or-later
// Max-pooling and maxima: the sites where a winner is chosen.
#include "core/model/torchscript_handlers_torch.h"

namespace tessera {

namespace {

int maxOverWindows(TorchScriptImporter& importer, const RecordedOp& op, int in, MaxWindows windows,
                   LayerEvaluate evaluate) {
    LayerNode node;
    node.name = op.name;
    node.op = op.op;
    node.kind = NodeClass::Max;
    node.inputs = {in};
    node.windows = std::make_shared<MaxWindows>(std::move(windows));
    node.evaluate = std::move(evaluate);
    return importer.builder().custom(std::move(node));
}

// amax, max.dim: the maximum along some sample dimensions.
int reduceMaxNode(TorchScriptImporter& importer, const RecordedOp& op) {
    const int in = importer.liveNode(op.args[0]);
    if (op.op == "max" && importer.isLive(arg(op, 1))) return -1;
    const Shape shape = importer.builder().shapeOf(in);
    const auto dims = static_cast<std::int64_t>(shape.size());
    Sizes reduced = sizesArg(op, 1);
    if (reduced.empty()) throw NotAGraph("layer " + op.name + " takes a maximum over the whole batch");
    const bool keep = flagArg(op, 2, false);
    for (auto& d : reduced) {
        if (d < 0) d += dims + 1;
        if (d == 0) throw NotAGraph("layer " + op.name + " takes a maximum over the batch");
    }
    const auto index = at::arange(elementCount(shape), at::kInt).reshape(shape);
    Sizes order;  // kept dimensions first
    std::vector<char> isReduced(shape.size(), 0);
    for (const auto d : reduced) isReduced[static_cast<std::size_t>(d - 1)] = 1;
    for (int pass = 0; pass < 2; ++pass)
        for (std::int64_t d = 0; d < dims; ++d)
            if (isReduced[static_cast<std::size_t>(d)] == pass) order.push_back(d);
    std::int64_t windowSize = 1;
    for (const auto d : reduced) windowSize *= shape[static_cast<std::size_t>(d - 1)];
    const auto flat = index.permute(order).contiguous();
    MaxWindows windows;
    const auto* members = flat.data_ptr<int>();
    windows.members.assign(members, members + flat.numel());
    for (std::int64_t b = 0; b <= flat.numel(); b += windowSize)
        windows.begin.push_back(static_cast<std::int32_t>(b));
    return maxOverWindows(
        importer, op, in, std::move(windows),
        [reduced, keep](const Tensors& x, const Tensors&) { return at::amax(x[0], reduced, keep); });
}

// maximum(a, b) and minimum(a, b) of two live values: windows of two over their concatenation.

}  // namespace

int maxPoolNode(TorchScriptImporter& importer, const RecordedOp& op) {
    return importer.builder().maxPool(op.name, importer.liveNode(op.args[0]), sizesArg(op, 1),
                                      sizesArg(op, 2), sizesArg(op, 3), sizesArg(op, 4),
                                      flagArg(op, 5, false));
}

int adaptiveMaxPoolNode(TorchScriptImporter& importer, const RecordedOp& op) {
    return importer.builder().adaptiveMaxPool(op.name, importer.liveNode(op.args[0]), adaptiveSizes(op));
}

int maximumNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    auto& builder = importer.builder();
    const int a = importer.liveNode(op.args[0]), b = importer.liveNode(arg(op, 1));
    const bool minimum = op.op == "minimum" || op.op == "min";
    if (a < 0 || b < 0)
        return importer.boundNode(op, NodeClass::Opaque,
                                  "a maximum with a tensor of constants is not understood");
    if (builder.shapeOf(a) != builder.shapeOf(b))
        return importer.boundNode(op, NodeClass::Opaque, "a maximum of broadcast values is not understood");
    const Shape shape = builder.shapeOf(a);
    const auto count = static_cast<std::int32_t>(elementCount(shape));
    LayerNode joined;
    joined.name = op.name + ".inputs";
    joined.op = "stack";
    joined.inputs = {a, b};
    joined.evaluate = [minimum](const Tensors& x, const Tensors&) {
        const auto stacked = at::stack(x, 1);
        return minimum ? -stacked : stacked;
    };
    const int in = builder.custom(std::move(joined));
    MaxWindows windows;
    windows.begin.push_back(0);
    for (std::int32_t i = 0; i < count; ++i) {
        windows.members.push_back(i);
        windows.members.push_back(i + count);
        windows.begin.push_back(2 * (i + 1));
    }
    const int largest = maxOverWindows(importer, op, in, std::move(windows),
                                       [](const Tensors& x, const Tensors&) { return at::amax(x[0], {1}); });
    return minimum ? builder.scaleShift(op.name + ".negate", "neg", largest,
                                        at::scalar_tensor(-1.0, at::kDouble), {})
                   : largest;
}

int maxNode(TorchScriptImporter& importer, const RecordedOp& op) {
    if (op.args.size() >= 2 && op.args[1].isTensor()) return maximumNode(importer, op);
    return reduceMaxNode(importer, op);
}

}  // namespace tessera
