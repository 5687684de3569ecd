// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architecture_json_torch.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <set>

namespace tessera {
namespace {

using Json = nlohmann::json;
using Sizes = std::vector<std::int64_t>;

constexpr std::int64_t kLargestExtent = 1 << 24;

// One layer of the description, with its fields checked as they are asked for; fields nobody asked for are misspelt.
class LayerDescription {
  public:
    LayerDescription(const Json& json, std::string name) : json_(json), name_(std::move(name)) {}

    const std::string& name() const { return name_; }
    [[noreturn]] void refuse(const std::string& what) const { throw Misfit("layer '" + name_ + "' " + what); }

    double real(const char* field, double standard) {
        const Json* value = get(field);
        if (!value) return standard;
        if (!value->is_number()) refuse(std::string("has a '") + field + "' that is not a number");
        return value->get<double>();
    }
    bool flag(const char* field, bool standard) {
        const Json* value = get(field);
        if (!value) return standard;
        if (!value->is_boolean()) refuse(std::string("has a '") + field + "' that is not true or false");
        return value->get<bool>();
    }
    std::string text(const char* field, const std::string& standard) {
        const Json* value = get(field);
        if (!value) return standard;
        if (!value->is_string()) refuse(std::string("has a '") + field + "' that is not a text");
        return value->get<std::string>();
    }
    std::int64_t integer(const char* field, std::optional<std::int64_t> standard) {
        const Json* value = get(field);
        if (!value && standard) return *standard;
        if (!value) refuse(std::string("lacks '") + field + "'");
        return oneSize(*value, field);
    }
    // One number or a list; a single number stands for every dimension.
    Sizes sizes(const char* field, std::size_t dimensions, std::optional<Sizes> standard) {
        const Json* value = get(field);
        if (!value && standard) return *standard;
        if (!value) refuse(std::string("lacks '") + field + "'");
        Sizes sizes;
        if (value->is_array())
            for (const Json& one : *value) sizes.push_back(oneSize(one, field));
        else
            sizes.push_back(oneSize(*value, field));
        if (dimensions && sizes.size() == 1) sizes.resize(dimensions, sizes.front());
        if (dimensions && sizes.size() != dimensions) refuse(std::string("has a '") + field + "' of " + std::to_string(sizes.size()) + " numbers for " + std::to_string(dimensions) + " dimensions");
        return sizes;
    }
    std::vector<std::string> texts(const char* field) {
        const Json* value = get(field);
        std::vector<std::string> texts;
        if (!value) return texts;
        if (value->is_string()) return {value->get<std::string>()};
        if (!value->is_array()) refuse(std::string("has '") + field + "' that are not a list of names");
        for (const Json& one : *value) {
            if (!one.is_string()) refuse(std::string("has '") + field + "' that are not a list of names");
            texts.push_back(one.get<std::string>());
        }
        return texts;
    }
    // A number or one number a channel; undefined if absent.
    at::Tensor constants(const char* field, const Shape& sample) {
        const Json* value = get(field);
        if (!value) return {};
        std::vector<double> numbers;
        if (value->is_number()) numbers.push_back(value->get<double>());
        if (value->is_array())
            for (const Json& one : *value) {
                if (!one.is_number()) refuse(std::string("has a '") + field + "' with something else than numbers");
                numbers.push_back(one.get<double>());
            }
        if (numbers.empty()) refuse(std::string("has a '") + field + "' that is not numbers");
        at::Tensor tensor = at::tensor(numbers, at::dtype(at::kDouble));
        if (numbers.size() == 1) return tensor.reshape({});
        if (sample.empty() || sample[0] != static_cast<std::int64_t>(numbers.size()))
            refuse(std::string("has ") + std::to_string(numbers.size()) + " numbers in '" + field + "', but is given " + shapeText(sample));
        Shape broadcast(sample.size(), 1);
        broadcast[0] = sample[0];
        return tensor.reshape(broadcast);
    }
    void checkAllAsked() const {
        for (const auto& [field, value] : json_.items())
            if (!asked_.contains(field)) refuse("has a field '" + field + "' that its operation does not know");
    }
    void know(const char* field) { asked_.insert(field); }

  private:
    const Json* get(const char* field) {
        asked_.insert(field);
        const auto found = json_.find(field);
        return found == json_.end() ? nullptr : &*found;
    }
    std::int64_t oneSize(const Json& value, const char* field) const {
        const bool fits = value.is_number_integer() && value.get<double>() >= 0 && value.get<double>() <= kLargestExtent;
        if (!fits) refuse(std::string("has a '") + field + "' that is not a whole number from 0 to " + std::to_string(kLargestExtent));
        return value.get<std::int64_t>();
    }

    const Json& json_;
    std::string name_;
    std::set<std::string> asked_;
};

struct Operands {
    LayerParts& parts;
    LayerDescription& layer;
    std::string weights;
    std::vector<int> in;

    GraphBuilder& builder() { return parts.builder(); }
    std::size_t spatial() { return std::max<std::size_t>(1, builder().shapeOf(in[0]).size()) - 1; }
};

int buildConv(Operands& o) {
    const Shape kernel = o.parts.tensors().shapeOf(tensorName(o.weights, "weight"));
    const std::size_t dimensions = kernel.size() > 2 ? kernel.size() - 2 : 0;
    if (dimensions != 1 && dimensions != 2) o.layer.refuse("has weights of shape " + shapeText(kernel) + ", which is no 1-D or 2-D convolution");
    const Sizes ones(dimensions, 1);
    const Sizes stride = o.layer.sizes("stride", dimensions, ones);
    const Sizes dilation = o.layer.sizes("dilation", dimensions, ones);
    const Sizes padding = o.layer.sizes("padding", dimensions, Sizes(dimensions, 0));
    return o.parts.conv(o.layer.name(), o.weights, o.in[0], stride, padding, dilation, o.layer.integer("groups", 1));
}

int buildPool(Operands& o, bool isMax) {
    const std::size_t dimensions = o.spatial();
    if (dimensions != 1 && dimensions != 2) o.layer.refuse("pools " + shapeText(o.builder().shapeOf(o.in[0])) + ", which is no sequence or image");
    const Sizes kernel = o.layer.sizes("kernel", dimensions, std::nullopt);
    const Sizes stride = o.layer.sizes("stride", dimensions, kernel);
    const Sizes padding = o.layer.sizes("padding", dimensions, Sizes(dimensions, 0));
    const bool ceil = o.layer.flag("ceil_mode", false);
    if (isMax) return o.builder().maxPool(o.layer.name(), o.in[0], kernel, stride, padding, o.layer.sizes("dilation", dimensions, Sizes(dimensions, 1)), ceil);
    return o.builder().averagePool(o.layer.name(), o.in[0], kernel, stride, padding, ceil, o.layer.flag("count_include_pad", true));
}

int buildLayerNorm(Operands& o) {
    const at::Tensor weight = o.parts.tensors().take(tensorName(o.weights, "weight"));
    const at::Tensor bias = o.parts.tensors().takeIfThere(tensorName(o.weights, "bias"));
    const double epsilon = o.layer.real("epsilon", 1e-5);
    return o.builder().smooth(o.layer.name(), "layer_norm", {o.in[0]}, {{"weight", weight}, {"bias", bias}},
                              [shape = weight.sizes().vec(), epsilon](const auto& x, const auto& p) { return at::layer_norm(x[0], shape, p[0], p[1], epsilon); },
                              "layer_norm divides by a standard deviation that depends on the input");
}

int buildReshape(Operands& o) {
    const Shape& from = o.builder().shapeOf(o.in[0]);
    const Shape to = o.layer.sizes("shape", 0, std::nullopt);
    if (elementCount(to) != elementCount(from)) o.layer.refuse("reshapes " + shapeText(from) + " to " + shapeText(to) + ", which has another number of values");
    return o.builder().reshape(o.layer.name(), "reshape", o.in[0], to);
}

int buildSum(Operands& o) {
    if (o.in.size() < 2) o.layer.refuse("adds, so it needs two or more 'inputs'");
    int sum = o.in[0];
    for (std::size_t i = 1; i < o.in.size(); ++i) {
        if (o.builder().shapeOf(o.in[i]) != o.builder().shapeOf(sum))
            o.layer.refuse("adds " + shapeText(o.builder().shapeOf(sum)) + " and " + shapeText(o.builder().shapeOf(o.in[i])));
        sum = o.builder().add(i + 1 == o.in.size() ? o.layer.name() : o.layer.name() + "." + std::to_string(i), sum, o.in[i]);
    }
    return sum;
}

int buildConcat(Operands& o) {
    const auto dimension = o.layer.integer("dimension", 0);
    if (dimension >= static_cast<std::int64_t>(o.builder().shapeOf(o.in[0]).size())) o.layer.refuse("joins along a dimension its inputs do not have");
    return o.builder().concat(o.layer.name(), o.in, dimension);
}

using BuildOp = std::function<int(Operands&)>;

const std::map<std::string, BuildOp>& operations() {
    static const std::map<std::string, BuildOp> kOperations = [] {
        std::map<std::string, BuildOp> ops;
        ops["linear"] = [](Operands& o) { return o.parts.linear(o.layer.name(), o.weights, o.in[0]); };
        ops["conv"] = ops["conv1d"] = ops["conv2d"] = buildConv;
        ops["batch_norm"] = [](Operands& o) { return o.parts.batchNorm(o.layer.name(), o.weights, o.in[0], o.layer.real("epsilon", 1e-5)); };
        ops["layer_norm"] = buildLayerNorm;
        ops["prelu"] = [](Operands& o) { return o.parts.prelu(o.layer.name(), o.weights, o.in[0]); };
        ops["leaky_relu"] = [](Operands& o) { return o.builder().leakyRelu(o.layer.name(), o.in[0], o.layer.real("negative_slope", 0.01)); };
        ops["hardtanh"] = [](Operands& o) { return o.builder().hardtanh(o.layer.name(), o.in[0], o.layer.real("min", -1), o.layer.real("max", 1)); };
        for (const char* op : {"relu", "relu6", "abs", "gelu", "silu", "sigmoid", "tanh", "elu", "selu", "celu", "softplus", "mish", "hardswish",
                               "softmax", "log_softmax"})
            ops[op] = [op](Operands& o) { return o.parts.activation(o.layer.name(), op, o.in[0]); };
        ops["max_pool"] = [](Operands& o) { return buildPool(o, true); };
        ops["avg_pool"] = [](Operands& o) { return buildPool(o, false); };
        ops["adaptive_avg_pool"] = [](Operands& o) { return o.builder().adaptiveAveragePool(o.layer.name(), o.in[0], o.layer.sizes("output_size", o.spatial(), std::nullopt)); };
        ops["adaptive_max_pool"] = [](Operands& o) { return o.builder().adaptiveMaxPool(o.layer.name(), o.in[0], o.layer.sizes("output_size", o.spatial(), std::nullopt)); };
        ops["global_avg_pool"] = [](Operands& o) { return o.parts.globalAverage(o.layer.name(), o.in[0]); };
        ops["flatten"] = [](Operands& o) { return o.parts.flatten(o.layer.name(), o.in[0]); };
        ops["reshape"] = buildReshape;
        ops["add"] = buildSum;
        ops["concat"] = buildConcat;
        ops["scale"] = [](Operands& o) {
            const Shape sample = o.builder().shapeOf(o.in[0]);
            const at::Tensor scale = o.layer.constants("scale", sample);
            return o.builder().scaleShift(o.layer.name(), "scale", o.in[0], scale, o.layer.constants("shift", sample));
        };
        ops["pad_shortcut"] = [](Operands& o) {
            const auto channels = o.layer.integer("channels", std::nullopt);
            return o.parts.padShortcut(o.layer.name(), o.in[0], channels, o.layer.integer("stride", 2));
        };
        ops["dropout"] = ops["identity"] = [](Operands& o) {
            o.layer.know("p");  // a rate says nothing in evaluation
            return o.builder().identity(o.layer.name(), "identity", o.in[0]);
        };
        return ops;
    }();
    return kOperations;
}

Shape shapeField(const Json& description, const char* field) {
    Shape shape;
    const Json& value = description.at(field);
    const auto good = [](const Json& one) { return one.is_number_integer() && one.get<double>() > 0 && one.get<double>() <= kLargestExtent; };
    if (good(value)) return {value.get<std::int64_t>()};
    if (value.is_array())
        for (const Json& one : value) {
            if (!good(one)) break;
            shape.push_back(one.get<std::int64_t>());
        }
    if (!value.is_array() || shape.empty() || shape.size() != value.size() || shape.size() > 4)
        throw Misfit(std::string("'") + field + "' is not the shape of one sample, such as [1, 28, 28]");
    if (elementCount(shape) > kLargestExtent) throw Misfit(std::string("'") + field + "' " + shapeText(shape) + " is absurdly large");
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

BuiltArchitecture buildFamily(TensorTable& tensors, const Json& description, const std::optional<Shape>& inputShape) {
    checkFields(description, {"tessera_architecture", "name", "input", "family", "activation"});
    const std::string family = textField(description, "family");
    FamilyOptions options{textField(description, "activation"), inputShape};
    if (!options.inputShape && description.contains("input")) options.inputShape = shapeField(description, "input");
    if (family != "mlp" && family != "cifar_resnet") throw Misfit("the family '" + family + "' is not one of mlp, cifar_resnet");
    auto built = family == "mlp" ? buildMlp(tensors, options) : buildCifarResNet(tensors, options);
    if (!built) throw Misfit("the tensors are not those of the family '" + family + "'");
    return std::move(*built);
}

}  // namespace

BuiltArchitecture buildFromDescription(TensorTable& tensors, const Json& description, const std::optional<Shape>& inputShape) {
    if (!description.is_object()) throw Misfit("it is not a JSON object with 'layers'");
    if (const auto version = description.find("tessera_architecture"); version != description.end() && *version != 1)
        throw Misfit("it is of version " + version->dump().substr(0, 20) + ", but this Tessera reads version 1");
    if (description.contains("family")) return buildFamily(tensors, description, inputShape);
    checkFields(description, {"tessera_architecture", "name", "input", "layers", "output"});
    if (!description.contains("layers") || !description["layers"].is_array() || description["layers"].empty()) throw Misfit("it has no list of 'layers'");
    if (!inputShape && !description.contains("input")) throw Misfit("it lacks 'input', the shape of one sample");

    GraphBuilder builder(inputShape ? *inputShape : shapeField(description, "input"));
    LayerParts parts(builder, tensors);
    std::map<std::string, int> nodes{{"input", GraphBuilder::kInput}};
    int last = GraphBuilder::kInput;
    int position = 0;
    const Json empty = Json::object();
    for (const Json& entry : description["layers"]) {
        ++position;
        if (!entry.is_object() && !entry.is_string()) throw Misfit("entry " + std::to_string(position) + " of 'layers' is neither an operation nor a layer");
        const Json& fields = entry.is_object() ? entry : empty;
        const std::string op = entry.is_string() ? entry.get<std::string>() : textField(entry, "op");
        std::string name = textField(fields, "name");
        if (name.empty()) name = op + "_" + std::to_string(position);
        LayerDescription layer(fields, name);
        layer.know("name"), layer.know("op");
        const auto operation = operations().find(op);
        if (operation == operations().end()) layer.refuse("has the operation '" + op + "', which is not known; see the manual for the list");
        Operands operands{parts, layer, layer.text("weights", name), {}};
        for (const std::string& input : layer.texts("inputs")) {
            const auto node = nodes.find(input);
            if (node == nodes.end()) layer.refuse("takes '" + input + "', which is no earlier layer");
            operands.in.push_back(node->second);
        }
        if (operands.in.empty()) operands.in.push_back(last);
        if (operands.in.size() > 1 && op != "add" && op != "concat") layer.refuse("has several inputs, but '" + op + "' takes one");
        try {
            last = operation->second(operands);
        } catch (const Misfit&) {
            throw;
        } catch (const std::exception& failure) {
            layer.refuse("does not run on " + shapeText(builder.shapeOf(operands.in[0])) + " (" + std::string(failure.what()).substr(0, std::string(failure.what()).find('\n')) + ")");
        }
        layer.checkAllAsked();
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
