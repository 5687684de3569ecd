// SPDX-License-Identifier: GPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "core/model/architecture_operations_torch.h"

namespace tessera {

using Json = nlohmann::json;

namespace {

constexpr std::int64_t kLargestWindow = 4096;  // kernels, strides, padding, pooled sizes, channels

}  // namespace

void LayerDescription::refuse(const std::string& what) const {
    throw Misfit("layer '" + name_ + "' " + what);
}

double LayerDescription::real(const char* field, double standard) {
    const Json* value = get(field);
    if (!value) return standard;
    if (!value->is_number()) refuse(std::string("has a '") + field + "' that is not a number");
    return value->get<double>();
}

bool LayerDescription::flag(const char* field, bool standard) {
    const Json* value = get(field);
    if (!value) return standard;
    if (!value->is_boolean()) refuse(std::string("has a '") + field + "' that is not true or false");
    return value->get<bool>();
}

std::string LayerDescription::text(const char* field, const std::string& standard) {
    const Json* value = get(field);
    if (!value) return standard;
    if (!value->is_string()) refuse(std::string("has a '") + field + "' that is not a text");
    return value->get<std::string>();
}

std::int64_t LayerDescription::integer(const char* field, std::optional<std::int64_t> standard) {
    const Json* value = get(field);
    if (!value && standard) return *standard;
    if (!value) refuse(std::string("lacks '") + field + "'");
    return oneSize(*value, field);
}

LayerDescription::Sizes LayerDescription::sizes(const char* field, std::size_t dimensions,
                                                std::optional<Sizes> standard) {
    const Json* value = get(field);
    if (!value && standard) return *standard;
    if (!value) refuse(std::string("lacks '") + field + "'");
    Sizes sizes;
    if (value->is_array())
        for (const Json& one : *value) sizes.push_back(oneSize(one, field));
    else
        sizes.push_back(oneSize(*value, field));
    if (dimensions && sizes.size() == 1) sizes.resize(dimensions, sizes.front());
    if (dimensions && sizes.size() != dimensions)
        refuse(std::string("has a '") + field + "' of " + std::to_string(sizes.size()) + " numbers for " +
               std::to_string(dimensions) + " dimensions");
    return sizes;
}

std::vector<std::string> LayerDescription::texts(const char* field) {
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

at::Tensor LayerDescription::constants(const char* field, const Shape& sample) {
    const Json* value = get(field);
    if (!value) return {};
    std::vector<double> numbers;
    if (value->is_number()) numbers.push_back(value->get<double>());
    if (value->is_array())
        for (const Json& one : *value) {
            if (!one.is_number())
                refuse(std::string("has a '") + field + "' with something else than numbers");
            numbers.push_back(one.get<double>());
        }
    if (numbers.empty()) refuse(std::string("has a '") + field + "' that is not numbers");
    at::Tensor tensor = at::tensor(numbers, at::dtype(at::kDouble));
    if (numbers.size() == 1) return tensor.reshape({});
    if (sample.empty() || sample[0] != static_cast<std::int64_t>(numbers.size()))
        refuse(std::string("has ") + std::to_string(numbers.size()) + " numbers in '" + field +
               "', but is given " + shapeText(sample));
    Shape broadcast(sample.size(), 1);
    broadcast[0] = sample[0];
    return tensor.reshape(broadcast);
}

void LayerDescription::checkAllAsked() const {
    for (const auto& [field, value] : json_.items())
        if (!asked_.contains(field)) refuse("has a field '" + field + "' that its operation does not know");
}

const Json* LayerDescription::get(const char* field) {
    asked_.insert(field);
    const auto found = json_.find(field);
    return found == json_.end() ? nullptr : &*found;
}

std::int64_t LayerDescription::oneSize(const Json& value, const char* field) const {
    const std::int64_t largest = std::string_view(field) == "shape" ? kLargestSample : kLargestWindow;
    const bool fits = value.is_number_integer() && value.get<double>() >= 0 &&
                      value.get<double>() <= static_cast<double>(largest);
    if (!fits)
        refuse(std::string("has a '") + field + "' that is not a whole number from 0 to " +
               std::to_string(largest));
    return value.get<std::int64_t>();
}

}  // namespace tessera
