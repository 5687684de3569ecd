// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>

#include "core/model/architecture_families_torch.h"

namespace tessera {
namespace {

enum class Part { Linear, BatchNorm, Prelu };

// The tensors below one name: "fc1.weight", "fc1.bias".
struct Group {
    std::string name;
    std::map<std::string, const StateTensor*> roles;
    Part part = Part::Linear;
    std::int64_t index = -1;  // place in an nn.Sequential, if the name ends in a number

    const Shape* shape(const char* role) const {
        const auto found = roles.find(role);
        return found == roles.end() ? nullptr : &found->second->shape;
    }
};

bool classify(Group& group) {
    const Shape* weight = group.shape("weight");
    if (group.shape("running_mean")) {
        group.part = Part::BatchNorm;
        return group.shape("running_mean")->size() == 1;
    }
    if (!weight) return false;
    group.part = weight->size() == 2 ? Part::Linear : Part::Prelu;
    return weight->size() == 2 || (weight->size() == 1 && !group.shape("bias"));
}

std::optional<std::vector<Group>> groupsOf(const StateFile& state) {
    std::vector<Group> groups;
    std::map<std::string, std::size_t> places;
    for (const StateTensor& tensor : state.tensors) {
        const std::size_t dot = tensor.name.rfind('.');
        const std::string role = dot == std::string::npos ? tensor.name : tensor.name.substr(dot + 1);
        const std::string name = dot == std::string::npos ? "" : tensor.name.substr(0, dot);
        if (role != "weight" && role != "bias" && role != "running_mean" && role != "running_var" &&
            role != "num_batches_tracked")
            return std::nullopt;
        const auto [place, isNew] = places.emplace(name, groups.size());
        if (isNew) groups.push_back({name, {}, Part::Linear, -1});
        groups[place->second].roles[role] = &tensor;
    }
    for (Group& group : groups) {
        if (!classify(group)) return std::nullopt;
        const std::string last = group.name.substr(group.name.rfind('.') + 1);
        const auto [end, failure] = std::from_chars(last.data(), last.data() + last.size(), group.index);
        if (failure != std::errc() || end != last.data() + last.size()) group.index = -1;
    }
    return groups;
}

// "fc2" before "fc10".
bool naturallyBefore(const std::string& a, const std::string& b) {
    std::size_t i = 0, j = 0;
    const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
    while (i < a.size() && j < b.size()) {
        if (digit(a[i]) && digit(b[j])) {
            std::size_t endA = i, endB = j;
            while (endA < a.size() && digit(a[endA])) ++endA;
            while (endB < b.size() && digit(b[endB])) ++endB;
            if (endA - i != endB - j) return endA - i < endB - j;
            const int order = a.compare(i, endA - i, b, j, endB - j);
            if (order) return order < 0;
            i = endA, j = endB;
        } else {
            if (a[i] != b[j]) return a[i] < b[j];
            ++i, ++j;
        }
    }
    return a.size() - i < b.size() - j;
}

// Each layer takes what the one before it gives, from a linear layer to a linear layer.
bool isChain(const std::vector<Group>& groups) {
    if (groups.empty() || groups.front().part != Part::Linear || groups.back().part != Part::Linear)
        return false;
    std::int64_t width = groups.front().shape("weight")->at(1);
    for (const Group& group : groups) {
        if (group.part == Part::Linear) {
            if (group.shape("weight")->at(1) != width) return false;
            width = group.shape("weight")->at(0);
        } else if (group.part == Part::BatchNorm) {
            if (group.shape("running_mean")->at(0) != width) return false;
        } else if (group.shape("weight")->at(0) != 1 && group.shape("weight")->at(0) != width) {
            return false;
        }
    }
    return true;
}

std::string parentOf(const std::string& name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string::npos ? "" : name.substr(0, dot);
}

// For each layer: does an activation follow it? The numbers in an nn.Sequential say where layers without
// weights stand.
std::vector<bool> activationsAfter(const std::vector<Group>& groups) {
    std::vector<bool> after(groups.size(), false);
    bool sequential = true, anyGap = false;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        sequential =
            sequential && groups[i].index >= 0 && parentOf(groups[i].name) == parentOf(groups[0].name);
        if (i) anyGap = anyGap || groups[i].index > groups[i - 1].index + 1;
        if (i) sequential = sequential && groups[i].index > groups[i - 1].index;
    }
    // Numbers without any gap below a name are an nn.ModuleList; at top level they are an nn.Sequential of
    // linear layers.
    sequential = sequential && (anyGap || (parentOf(groups[0].name).empty() && groups.size() > 1));
    for (std::size_t i = 0; i + 1 < groups.size(); ++i) {
        if (groups[i].part != Part::Linear) continue;
        std::size_t next = i + 1;
        bool hasPrelu = false;
        for (; groups[next].part != Part::Linear; ++next)
            hasPrelu = hasPrelu || groups[next].part == Part::Prelu;
        if (hasPrelu) continue;
        if (!sequential) {
            after[next - 1] = true;  // after batch norm
            continue;
        }
        for (std::size_t k = i; k < next; ++k)
            if (groups[k + 1].index > groups[k].index + 1) {
                after[k] = true;
                break;
            }
    }
    return after;
}

}  // namespace

std::optional<BuiltArchitecture> buildMlp(TensorTable& tensors, const FamilyOptions& options) {
    auto found = groupsOf(tensors.state());
    if (!found) return std::nullopt;
    std::vector<Group> groups = std::move(*found);
    std::vector<Group> sorted = groups;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Group& a, const Group& b) { return naturallyBefore(a.name, b.name); });
    // A state dict keeps the order of definition; safetensors are sorted by name.
    if (tensors.state().format == "safetensors") std::swap(groups, sorted);
    if (!isChain(groups)) std::swap(groups, sorted);
    if (!isChain(groups)) return std::nullopt;

    const std::int64_t width = groups.front().shape("weight")->at(1);
    const Shape input = options.inputShape.value_or(Shape{width});
    if (elementCount(input) != width)
        throw Misfit("its first layer takes " + std::to_string(width) + " values, but the input shape " +
                     shapeText(input) + " has " + std::to_string(elementCount(input)) +
                     "; give the shape the network was trained on");
    const std::string activation = options.activation.empty() ? "relu" : options.activation;
    const std::vector<bool> after = activationsAfter(groups);

    GraphBuilder builder(input);
    LayerParts parts(builder, tensors);
    int at = GraphBuilder::kInput;
    if (input.size() != 1) at = parts.flatten("flatten", at);
    std::string widths = std::to_string(width);
    bool assumed = false;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const std::string& weights = groups[i].name;
        const std::string name = weights.empty() ? "linear" : weights;
        if (groups[i].part == Part::Linear) {
            at = parts.linear(name, weights, at);
            widths += "-" + std::to_string(builder.shapeOf(at)[0]);
        } else {
            at = groups[i].part == Part::BatchNorm ? parts.batchNorm(name, weights, at)
                                                   : parts.prelu(name, weights, at);
        }
        if (after[i]) {
            at = parts.activation(name + "." + activation, activation, at);
            assumed = true;
        }
    }
    BuiltArchitecture built;
    built.description = "MLP " + widths;
    if (assumed) built.description += ", " + (activation == "relu" ? "ReLU" : activation);
    built.description += options.activation.empty() ? " (inferred from names and shapes)"
                                                    : " (activation from the description)";
    if (assumed && options.activation.empty())
        built.notes.push_back(
            "A file of weights does not say which activation the network has: ReLU is assumed. If it is "
            "another, give an architecture description.");
    built.graph = std::move(builder).finish(at);
    return built;
}

}  // namespace tessera
