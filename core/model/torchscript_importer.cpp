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

// An example that is neither symmetric nor on a knot, so that shapes and branches are those of ordinary data.
at::Tensor exampleBatch(const Shape& shape, at::ScalarType dtype) {
    return at::rand(batchShape(shape, TorchScriptImporter::kBatch),
                    at::make_generator<at::CPUGeneratorImpl>(7), at::dtype(dtype));
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
    std::vector<std::string> closing;
    for (;;) {
        const auto& last = builder_.node(output);
        const bool softmax =
            (last.op == "softmax" || last.op == "log_softmax") && last.outputShape.size() == 1;
        const bool sigmoid =
            (last.op == "sigmoid" || last.op == "log_sigmoid") && elementCount(last.outputShape) == 1;
        if (softmax || sigmoid) {
            closing.insert(closing.begin(), last.op);
            notes_.push_back("The closing " + last.op + " is left out: logits are the values before it.");
            output = last.inputs[0];
        } else if (last.op == "squeeze" && elementCount(last.outputShape) == 1) {
            output = last.inputs[0];
        } else {
            break;
        }
    }
    return {std::move(builder_).finish(output), std::move(notes_), std::move(closing)};
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

}  // namespace tessera
