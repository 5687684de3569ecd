// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architecture_parts_torch.h"

#include "core/base/stored_type.h"

namespace tessera {
namespace {

[[noreturn]] void misfit(const std::string& what) {
    throw Misfit(what);
}

std::string shaped(const std::string& tensor, const at::Tensor& value) {
    return "tensor '" + tensor + "' is " + shapeText(value.sizes().vec());
}

// The longest "a.b." that all names share, as the list "", "a.", "a.b.".
std::vector<std::string> commonPrefixes(const StateFile& state) {
    std::vector<std::string> prefixes{""};
    for (;;) {
        const std::string& current = prefixes.back();
        const std::size_t dot =
            state.tensors.empty() ? std::string::npos : state.tensors.front().name.find('.', current.size());
        if (dot == std::string::npos) return prefixes;
        const std::string longer = state.tensors.front().name.substr(0, dot + 1);
        for (const StateTensor& tensor : state.tensors)
            if (!tensor.name.starts_with(longer)) return prefixes;
        prefixes.push_back(longer);
    }
}

}  // namespace

void checkSampleShape(const Shape& shape) {
    const auto count = checkedElementCount(shape);
    if (shape.empty() || !count || *count == 0)
        misfit("the input shape " + shapeText(shape) + " is not that of a sample");
    if (*count > static_cast<std::uint64_t>(kLargestSample))
        misfit("the input shape " + shapeText(shape) + " is absurdly large");
}

TensorTable::TensorTable(const StateFile& state) : state_(state), prefixes_(commonPrefixes(state)) {
    for (const StateTensor& tensor : state.tensors) byName_.emplace(tensor.name, &tensor);
}

const StateTensor* TensorTable::find(const std::string& name) const {
    for (const std::string& prefix : prefixes_)
        if (const auto found = byName_.find(prefix + name); found != byName_.end()) return found->second;
    return nullptr;
}

const Shape& TensorTable::shapeOf(const std::string& name) const {
    const StateTensor* tensor = find(name);
    if (!tensor) misfit("tensor '" + name + "' is missing");
    return tensor->shape;
}

at::Tensor TensorTable::take(const std::string& name) {
    const StateTensor* tensor = find(name);
    if (!tensor) misfit("tensor '" + name + "' is missing");
    used_[tensor] = true;
    return at::from_blob(const_cast<double*>(tensor->values.data()), tensor->shape, at::dtype(at::kDouble))
        .clone();
}

at::Tensor TensorTable::takeIfThere(const std::string& name) {
    return has(name) ? take(name) : at::Tensor();
}

std::vector<std::string> TensorTable::unused() const {
    std::vector<std::string> names;
    for (const StateTensor& tensor : state_.tensors)
        if (!used_.contains(&tensor) && tensor.dtype.find("float") != std::string::npos)
            names.push_back(tensor.name);
    return names;
}

std::string tensorName(const std::string& layer, const char* role) {
    return layer.empty() ? role : layer + "." + role;
}

int LayerParts::linear(const std::string& name, const std::string& weights, int in) {
    const std::string weightName = tensorName(weights, "weight");
    const at::Tensor weight = tensors_.take(weightName);
    const at::Tensor bias = tensors_.takeIfThere(tensorName(weights, "bias"));
    const Shape& shape = builder_.shapeOf(in);
    if (weight.dim() != 2) misfit(shaped(weightName, weight) + ", but a linear layer needs a matrix");
    if (shape.empty() || shape.back() != weight.size(1))
        misfit(shaped(weightName, weight) + ", but it is given " + shapeText(shape) + " values a sample");
    if (bias.defined() && (bias.dim() != 1 || bias.size(0) != weight.size(0)))
        misfit(shaped(tensorName(weights, "bias"), bias) + ", but its layer has " +
               std::to_string(weight.size(0)) + " outputs");
    return builder_.linear(name, in, weight, bias);
}

int LayerParts::conv(const std::string& name, const std::string& weights, int in,
                     std::vector<std::int64_t> stride, std::vector<std::int64_t> padding,
                     std::vector<std::int64_t> dilation, std::int64_t groups) {
    const std::string weightName = tensorName(weights, "weight");
    const at::Tensor weight = tensors_.take(weightName);
    const at::Tensor bias = tensors_.takeIfThere(tensorName(weights, "bias"));
    const Shape& shape = builder_.shapeOf(in);
    if (weight.dim() != 3 && weight.dim() != 4)
        misfit(shaped(weightName, weight) + ", but a convolution needs 3 or 4 dimensions");
    if (static_cast<std::int64_t>(shape.size()) != weight.dim() - 1 || groups < 1 ||
        shape[0] != weight.size(1) * groups)
        misfit(shaped(weightName, weight) + ", but it is given " + shapeText(shape) + " a sample");
    if (bias.defined() && (bias.dim() != 1 || bias.size(0) != weight.size(0)))
        misfit(shaped(tensorName(weights, "bias"), bias) + ", but its layer has " +
               std::to_string(weight.size(0)) + " channels");
    return builder_.conv(name, in, weight, bias, std::move(stride), std::move(padding), std::move(dilation),
                         groups);
}

int LayerParts::batchNorm(const std::string& name, const std::string& weights, int in, double epsilon) {
    const at::Tensor mean = tensors_.take(tensorName(weights, "running_mean"));
    const at::Tensor variance = tensors_.take(tensorName(weights, "running_var"));
    const at::Tensor weight = tensors_.takeIfThere(tensorName(weights, "weight"));
    const at::Tensor bias = tensors_.takeIfThere(tensorName(weights, "bias"));
    const Shape& shape = builder_.shapeOf(in);
    const std::pair<const char*, const at::Tensor&> parts[] = {
        {"running_mean", mean}, {"running_var", variance}, {"weight", weight}, {"bias", bias}};
    for (const auto& [role, value] : parts)
        if (value.defined() && (value.dim() != 1 || shape.empty() || value.size(0) != shape[0]))
            misfit(shaped(tensorName(weights, role), value) + ", but it is given " + shapeText(shape) +
                   " a sample");
    if (variance.lt(0).any().item<bool>())
        misfit("tensor '" + tensorName(weights, "running_var") + "' has negative variances");
    return builder_.batchNorm(name, in, weight, bias, mean, variance, epsilon);
}

int LayerParts::prelu(const std::string& name, const std::string& weights, int in) {
    const std::string weightName = tensorName(weights, "weight");
    const at::Tensor weight = tensors_.take(weightName);
    const Shape& shape = builder_.shapeOf(in);
    if (weight.dim() != 1 || shape.empty() || (weight.size(0) != 1 && weight.size(0) != shape[0]))
        misfit(shaped(weightName, weight) + ", but it is given " + shapeText(shape) + " a sample");
    return builder_.prelu(name, in, weight);
}

int LayerParts::activation(const std::string& name, const std::string& op, int in) {
    if (op == "relu") return builder_.relu(name, in);
    if (op == "leaky_relu") return builder_.leakyRelu(name, in, 0.01);
    if (op == "relu6") return builder_.hardtanh(name, in, 0, 6);
    if (op == "hardtanh") return builder_.hardtanh(name, in, -1, 1);
    if (op == "abs") return builder_.absolute(name, in);
    if (op == "identity") return builder_.identity(name, op, in);
    return builder_.smoothActivation(name, op, in);
}

int LayerParts::padShortcut(const std::string& name, int in, std::int64_t channels, std::int64_t stride) {
    const Shape& shape = builder_.shapeOf(in);
    if (shape.size() != 3 || channels < shape[0] || (channels - shape[0]) % 2 || stride < 1)
        misfit("the shortcut '" + name + "' cannot pad " + shapeText(shape) + " to " +
               std::to_string(channels) + " channels");
    LayerNode node;
    node.name = name;
    node.op = "pad_shortcut";
    node.kind = NodeClass::Affine;
    node.inputs = {in};
    node.evaluate = [stride, side = (channels - shape[0]) / 2](const std::vector<at::Tensor>& x,
                                                               const std::vector<at::Tensor>&) {
        const at::Tensor kept = x[0].slice(2, 0, c10::nullopt, stride).slice(3, 0, c10::nullopt, stride);
        return at::constant_pad_nd(kept, {0, 0, 0, 0, side, side}, 0);
    };
    return builder_.custom(std::move(node));
}

int LayerParts::flatten(const std::string& name, int in) {
    return builder_.reshape(name, "flatten", in, {elementCount(builder_.shapeOf(in))});
}

int LayerParts::globalAverage(const std::string& name, int in) {
    const Shape shape = builder_.shapeOf(in);
    if (shape.size() < 2)
        misfit("the pooling '" + name + "' is given " + shapeText(shape) + " values a sample, not an image");
    const int pooled = builder_.adaptiveAveragePool(name, in, std::vector<std::int64_t>(shape.size() - 1, 1));
    return builder_.reshape(name + ".flatten", "flatten", pooled, {shape[0]});
}

}  // namespace tessera
