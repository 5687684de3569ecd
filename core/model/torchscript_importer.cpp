// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>

#include "core/model/torchscript_torch.h"

namespace tessera {

namespace {

using c10::IValue;
using torch::jit::Node;
namespace prim = c10::prim;

constexpr int kMaxDepth = 200;                 // of nested calls
constexpr std::int64_t kMaxSteps = 2'000'000;  // operations: a loop over data would never end

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

// An example that is neither symmetric nor on a knot, so that shapes and branches are those of ordinary data.
at::Tensor exampleBatch(const Shape& shape, at::ScalarType dtype) {
    std::vector<std::int64_t> sizes{TorchScriptImporter::kBatch};
    sizes.insert(sizes.end(), shape.begin(), shape.end());
    return at::rand(sizes, at::make_generator<at::CPUGeneratorImpl>(7), at::dtype(dtype));
}

at::Tensor firstTensor(const IValue& value) {
    if (value.isTensor()) return value.toTensor();
    if (value.isTuple() && !value.toTupleRef().elements().empty())
        return firstTensor(value.toTupleRef().elements()[0]);
    if (value.isList() && !value.toList().empty()) return firstTensor(value.toList().get(0));
    if (value.isGenericDict() && value.toGenericDict().size() > 0)
        return firstTensor(value.toGenericDict().begin()->value());
    throw NotAGraph("the model returns no tensor");
}

}  // namespace

TorchScriptImporter::TorchScriptImporter(const torch::jit::Module& module, const Shape& inputShape,
                                         at::ScalarType dtype)
    : module_(module), dtype_(dtype), builder_(inputShape) {
    for (const auto& entry : module.named_modules()) {
        const void* key = entry.value._ivalue().get();
        modulePaths_.emplace(key, entry.name);
        moduleLeaf_.emplace(key, entry.value.children().size() == 0);
    }
}

int TorchScriptImporter::liveNode(const IValue& value) const {
    if (!value.isTensor() || !value.toTensor().defined()) return -1;
    const auto found = live_.find(value.toTensor().unsafeGetTensorImpl());
    return found == live_.end() ? -1 : found->second;
}

bool TorchScriptImporter::isLive(const IValue& value) const {
    if (value.isTensor()) return liveNode(value) >= 0;
    if (value.isTensorList() || value.isList()) {
        for (const auto& element : value.toListRef())
            if (isLive(element)) return true;
    } else if (value.isTuple()) {
        for (const auto& element : value.toTupleRef().elements())
            if (isLive(element)) return true;
    }
    return false;
}

void TorchScriptImporter::markLive(const at::Tensor& value, int node) {
    live_[value.unsafeGetTensorImpl()] = node;
    kept_.push_back(value);
}

at::Tensor TorchScriptImporter::withoutBatch(const at::Tensor& constant,
                                             std::int64_t sampleDimensions) const {
    if (constant.dim() != sampleDimensions + 1 || constant.size(0) != kBatch) return constant;
    const auto row = constant.narrow(0, 0, 1);
    return constant.equal(row.expand_as(constant)) ? row.contiguous() : constant;
}

std::string TorchScriptImporter::layerName(const Frame& frame, const std::string& op) {
    std::string base = frame.leaf && !frame.path.empty() ? frame.path
                       : frame.path.empty()              ? op
                                                         : frame.path + "." + op;
    std::string name = base;
    for (int i = 2; !names_.insert(name).second; ++i) name = base + "_" + std::to_string(i);
    return name;
}

void TorchScriptImporter::checkNotStale(const IValue& value) const {
    if (value.isTensor() && value.toTensor().defined() &&
        stale_.count(value.toTensor().unsafeGetTensorImpl()))
        throw NotAGraph("a value is used after a view of it was written in place");
}

ImportedGraph TorchScriptImporter::run() {
    at::NoGradGuard noGrad;
    auto example = exampleBatch(builder_.shapeOf(0), dtype_);
    markLive(example, GraphBuilder::kInput);
    const auto method = module_.get_method("forward");
    std::vector<IValue> inputs{module_._ivalue(), example};
    const auto& schema = method.function().getSchema();
    for (std::size_t i = inputs.size(); i < schema.arguments().size(); ++i) {
        if (!schema.arguments()[i].default_value())
            throw NotAGraph("forward takes more than one input (" + schema.arguments()[i].name() +
                            " has no default)");
        inputs.push_back(*schema.arguments()[i].default_value());
    }
    const auto& graph = *torch::jit::toGraphFunction(method.function()).graph();
    const auto outputs = runGraph(graph, std::move(inputs), "", module_.children().size() == 0, 0);
    if (outputs.empty()) throw NotAGraph("forward returns nothing");
    if (!outputs[0].isTensor())
        notes_.push_back("The model returns several values; the first tensor is taken as the logits.");
    const auto result = firstTensor(outputs[0]);
    int output = liveNode(result);
    if (output < 0) throw NotAGraph("the output does not depend on the input");

    // A closing softmax or sigmoid changes no decision: the logits before it are what every probe wants.
    for (;;) {
        const auto& last = builder_.node(output);
        const bool softmax =
            (last.op == "softmax" || last.op == "log_softmax") && last.outputShape.size() == 1;
        const bool sigmoid =
            (last.op == "sigmoid" || last.op == "log_sigmoid") && elementCount(last.outputShape) == 1;
        if (softmax || sigmoid) {
            notes_.push_back("The closing " + last.op + " is left out: logits are the values before it.");
            output = last.inputs[0];
        } else if (last.op == "squeeze" && elementCount(last.outputShape) == 1) {
            output = last.inputs[0];
        } else {
            break;
        }
    }
    return {std::move(builder_).finish(output), std::move(notes_)};
}

std::vector<IValue> TorchScriptImporter::runGraph(const torch::jit::Graph& graph, std::vector<IValue> inputs,
                                                  std::string path, bool leaf, int depth) {
    if (depth > kMaxDepth) throw NotAGraph("calls are nested too deeply");
    Frame frame;
    frame.path = std::move(path);
    frame.leaf = leaf;
    for (std::size_t i = 0; i < inputs.size() && i < graph.inputs().size(); ++i)
        frame.values[graph.inputs()[i]] = std::move(inputs[i]);
    runBlock(*graph.block(), frame, depth);
    std::vector<IValue> outputs;
    for (const auto* output : graph.outputs()) outputs.push_back(frame.values.at(output));
    return outputs;
}

void TorchScriptImporter::runBlock(const torch::jit::Block& block, Frame& frame, int depth) {
    for (const auto* node : block.nodes()) runNode(*node, frame, depth);
}

void TorchScriptImporter::runNode(const Node& node, Frame& frame, int depth) {
    if (++steps_ > kMaxSteps) throw NotAGraph("forward runs more than two million operations");
    const auto kind = node.kind();
    std::vector<IValue> args;
    for (const auto* input : node.inputs()) {
        const auto found = frame.values.find(input);
        args.push_back(found == frame.values.end() ? IValue() : found->second);
        checkNotStale(args.back());
    }
    const auto bind = [&](std::size_t i, IValue value) {
        frame.values[node.outputs()[i]] = std::move(value);
    };

    if (kind == prim::Constant) {
        if (node.output()->type()->kind() == c10::TypeKind::FunctionType) return;
        auto value = torch::jit::toIValue(node.output());
        if (!value) throw NotAGraph("a constant of the script cannot be read");
        // Traces made on a GPU name their device; everything is imported on the CPU.
        if (value->isDevice()) value = IValue(c10::Device(c10::kCPU));
        if (value->isTensor() && value->toTensor().defined()) {
            auto tensor = value->toTensor().to(at::kCPU);
            if (at::isFloatingType(tensor.scalar_type()) && tensor.dim() > 0) tensor = tensor.to(dtype_);
            value = IValue(tensor);
        }
        bind(0, *value);
    } else if (kind == prim::GetAttr) {
        bind(0, args[0].toObjectRef().getAttr(node.s(c10::attr::name)));
    } else if (kind == prim::SetAttr) {
        if (isLive(args[1])) throw NotAGraph("forward stores values that depend on the input in the module");
    } else if (kind == prim::CallMethod || kind == prim::CallFunction) {
        const bool isMethod = kind == prim::CallMethod;
        std::string path = frame.path;
        bool leaf = frame.leaf;
        torch::jit::Function* function = nullptr;
        if (isMethod) {
            const auto object = args[0].toObject();
            function = &object->type()->getMethod(node.s(c10::attr::name));
            const auto known = modulePaths_.find(object.get());
            if (known != modulePaths_.end()) {
                path = known->second;
                leaf = moduleLeaf_.at(object.get());
            }
        } else {
            function = node.inputs()[0]->type()->expectRef<c10::FunctionType>().function();
            args.erase(args.begin());
        }
        const auto outputs =
            runGraph(*torch::jit::toGraphFunction(*function).graph(), std::move(args), path, leaf, depth + 1);
        for (std::size_t i = 0; i < outputs.size(); ++i) bind(i, outputs[i]);
    } else if (kind == prim::If) {
        if (isLive(args[0])) throw NotAGraph("forward branches on values of the input");
        const auto* block = node.blocks()[args[0].toBool() ? 0 : 1];
        runBlock(*block, frame, depth);
        for (std::size_t i = 0; i < block->outputs().size(); ++i)
            bind(i, frame.values.at(block->outputs()[i]));
    } else if (kind == prim::Loop) {
        const auto* body = node.blocks()[0];
        std::vector<IValue> carried(args.begin() + 2, args.end());
        bool proceed = args[1].toBool();
        const std::int64_t trips = args[0].toInt();
        for (std::int64_t trip = 0; proceed && trip < trips; ++trip) {
            frame.values[body->inputs()[0]] = IValue(trip);
            for (std::size_t i = 0; i < carried.size(); ++i) frame.values[body->inputs()[i + 1]] = carried[i];
            runBlock(*body, frame, depth);
            proceed = frame.values.at(body->outputs()[0]).toBool();
            for (std::size_t i = 0; i < carried.size(); ++i)
                carried[i] = frame.values.at(body->outputs()[i + 1]);
        }
        for (std::size_t i = 0; i < carried.size(); ++i) bind(i, carried[i]);
    } else if (kind == prim::ListConstruct) {
        c10::impl::GenericList list(node.output()->type()->expectRef<c10::ListType>().getElementType());
        for (auto& element : args) list.push_back(element);
        bind(0, IValue(list));
    } else if (kind == prim::TupleConstruct) {
        bind(0, c10::ivalue::Tuple::create(args));
    } else if (kind == prim::DictConstruct) {
        const auto& type = node.output()->type()->expectRef<c10::DictType>();
        c10::impl::GenericDict dict(type.getKeyType(), type.getValueType());
        for (std::size_t i = 0; i + 1 < args.size(); i += 2) dict.insert_or_assign(args[i], args[i + 1]);
        bind(0, IValue(dict));
    } else if (kind == prim::TupleUnpack) {
        const auto& elements = args[0].toTupleRef().elements();
        for (std::size_t i = 0; i < node.outputs().size(); ++i) bind(i, elements.at(i));
    } else if (kind == prim::ListUnpack) {
        const auto elements = args[0].toListRef();
        if (elements.size() != node.outputs().size())
            throw NotAGraph("a list is unpacked into the wrong number of values");
        for (std::size_t i = 0; i < elements.size(); ++i) bind(i, elements[i]);
    } else if (kind == prim::TupleIndex && args[1].isInt()) {
        const auto& elements = args[0].toTupleRef().elements();
        const auto index = args[1].toInt();
        bind(0, elements.at(static_cast<std::size_t>(
                    index < 0 ? index + static_cast<std::int64_t>(elements.size()) : index)));
    } else if (kind == prim::unchecked_cast || kind == prim::unchecked_unwrap_optional ||
               kind == prim::profile) {
        bind(0, args[0]);
    } else if (kind == prim::isinstance) {
        bool matches = false;
        for (const auto& type : node.tys(c10::attr::types))
            matches = matches || args[0].type()->isSubtypeOf(*type);
        bind(0, IValue(matches));
    } else if (kind == prim::Uninitialized) {
        bind(0, IValue());
    } else if (kind == prim::RaiseException) {
        throw NotAGraph("forward raises: " +
                        (args[0].isString() ? args[0].toStringRef() : std::string("an exception")));
    } else if (kind == prim::Print) {
        return;
    } else {
        record(node, frame, std::move(args));
    }
}

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
    for (const auto& result : recorded.results)
        if (result.isTensor() && result.toTensor().defined()) {
            if (writesInPlace(node)) {
                const auto& written = result.toTensor();
                for (const auto& other : kept_)
                    if (other.unsafeGetTensorImpl() != written.unsafeGetTensorImpl() &&
                        other.is_alias_of(written))
                        stale_.insert(other.unsafeGetTensorImpl());
                stale_.erase(written.unsafeGetTensorImpl());
            }
            if (liveNode(result) < 0 || writesInPlace(node) || &result == &recorded.results.front())
                markLive(result.toTensor(), id);
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

ImportedGraph importTorchScript(const torch::jit::Module& module, const Shape& inputShape,
                                at::ScalarType dtype) {
    return TorchScriptImporter(module, inputShape, dtype).run();
}

at::Tensor runModule(const torch::jit::Module& module, const at::Tensor& batch) {
    // forward is logically const in eval mode, but LibTorch does not say so.
    auto copy = module;
    return firstTensor(copy.forward({batch}));
}

LayerGraph opaqueGraph(const torch::jit::Module& module, const Shape& inputShape, at::ScalarType dtype,
                       const std::string& why) {
    GraphBuilder builder(inputShape);
    LayerNode node;
    node.name = "model";
    node.op = "torchscript";
    node.kind = NodeClass::Opaque;
    node.inputs = {GraphBuilder::kInput};
    node.why = why;
    node.evaluate = [module, dtype](const std::vector<at::Tensor>& x, const std::vector<at::Tensor>&) {
        return runModule(module, x[0].to(dtype)).to(x[0].scalar_type());
    };
    const int id = builder.custom(std::move(node));
    return std::move(builder).finish(id);
}

}  // namespace tessera
