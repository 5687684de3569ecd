// SPDX-License-Identifier: GPL-3.0-or-later
// One layer of an architecture description, and the operations that it can name.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/model/architecture_parts_torch.h"

namespace tessera {

// Fields are checked as they are asked for; fields that nobody asked for are misspelt.
class LayerDescription {
  public:
    using Sizes = std::vector<std::int64_t>;

    LayerDescription(const nlohmann::json& json, std::string name) : json_(json), name_(std::move(name)) {}

    const std::string& name() const { return name_; }
    [[noreturn]] void refuse(const std::string& what) const;

    double real(const char* field, double standard);
    bool flag(const char* field, bool standard);
    std::string text(const char* field, const std::string& standard);
    std::int64_t integer(const char* field, std::optional<std::int64_t> standard);
    // One number or a list; a single number stands for every dimension (0: as many as there are).
    Sizes sizes(const char* field, std::size_t dimensions, std::optional<Sizes> standard);
    std::vector<std::string> texts(const char* field);
    // A number or one number a channel, ready to broadcast over the sample; undefined if absent.
    at::Tensor constants(const char* field, const Shape& sample);

    void know(const char* field) { asked_.insert(field); }
    void checkAllAsked() const;

  private:
    const nlohmann::json* get(const char* field);
    std::int64_t oneSize(const nlohmann::json& value, const char* field) const;

    const nlohmann::json& json_;
    std::string name_;
    std::set<std::string> asked_;
};

struct Operands {
    LayerParts& parts;
    LayerDescription& layer;
    std::string weights;  // where the layer's tensors are
    std::vector<int> in;

    GraphBuilder& builder() { return parts.builder(); }
    // Dimensions after the channels.
    std::size_t spatial() { return std::max<std::size_t>(1, builder().shapeOf(in[0]).size()) - 1; }
};

using BuildOperation = std::function<int(Operands&)>;
const std::map<std::string, BuildOperation>& architectureOperations();

}  // namespace tessera
