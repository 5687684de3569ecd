// SPDX-License-Identifier: GPL-3.0-or-later
// Whole modules: run as they are, imported, or kept as one opaque layer.
#include "core/model/torchscript_torch.h"

namespace tessera {

at::Tensor firstTensor(const c10::IValue& value) {
    if (value.isTensor()) return value.toTensor();
    if (value.isTuple() && !value.toTupleRef().elements().empty())
        return firstTensor(value.toTupleRef().elements()[0]);
    if (value.isList() && !value.toList().empty()) return firstTensor(value.toList().get(0));
    if (value.isGenericDict() && value.toGenericDict().size() > 0)
        return firstTensor(value.toGenericDict().begin()->value());
    throw NotAGraph("the model returns no tensor");
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
        return runModule(module, x[0].to(at::kCPU, dtype)).to(x[0].device(), x[0].scalar_type());
    };
    const int id = builder.custom(std::move(node));
    return std::move(builder).finish(id);
}

}  // namespace tessera
