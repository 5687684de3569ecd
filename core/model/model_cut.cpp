// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model_cut.h"

#include "core/model/layer_graph_torch.h"

namespace tessera {
namespace {

using Cut = Result<std::shared_ptr<const Model>>;

constexpr int kNone = -1;
constexpr std::size_t kMostListed = 400;  // characters of layer names in a sentence

int nodeNamed(const LayerGraph& graph, const std::string& name) {
    for (std::size_t i = graph.nodes().size(); i-- > 1;)
        if (graph.nodes()[i].name == name) return graph.nodes()[i].id;
    return kNone;
}

Error unknownLayer(const Model& model, const std::string& name) {
    std::string known;
    for (const auto& node : model.graph().nodes()) {
        if (node.id == 0) continue;
        if (known.size() > kMostListed) {
            known += ", ...";
            break;
        }
        known += (known.empty() ? "" : ", ") + node.name;
    }
    return inputError(model.info().path.string() + " has no layer '" + name + "'; its layers are " + known +
                      ".");
}

Cut finish(const Model& model, LayerGraph graph, const std::string& what) {
    ModelInfo info = model.info();
    info.inputShape = graph.inputShape();
    info.outputs = elementCount(graph.node(graph.output()).outputShape);
    info.architecture += ", " + what;
    info.layers = graph.describe();
    info.parameters = 0;
    for (const auto& layer : info.layers) info.parameters += layer.parameters;
    info.notes.push_back("This is a part of the model: " + what + ".");
    return std::shared_ptr<const Model>(
        std::make_shared<Model>(std::move(info), std::make_shared<LayerGraph>(std::move(graph))));
}

// Building runs each layer once; a layer that cannot be run alone throws.
template <typename Build>
Cut guarded(const Model& model, const std::string& layer, const Build& build) {
    try {
        return build();
    } catch (const std::exception& failure) {
        Error error = inputError(model.info().path.string() + " cannot be cut at layer '" + layer +
                                 "'; choose another layer.");
        error.context.push_back(failure.what());
        return error;
    }
}

// Nodes that the output needs; the search does not look past `from`.
std::vector<char> neededFor(const LayerGraph& graph, int output, int from) {
    std::vector<char> needed(graph.nodes().size(), 0);
    needed[static_cast<std::size_t>(output)] = 1;
    for (int id = output; id > 0; --id)
        if (needed[static_cast<std::size_t>(id)] && id != from)
            for (const int in : graph.node(id).inputs) needed[static_cast<std::size_t>(in)] = 1;
    return needed;
}

}  // namespace

std::string penultimateLayer(const Model& model) {
    const auto& graph = model.graph();
    for (int id = graph.output(); id > 0; --id)
        if (graph.node(id).op == "linear") {
            const int before = graph.node(id).inputs.front();
            return before == 0 ? std::string() : graph.node(before).name;
        }
    return {};
}

Cut modelUpTo(const Model& model, const std::string& layer) {
    const LayerGraph& graph = model.graph();
    const int last = nodeNamed(graph, layer);
    if (last == kNone) return unknownLayer(model, layer);
    return guarded(model, layer, [&] {
        GraphBuilder builder(graph.inputShape());
        for (int id = 1; id <= last; ++id) builder.custom(graph.node(id));
        return finish(model, std::move(builder).finish(last), "cut after layer " + layer);
    });
}

Cut modelFrom(const Model& model, const std::string& layer) {
    const LayerGraph& graph = model.graph();
    const int first = nodeNamed(graph, layer);
    if (first == kNone) return unknownLayer(model, layer);
    if (first == graph.output())
        return inputError(model.info().path.string() + " ends with layer '" + layer +
                          "', so no head follows it; cut at an earlier layer.");
    const auto needed = neededFor(graph, graph.output(), first);
    for (int id = 0; id < first; ++id)
        if (needed[static_cast<std::size_t>(id)])
            return inputError(model.info().path.string() + " has a way round layer '" + layer +
                              "' (through '" + graph.node(id).name +
                              "'); cut where every path passes, such as '" + penultimateLayer(model) + "'.");
    return guarded(model, layer, [&] {
        const Shape shape = graph.node(first).outputShape;
        GraphBuilder builder({elementCount(shape)});
        std::vector<int> placed(graph.nodes().size(), kNone);
        placed[static_cast<std::size_t>(first)] =
            shape.size() == 1 ? GraphBuilder::kInput
                              : builder.reshape("unflatten", "reshape", GraphBuilder::kInput, shape);
        for (int id = first + 1; id <= graph.output(); ++id) {
            if (!needed[static_cast<std::size_t>(id)]) continue;
            LayerNode node = graph.node(id);
            for (int& in : node.inputs) in = placed[static_cast<std::size_t>(in)];
            placed[static_cast<std::size_t>(id)] = builder.custom(std::move(node));
        }
        return finish(model, std::move(builder).finish(placed[static_cast<std::size_t>(graph.output())]),
                      "head after layer " + layer);
    });
}

bool isAffine(const Model& model) {
    for (const auto& node : model.graph().nodes())
        if (node.kind != NodeClass::Input && node.kind != NodeClass::Affine) return false;
    return true;
}

}  // namespace tessera
