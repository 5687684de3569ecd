// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/state_file.h"

#include <cmath>
#include <unordered_set>

#include "core/model/legacy_stream.h"
#include "core/model/pickle_state.h"
#include "core/model/safetensors.h"
#include "core/model/state_file_parts.h"
#include "core/model/zip_records.h"

namespace tessera {
namespace {

constexpr std::uint64_t kLargestPickle = 256u << 20;

// "is empty; ..." or "its pickle ...; ..." -> one sentence that names the file.
template <typename T>
Result<T> named(const std::filesystem::path& path, Result<T> result) {
    if (!result.isError()) return result;
    Error error = std::move(result).error();
    error.message = path.string() + (error.message.starts_with("is ") ? " " : ": ") + error.message + ".";
    return error;
}

Result<StateFile> readZip(FileBytes& file) {
    auto opened = ZipRecords::open(file);
    if (!opened.isOk()) return std::move(opened).propagate<StateFile>();
    const ZipRecords& zip = opened.value();
    const ZipRecord* main = nullptr;
    for (const ZipRecord& record : zip.records()) {
        const std::string_view name = record.name;
        if (name == "data.pkl" || name.substr(std::min(name.find('/'), name.size())) == "/data.pkl")
            main = main ? main : &record;
    }
    if (!main)
        return fileError("it has no data.pkl record, so it is no state_dict; save it again with torch.save");
    if (main->size > kLargestPickle)
        return fileError("its pickle claims " + std::to_string(main->size) +
                         " bytes, which no weights file needs; save only the state_dict");
    const std::string prefix = main->name.substr(0, main->name.size() - std::string_view("data.pkl").size());
    auto bytes = zip.read(file, *main);
    if (!bytes.isOk()) return std::move(bytes).propagate<StateFile>();
    auto pickle = parsePickle(bytes.value());
    if (!pickle.isOk()) return std::move(pickle).propagate<StateFile>();
    auto view = findState(pickle.value());
    if (!view.isOk()) return std::move(view).propagate<StateFile>();

    bool bigEndian = false;
    if (const ZipRecord* order = zip.find(prefix + "byteorder"); order && order->size < 16) {
        auto text = zip.read(file, *order);
        if (!text.isOk()) return std::move(text).propagate<StateFile>();
        bigEndian = asText(text.value()) == "big";
    }
    const StorageReader storage = [&](std::string_view key,
                                      std::uint64_t needed) -> Result<std::vector<std::byte>> {
        const ZipRecord* record = zip.find(prefix + "data/" + std::string(key));
        if (!record)
            return fileError("record 'data/" + std::string(key) +
                             "' with the values of a tensor is missing, so the file is damaged; copy or "
                             "download it again");
        if (record->size < needed) return std::vector<std::byte>();  // the caller names the tensor
        if (record->size > readBudget(file.size()).bytes)
            return fileError("record '" + record->name +
                             "' claims more than a file of this size can hold; do not trust this file");
        return zip.read(file, *record);
    };
    auto tensors = readTensors(view.value(), storage, bigEndian, readBudget(file.size()));
    if (!tensors.isOk()) return std::move(tensors).propagate<StateFile>();
    return StateFile{"state_dict (zip)", view.value().foundUnder, {}, std::move(tensors).value()};
}

}  // namespace

const StateTensor* StateFile::find(std::string_view name) const {
    for (const StateTensor& tensor : tensors)
        if (tensor.name == name) return &tensor;
    return nullptr;
}

Result<StateFile> withoutPrefixes(StateFile state) {
    bool stripped = true;
    while (stripped && !state.tensors.empty()) {
        stripped = false;
        for (const std::string_view prefix : {"module.", "_orig_mod."}) {  // DataParallel, torch.compile
            bool all = true;
            for (const StateTensor& tensor : state.tensors)
                all = all && tensor.name.starts_with(prefix) && tensor.name.size() > prefix.size();
            if (!all) continue;
            for (StateTensor& tensor : state.tensors) tensor.name.erase(0, prefix.size());
            state.strippedPrefixes.emplace_back(prefix);
            stripped = true;
        }
    }
    // torch.compile of a submodule leaves its mark in the middle.
    constexpr std::string_view kInner = "._orig_mod.";
    std::unordered_set<std::string_view> names;
    for (StateTensor& tensor : state.tensors) {
        for (std::size_t at; (at = tensor.name.find(kInner)) != std::string::npos;)
            tensor.name.erase(at, kInner.size() - 1);
        if (!names.insert(tensor.name).second)
            return fileError("it has two tensors named '" + tensor.name +
                             "'; save the state_dict of one model");
    }
    return state;
}

Result<StateFile> readStateBytes(FileBytes& file) {
    auto kind = kindOfBytes(file);
    if (!kind.isOk()) return std::move(kind).propagate<StateFile>();
    Result<StateFile> state = Cancelled{};
    switch (kind.value()) {
        case ModelFileKind::StateDictZip:
            state = readZip(file);
            break;
        case ModelFileKind::StateDictLegacy:
            state = readLegacyStream(file);
            break;
        case ModelFileKind::Safetensors:
            state = readSafetensors(file);
            break;
        case ModelFileKind::TorchScript:
        case ModelFileKind::Unknown:
            return fileError("it is a TorchScript module, not a state_dict; open it as a model");
    }
    if (!state.isOk()) return state;
    if (state.value().tensors.empty()) return fileError("it holds no tensors; save model.state_dict()");
    return withoutPrefixes(std::move(state).value());
}

Result<ModelFileKind> modelFileKind(const std::filesystem::path& path) {
    auto file = FileBytes::open(path);
    return named(path, file.isOk() ? kindOfBytes(file.value()) : std::move(file).propagate<ModelFileKind>());
}

Result<StateFile> readStateFile(const std::filesystem::path& path) {
    auto file = FileBytes::open(path);
    return named(path, file.isOk() ? readStateBytes(file.value()) : std::move(file).propagate<StateFile>());
}

std::string nonFiniteTensor(const StateFile& state) {
    for (const StateTensor& tensor : state.tensors)
        for (const double value : tensor.values)
            if (!std::isfinite(value)) return tensor.name;
    return {};
}

}  // namespace tessera
