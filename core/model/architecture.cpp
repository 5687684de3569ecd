// SPDX-License-Identifier: GPL-3.0-or-later
#include <c10/util/Exception.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/model/architecture_json_torch.h"
#include "core/model/architecture_torch.h"

namespace tessera {
namespace {

constexpr std::uintmax_t kLargestDescription = 16u << 20;

struct Description {
    std::filesystem::path path;
    nlohmann::json json;
};

Result<nlohmann::json> readJson(const std::filesystem::path& path) {
    const std::string file = path.string();
    std::error_code failure;
    const auto size =
        std::filesystem::is_regular_file(path, failure) ? std::filesystem::file_size(path, failure) : 0;
    if (failure || !std::filesystem::is_regular_file(path, failure))
        return fileError(file + " is no file; choose the architecture description.");
    if (size > kLargestDescription)
        return fileError(file + " has " + std::to_string(size) +
                         " bytes, too many for an architecture description; choose the JSON file.");
    std::ifstream stream(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (!stream) return fileError(file + " cannot be read; check its permissions.");
    try {
        return nlohmann::json::parse(text);
    } catch (const nlohmann::json::parse_error& error) {
        const auto line =
            1 + std::count(text.begin(),
                           text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size())),
                           '\n');
        return fileError(file + " is not valid JSON (line " + std::to_string(line) +
                         "); correct the architecture description.");
    }
}

bool describesArchitecture(const nlohmann::json& json) {
    return json.is_object() && (json.contains("layers") || json.contains("family"));
}

// NAME.arch.json or NAME.json beside the weights; a NAME.json about something else is left alone.
std::optional<Description> descriptionBeside(const std::filesystem::path& weights,
                                             std::vector<std::string>& notes) {
    std::filesystem::path stem = weights;
    for (int i = 0; i < 2 && stem.has_extension(); ++i) {  // net.pth.tar: net.pth.json, then net.json
        stem.replace_extension();
        for (const char* ending : {".arch.json", ".json"}) {
            const std::filesystem::path path = stem.string() + ending;
            std::error_code failure;
            if (path == weights || !std::filesystem::is_regular_file(path, failure)) continue;
            auto json = readJson(path);
            if (json.isOk() && describesArchitecture(json.value()))
                return Description{path, std::move(json).value()};
            notes.push_back(path.filename().string() +
                            " lies beside the weights but is no architecture description; it is not used.");
        }
    }
    return std::nullopt;
}

// "'a', 'b', 'c' and 12 more"
std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < 3; ++i) text += (i ? ", '" : "'") + names[i] + "'";
    if (names.size() > 3) text += " and " + std::to_string(names.size() - 3) + " more";
    return text;
}

Error notRecognised(const StateFile& state, const std::string& file) {
    std::vector<std::string> names;
    for (const StateTensor& tensor : state.tensors) names.push_back(tensor.name);
    return inputError(file + " holds weights (" + listed(names) +
                      ") of no family that Tessera recognises (MLP, CIFAR ResNet); put an architecture "
                      "description beside it (NAME.arch.json), or export "
                      "the model with torch.jit.script.");
}

}  // namespace

Result<BuiltArchitecture> buildArchitecture(const StateFile& state,
                                            const std::filesystem::path& stateFilePath,
                                            const std::filesystem::path& architecture,
                                            const std::optional<Shape>& inputShape) {
    const std::string file = stateFilePath.string();
    std::vector<std::string> notes;
    std::optional<Description> description;
    if (!architecture.empty()) {
        auto json = readJson(architecture);
        if (!json.isOk()) return std::move(json).propagate<BuiltArchitecture>();
        if (!describesArchitecture(json.value()))
            return fileError(architecture.string() +
                             " has neither 'layers' nor 'family', so it is no architecture description; "
                             "choose another file.");
        description = Description{architecture, std::move(json).value()};
    } else {
        description = descriptionBeside(stateFilePath, notes);
    }

    const std::string source = description ? description->path.filename().string() : std::string();
    const std::string remedy = description ? "correct the description"
                                           : "put an architecture description beside it (NAME.arch.json)";
    TensorTable tensors(state);
    try {
        if (inputShape) checkSampleShape(*inputShape);
        std::optional<BuiltArchitecture> built;
        if (description) {
            built = buildFromDescription(tensors, description->json, inputShape);
            built->description =
                built->description.empty() ? source : built->description + " (" + source + ")";
        } else {
            const FamilyOptions options{"", inputShape};
            built = buildCifarResNet(tensors, options);
            if (!built) built = buildMlp(tensors, options);
            if (!built) return notRecognised(state, file);
        }
        if (const auto unused = tensors.unused(); !unused.empty())
            return inputError(file + ": the tensors " + listed(unused) + " belong to no layer of " +
                              (description ? source : built->description) + "; " + remedy + ".");
        notes.insert(notes.end(), built->notes.begin(), built->notes.end());
        built->notes = std::move(notes);
        return std::move(*built);
    } catch (const Misfit& misfit) {
        const std::string what = misfit.what();
        const std::string where =
            description ? description->path.string() + " does not fit " + stateFilePath.filename().string()
                        : file + " does not fit its architecture";
        return inputError(where + ": " + what + (what.find(';') == std::string::npos ? "; " + remedy : "") +
                          ".");
    } catch (const std::exception& failure) {
        const std::string what = failure.what();
        Error error =
            inputError(file + " does not run as " + (description ? source : "the network its names suggest") +
                       " (" + what.substr(0, what.find('\n')) + "); " + remedy + ".");
        error.context.push_back(what);
        return error;
    }
}

}  // namespace tessera
