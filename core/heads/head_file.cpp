// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/head_file.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

namespace tessera {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian");

constexpr std::uint64_t kLargestHeader = 1 << 20;  // of heads; more is not one of ours
constexpr const char* kMethod = "tessera.method";

// One list for writing and reading: field and name.
template <typename Recipe, typename Visit>
void visitFields(Recipe& recipe, const Visit& visit) {
    visit("seed", recipe.seed);
    visit("learning_rate", recipe.learningRate);
    visit("weight_decay", recipe.weightDecay);
    visit("batch", recipe.batch);
    visit("epochs", recipe.epochs);
    visit("patience", recipe.patience);
    visit("hidden", recipe.hidden);
    visit("cost", recipe.cost);
    visit("ridge", recipe.ridge);
    visit("shrinkage", recipe.shrinkage);
    visit("scale", recipe.scale);
}

template <typename T>
std::string numberText(T value) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

struct Entry {
    std::string name;
    std::vector<std::int64_t> shape;
    const double* values;
    std::uint64_t bytes;
};

// Names of an nn.Linear, or of an nn.Sequential with a ReLU after each layer but the last.
std::vector<Entry> entriesOf(const Head& head) {
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < head.layers.size(); ++i) {
        const std::string prefix = head.isLinear() ? "" : std::to_string(2 * i) + ".";
        const auto& [weight, bias] = head.layers[i];
        entries.push_back({prefix + "weight",
                           {weight.rows(), weight.cols()},
                           weight.data(),
                           static_cast<std::uint64_t>(weight.size()) * 8});
        entries.push_back(
            {prefix + "bias", {bias.size()}, bias.data(), static_cast<std::uint64_t>(bias.size()) * 8});
    }
    return entries;
}

}  // namespace

Result<Done> saveHead(const std::filesystem::path& path, const TrainedHead& trained,
                      const HeadMetadata& origin) {
    HeadMetadata metadata = origin;
    metadata[kMethod] = headMethodName(trained.recipe.method);
    visitFields(trained.recipe, [&](const char* field, auto value) {
        metadata["tessera." + std::string(field)] = numberText(value);
    });
    metadata["tessera.best_epoch"] = std::to_string(trained.bestEpoch);
    metadata["tessera.complete"] = trained.isComplete ? "true" : "false";
    if (!trained.note.empty()) metadata["tessera.note"] = trained.note;
    return saveHead(path, trained.head, std::move(metadata));
}

Result<Done> saveHead(const std::filesystem::path& path, const Head& head, HeadMetadata metadata) {
    const std::string name = path.string();
    for (const auto& layer : head.layers)
        if (!layer.weight.allFinite() || !layer.bias.allFinite())
            return inputError(name +
                              " is not written: the head's weights are not finite; train it with a smaller " +
                              "learning rate.");
    metadata["format"] = "pt";
    nlohmann::ordered_json header;
    for (const auto& [key, value] : metadata) header["__metadata__"][key] = value;
    std::uint64_t offset = 0;
    const auto entries = entriesOf(head);
    for (const auto& entry : entries) {
        header[entry.name] = {
            {"dtype", "F64"}, {"shape", entry.shape}, {"data_offsets", {offset, offset + entry.bytes}}};
        offset += entry.bytes;
    }
    std::string text = header.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t length = text.size();
    // Beside the target and renamed: the file is whole or untouched.
    const std::filesystem::path temporary = name + ".part" + std::to_string(::getpid());
    std::ofstream out(temporary, std::ios::binary);
    out.write(reinterpret_cast<const char*>(&length), 8);
    out << text;
    for (const auto& entry : entries)
        out.write(reinterpret_cast<const char*>(entry.values), static_cast<std::streamsize>(entry.bytes));
    out.close();
    std::error_code error;
    if (out) std::filesystem::rename(temporary, path, error);
    if (out && !error) return Done{};
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    return fileError(name + " cannot be written; check the folder, its permissions and the free space.");
}

HeadMetadata readHeadMetadata(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::uint64_t length = 0;
    if (!file.read(reinterpret_cast<char*>(&length), 8) || length < 2 || length > kLargestHeader) return {};
    std::string text(length, '\0');
    if (!file.read(text.data(), static_cast<std::streamsize>(length)) || text[0] != '{') return {};
    const auto header = nlohmann::json::parse(text, nullptr, false);
    HeadMetadata metadata;
    if (!header.is_object() || !header.contains("__metadata__") || !header["__metadata__"].is_object())
        return {};
    for (const auto& [key, value] : header["__metadata__"].items())
        if (value.is_string()) metadata[key] = value.get<std::string>();
    return metadata;
}

std::optional<HeadRecipe> recipeOf(const HeadMetadata& metadata) {
    const auto method = metadata.find(kMethod);
    if (method == metadata.end()) return {};
    const auto known =
        std::find_if(std::begin(kHeadMethods), std::end(kHeadMethods),
                     [&](HeadMethod candidate) { return method->second == headMethodName(candidate); });
    if (known == std::end(kHeadMethods)) return {};
    HeadRecipe recipe;
    recipe.method = *known;
    bool isWhole = true;
    visitFields(recipe, [&](const char* field, auto& value) {
        const auto found = metadata.find("tessera." + std::string(field));
        if (found == metadata.end()) return void(isWhole = false);
        const char* last = found->second.data() + found->second.size();
        const auto [end, error] = std::from_chars(found->second.data(), last, value);
        isWhole = isWhole && error == std::errc{} && end == last;
    });
    return isWhole ? std::optional(recipe) : std::nullopt;
}

}  // namespace tessera
