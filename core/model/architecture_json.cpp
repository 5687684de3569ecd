// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architecture_json_torch.h"

#include <nlohmann/json.hpp>

#include <map>

#include "core/model/architecture_operations_torch.h"

namespace tessera {
namespace {

using Json = nlohmann::json;

Shape shapeField(const Json& description, const char* field) {
    Shape shape;
    const Json& value = description.at(field);
    const auto good = [](const Json& one) {
        return one.is_number_integer() && one.get<double>() > 0 && one.get<double>() <= kLargestSample;
    };
    if (good(value)) return {value.get<std::int64_t>()};
    if (value.is_array())
        for (const Json& one : value) {
            if (!good(one)) break;
            shape.push_back(one.get<std::int64_t>());
        }
    if (!value.is_array() || shape.empty() || shape.size() != value.size() || shape.size() > 4)
        throw Misfit(std::string("'") + field + "' is not the shape of one sample, such as [1, 28, 28]");
    checkSampleShape(shape);
    return shape;
}

void checkFields(const Json& description, std::initializer_list<const char*> known) {
    for (const auto& [field, value] : description.items()) {
        bool found = false;
        for (const char* name : known) found = found || field == name;
        if (!found) throw Misfit("it has a field '" + field + "' that is not known");
    }
}

std::string textField(const Json& description, const char* field) {
    const auto found = description.find(field);
    if (found == description.end()) return {};
    if (!found->is_string()) throw Misfit(std::string("'") + field + "' is not a text");
    return found->get<std::string>();
}

BuiltArchitecture buildFamily(TensorTable& tensors, const Json& description,
                              const std::optional<Shape>& inputShape) {
    checkFields(description, {"tessera_architecture", "name", "input", "family", "activation"});
    const std::string family = textField(description, "family");
    FamilyOptions options{textField(description, "activation"), inputShape};
    if (!options.inputShape && description.contains("input"))
        options.inputShape = shapeField(description, "input");
    if (family != "mlp" && family != "cifar_resnet")
        throw Misfit("the family '" + family + "' is not one of mlp, cifar_resnet");
    auto built = family == "mlp" ? buildMlp(tensors, options) : buildCifarResNet(tensors, options);
    if (!built) throw Misfit("the tensors are not those of the family '" + family + "'");
    return std::move(*built);
}

}  // namespace

BuiltArchitecture buildFromDescription(TensorTable& tensors, const Json& description,
                                       const std::optional<Shape>& inputShape) {
    if (!description.is_object()) throw Misfit("it is not a JSON object with 'layers'");
    if (const auto version = description.find("tessera_architecture");
        version != description.end() && *version != 1)
        throw Misfit("it is of version " + version->dump().substr(0, 20) +
                     ", but this Tessera reads version 1");
    if (description.contains("family")) return buildFamily(tensors, description, inputShape);
    checkFields(description, {"tessera_architecture", "name", "input", "layers", "output"});
    if (!description.contains("layers") || !description["layers"].is_array() || description["layers"].empty())
        throw Misfit("it has no list of 'layers'");
    if (!inputShape && !description.contains("input"))
        throw Misfit("it lacks 'input', the shape of one sample");

    GraphBuilder builder(inputShape ? *inputShape : shapeField(description, "input"));
    LayerParts parts(builder, tensors);
    std::map<std::string, int> nodes{{"input", GraphBuilder::kInput}};
    int last = GraphBuilder::kInput;
    int position = 0;
    const Json empty = Json::object();
    for (const Json& entry : description["layers"]) {
        ++position;
        if (!entry.is_object() && !entry.is_string())
            throw Misfit("entry " + std::to_string(position) +
                         " of 'layers' is neither an operation nor a layer");
        const Json& fields = entry.is_object() ? entry : empty;
        const std::string op = entry.is_string() ? entry.get<std::string>() : textField(entry, "op");
        std::string name = textField(fields, "name");
        if (name.empty()) name = op + "_" + std::to_string(position);
        LayerDescription layer(fields, name);
        layer.know("name"), layer.know("op");
        const auto operation = architectureOperations().find(op);
        if (operation == architectureOperations().end())
            layer.refuse("has the operation '" + op + "', which is not known; see the manual for the list");
        Operands operands{parts, layer, layer.text("weights", name), {}};
        for (const std::string& input : layer.texts("inputs")) {
            const auto node = nodes.find(input);
            if (node == nodes.end()) layer.refuse("takes '" + input + "', which is no earlier layer");
            operands.in.push_back(node->second);
        }
        if (operands.in.empty()) operands.in.push_back(last);
        if (operands.in.size() > 1 && op != "add" && op != "concat")
            layer.refuse("has several inputs, but '" + op + "' takes one");
        try {
            last = operation->second(operands);
        } catch (const Misfit&) {
            throw;
        } catch (const std::exception& failure) {
            layer.refuse("does not run on " + shapeText(builder.shapeOf(operands.in[0])) + " (" +
                         std::string(failure.what()).substr(0, std::string(failure.what()).find('\n')) + ")");
        }
        layer.checkAllAsked();
        if (elementCount(builder.shapeOf(last)) > kLargestSample)
            layer.refuse("gives " + shapeText(builder.shapeOf(last)) + " a sample, which is absurdly large");
        if (!nodes.emplace(name, last).second) layer.refuse("has a name that comes twice");
    }
    const std::string output = textField(description, "output");
    if (!output.empty() && !nodes.contains(output)) throw Misfit("its 'output' '" + output + "' is no layer");
    BuiltArchitecture built;
    built.description = textField(description, "name");
    built.graph = std::move(builder).finish(output.empty() ? last : nodes[output]);
    return built;
}

}  // namespace tessera
