// SPDX-License-Identifier: GPL-3.0-or-later
// One operation of the script becomes one node of the graph.
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>

#include "core/model/torchscript_torch.h"

namespace tessera {

namespace {

using c10::IValue;
using torch::jit::Node;

std::string plainName(const Node& node) {
    std::string name = node.kind().toUnqualString();
    if (name.size() > 1 && name.back() == '_' && name.rfind("__", 0) != 0) name.pop_back();
    return name;
}

bool writesInPlace(const Node& node) {
    const auto* schema = node.maybeSchema();
    if (!schema || schema->arguments().empty()) return false;
    const auto* alias = schema->arguments()[0].alias_info();
    return alias && alias->isWrite();
}

}  // namespace

void TorchScriptImporter::record(const Node& node, Frame& frame, std::vector<IValue> args) {
    const bool live =
        std::any_of(args.begin(), args.end(), [this](const IValue& arg) { return isLive(arg); });
    const std::string op = plainName(node);
    // Casts would leave float64; a layer graph has one dtype throughout.
    static const std::unordered_set<std::string> kCasts = {
        "to", "type_as", "float", "double", "half", "type", "cuda", "cpu", "contiguous", "detach", "alias"};
    if (live && kCasts.count(op) && args[0].isTensor() && isLive(args[0])) {
        frame.values[node.outputs()[0]] = args[0];
        return;
    }
    torch::jit::Stack stack = args;
    node.getOperation()(stack);
    if (stack.size() < node.outputs().size()) throw NotAGraph("operation " + op + " returned too few values");
    for (std::size_t i = 0; i < node.outputs().size(); ++i) frame.values[node.outputs()[i]] = stack[i];
    const bool makesTensor = std::any_of(stack.begin(), stack.end(), [](const IValue& v) {
        return (v.isTensor() && v.toTensor().defined()) || v.isTensorList();
    });
    if (!live) return;
    if (!makesTensor) {
        // Shapes are not values; everything else that leaves the tensors decides on data.
        static const std::unordered_set<std::string> kShapeOnly = {"size",
                                                                   "dim",
                                                                   "len",
                                                                   "numel",
                                                                   "dtype",
                                                                   "device",
                                                                   "layout",
                                                                   "is_floating_point",
                                                                   "is_cuda",
                                                                   "is_quantized",
                                                                   "requires_grad",
                                                                   "stride",
                                                                   "is_contiguous",
                                                                   "ndimension",
                                                                   "nelement",
                                                                   "is_complex",
                                                                   "__is__",
                                                                   "__isnot__",
                                                                   "is_grad_enabled",
                                                                   "is_sparse",
                                                                   "is_mkldnn",
                                                                   "is_mps",
                                                                   "is_nested",
                                                                   "_is_nested",
                                                                   "shape",
                                                                   "get_device",
                                                                   "has_torch_function"};
        if (!kShapeOnly.count(op) && !stack.empty())
            throw NotAGraph("forward turns values of the input into plain numbers (" + op + ")");
        return;
    }
    static const std::unordered_set<std::string> kShapeMade = {
        "zeros_like", "ones_like", "full_like", "new_zeros",  "new_ones",        "new_full",
        "empty_like", "new_empty", "rand_like", "randn_like", "_shape_as_tensor"};
    if (kShapeMade.count(op)) return;

    RecordedOp recorded{&node, op, layerName(frame, op), std::move(args), {}};
    recorded.results.assign(stack.begin(),
                            stack.begin() + static_cast<std::ptrdiff_t>(node.outputs().size()));
    int id = recordKnownOp(*this, recorded);
    if (id < 0) {
        // Containers (append, indexing a list) hand live tensors on as they are.
        bool allKnown = true;
        for (const auto& result : recorded.results)
            if (result.isTensor())
                allKnown = allKnown && liveNode(result) >= 0;
            else if (result.isTensorList())
                for (const auto& element : result.toListRef()) allKnown = allKnown && liveNode(element) >= 0;
        if (allKnown && !writesInPlace(node)) {
            names_.erase(recorded.name);
            return;
        }
        id = boundNode(recorded, NodeClass::Opaque,
                       "the operation " + std::string(node.kind().toQualString()) + " is not understood");
    }
    for (const auto& result : recorded.results) {
        if (!result.isTensor() || !result.toTensor().defined()) continue;
        const auto& value = result.toTensor();
        if (writesInPlace(node)) {
            for (const auto& other : kept_)
                if (other.unsafeGetTensorImpl() != value.unsafeGetTensorImpl() && other.is_alias_of(value))
                    stale_.insert(other.unsafeGetTensorImpl());
            stale_.erase(value.unsafeGetTensorImpl());
        }
        markLive(value, id);
        break;
    }
}

int TorchScriptImporter::boundNode(const RecordedOp& op, NodeClass kind, const std::string& why,
                                   std::size_t resultIndex) {
    struct Slot {
        std::size_t arg;
        int element;  // -1: the argument itself
        bool live;
        std::size_t index;
    };
    std::vector<Slot> slots;
    LayerNode node;
    node.name = op.name;
    node.op = op.op;
    node.kind = kind;
    node.why = why;
    node.paramsTrained = op.op == "layer_norm" || op.op == "group_norm" || op.op == "matmul";
    const auto addSlot = [&](std::size_t arg, int element, const IValue& value) {
        const int id = liveNode(value);
        if (id >= 0) {
            slots.push_back({arg, element, true, node.inputs.size()});
            node.inputs.push_back(id);
        } else if (value.toTensor().defined()) {
            slots.push_back({arg, element, false, node.params.size()});
            node.params.push_back({"constant", withoutBatch(value.toTensor(), 0)});
        }
    };
    for (std::size_t i = 0; i < op.args.size(); ++i) {
        if (op.args[i].isTensor())
            addSlot(i, -1, op.args[i]);
        else if (op.args[i].isTensorList())
            for (std::size_t e = 0; e < op.args[i].toTensorVector().size(); ++e)
                addSlot(i, static_cast<int>(e), op.args[i].toTensorVector()[e]);
    }
    const auto operation = op.node->getOperation();
    // In-place forms write into their first argument: work on a copy.
    const bool inPlace = writesInPlace(*op.node);
    node.evaluate = [operation, slots, args = op.args, inPlace, resultIndex](
                        const std::vector<at::Tensor>& x, const std::vector<at::Tensor>& p) {
        torch::jit::Stack stack = args;
        std::vector<std::vector<at::Tensor>> lists(args.size());
        for (const auto& slot : slots) {
            at::Tensor value = slot.live ? x[slot.index] : p[slot.index];
            if (slot.element < 0)
                stack[slot.arg] = inPlace && slot.arg == 0 ? value.clone() : value;
            else {
                auto& list = lists[slot.arg];
                if (list.empty()) list = args[slot.arg].toTensorVector();
                list[static_cast<std::size_t>(slot.element)] = value;
                stack[slot.arg] = IValue(list);
            }
        }
        auto run = operation;
        run(stack);
        const auto& result = stack.at(0);
        if (result.isTensorList()) return result.toTensorVector().at(resultIndex);
        return (resultIndex < stack.size() && stack[resultIndex].isTensor() ? stack[resultIndex] : result)
            .toTensor();
    };
    return builder_.custom(std::move(node));
}

}  // namespace tessera
