// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdexcept>

#include "core/model/layer_graph_torch.h"

namespace tessera {

namespace {

Mark markOf(NodeClass kind) {
    switch (kind) {
        case NodeClass::Smooth:
            return Mark::Sampled;
        case NodeClass::Opaque:
            return Mark::Opaque;
        default:
            return Mark::Exact;
    }
}

std::int64_t parameterCount(const LayerNode& node) {
    std::int64_t count = 0;
    if (!node.paramsTrained) return 0;
    for (const auto& param : node.params)
        if (param.value.defined() && param.role.rfind("running_", 0) != 0) count += param.value.numel();
    return count;
}

}  // namespace

std::vector<std::int64_t> batchShape(const Shape& sample, std::int64_t batch) {
    std::vector<std::int64_t> sizes{batch};
    sizes.insert(sizes.end(), sample.begin(), sample.end());
    return sizes;
}

const char* markText(Mark mark) {
    switch (mark) {
        case Mark::Exact:
            return "exact";
        case Mark::Sampled:
            return "sampled";
        case Mark::Opaque:
            return "opaque";
    }
    return "";
}

at::Tensor LayerNode::run(const std::vector<at::Tensor>& inputValues) const {
    std::vector<at::Tensor> values;
    values.reserve(params.size());
    for (const auto& param : params) values.push_back(param.value);
    return evaluate(inputValues, values);
}

bool LayerGraph::isExact() const {
    for (const auto& node : nodes_)
        if (markOf(node.kind) != Mark::Exact) return false;
    return true;
}

at::Tensor LayerGraph::forward(const at::Tensor& batch) const {
    return forwardTo(batch, output_);
}

at::Tensor LayerGraph::forwardTo(const at::Tensor& batch, int target) const {
    std::vector<char> needed(nodes_.size(), 0);
    needed[static_cast<std::size_t>(target)] = 1;
    for (int id = target; id > 0; --id)
        if (needed[static_cast<std::size_t>(id)])
            for (const int in : node(id).inputs) needed[static_cast<std::size_t>(in)] = 1;
    std::vector<int> lastUse(nodes_.size(), 0);
    for (int id = 0; id <= target; ++id)
        if (needed[static_cast<std::size_t>(id)])
            for (const int in : node(id).inputs) lastUse[static_cast<std::size_t>(in)] = id;

    std::vector<at::Tensor> values(nodes_.size());
    values[0] = batch;
    for (int id = 1; id <= target; ++id) {
        if (!needed[static_cast<std::size_t>(id)]) continue;
        std::vector<at::Tensor> inputs;
        for (const int in : node(id).inputs) inputs.push_back(values[static_cast<std::size_t>(in)]);
        values[static_cast<std::size_t>(id)] = node(id).run(inputs);
        for (const int in : node(id).inputs)
            if (lastUse[static_cast<std::size_t>(in)] == id && in != target)
                values[static_cast<std::size_t>(in)].reset();
    }
    return values[static_cast<std::size_t>(target)];
}

LayerGraph LayerGraph::to(at::ScalarType dtype, const std::string& device) const {
    LayerGraph copy = *this;
    for (auto& node : copy.nodes_)
        for (auto& param : node.params)
            if (param.value.defined()) {
                const auto type =
                    at::isFloatingType(param.value.scalar_type()) ? dtype : param.value.scalar_type();
                param.value = param.value.to(at::Device(device), type);
            }
    return copy;
}

std::vector<LayerInfo> LayerGraph::describe() const {
    std::vector<LayerInfo> layers;
    for (const auto& node : nodes_) {
        LayerInfo info;
        info.node = node.id;
        info.name = node.name;
        info.kind = node.op;
        info.outputShape = node.outputShape;
        info.parameters = parameterCount(node);
        info.mark = markOf(node.kind);
        info.why = node.why;
        info.inputs = node.inputs;
        layers.push_back(std::move(info));
    }
    return layers;
}

}  // namespace tessera
