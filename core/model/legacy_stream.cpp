// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/legacy_stream.h"

#include <algorithm>
#include <unordered_map>

#include "core/model/pickle_state.h"

namespace tessera {
namespace {

constexpr std::string_view kMagicBytes("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::string_view kMagicDigits = "119547037146038801333356";
constexpr std::size_t kFirstPickle = 256;
constexpr std::size_t kFirstPiece = 1u << 20;
constexpr std::size_t kLargestPiece = 512u << 20;

Error cutShort() {
    return fileError("its stored values are cut short, so the file is truncated; copy or download it again");
}

struct Pickles {
    std::vector<std::byte> bytes;  // the texts of `object` and `keys` point into it
    Pickle object, keys;
    std::uint64_t end = 0;
};

Result<Pickles> parsePickles(std::vector<std::byte> bytes) {
    Pickles pickles;
    pickles.bytes = std::move(bytes);
    for (int i = 0; i < 5; ++i) {  // magic number, protocol, system, object, keys
        auto pickle = parsePickle(std::span(pickles.bytes).subspan(pickles.end));
        if (!pickle.isOk()) return std::move(pickle).propagate<Pickles>();
        pickles.end += pickle.value().size;
        if (i == 3) pickles.object = std::move(pickle).value();
        if (i == 4) pickles.keys = std::move(pickle).value();
    }
    return pickles;
}

// The pickles are small, the storages behind them may be gigabytes: try a short piece of the file first.
Result<Pickles> readPickles(FileBytes& file) {
    for (std::size_t size = kFirstPiece;; size *= 8) {
        auto pickles = parsePickles(file.head(0, size));
        if (pickles.isOk() || size >= file.size() || size >= kLargestPiece) return pickles;
    }
}

struct Place {
    std::uint64_t offset = 0, bytes = 0;
};
using Places = std::unordered_map<std::string_view, Place>;

Result<Places> placeStorages(FileBytes& file, const Pickles& pickles) {
    std::unordered_map<std::string_view, StorageInfo> infos;
    for (const StorageInfo& info : storagesOf(pickles.object)) infos.emplace(info.key, info);
    Places places;
    std::uint64_t at = pickles.end;
    for (const PickleId id : pickles.keys.at(pickles.keys.root).items) {
        const auto info = infos.find(pickles.keys.at(id).text);
        if (info == infos.end())
            return fileError(
                "its list of storages does not fit its tensors, so the file is damaged; save it again with "
                "torch.save");
        if (!info->second.type)
            return unsupported("it stores values of type " + std::string(info->second.className) +
                               ", which Tessera does not read; convert them with .float() and save again");
        const std::vector<std::byte> head = file.head(at, 8);
        if (head.size() < 8) return cutShort();
        const auto count = littleEndian<std::uint64_t>(head.data());
        const std::uint64_t size = storedSize(*info->second.type);
        at += 8;
        if (count != info->second.values)
            return fileError(
                "one of its storages has another size than its tensors say, so the file is damaged; copy or "
                "download it again");
        if (count > (file.size() - at) / size) return cutShort();
        places[info->first] = {at, count * size};
        at += count * size;
    }
    return places;
}

}  // namespace

bool isLegacyStream(FileBytes& file) {
    const std::vector<std::byte> head = file.head(0, kFirstPickle);
    if (head.empty()) return false;
    const auto pickle = parsePickle(head);
    if (!pickle.isOk()) return false;
    const PickleValue& magic = pickle.value().at(pickle.value().root);
    return magic.kind == PickleKind::BigInt && (magic.text == kMagicBytes || magic.text == kMagicDigits);
}

Result<StateFile> readLegacyStream(FileBytes& file) {
    auto read = readPickles(file);
    if (!read.isOk()) return std::move(read).propagate<StateFile>();
    const Pickles& pickles = read.value();
    auto view = findState(pickles.object);
    if (!view.isOk()) return std::move(view).propagate<StateFile>();
    auto places = placeStorages(file, pickles);
    if (!places.isOk()) return std::move(places).propagate<StateFile>();
    const StorageReader storage = [&](std::string_view key, std::uint64_t) -> Result<std::vector<std::byte>> {
        const auto place = places.value().find(key);
        if (place == places.value().end()) return cutShort();
        std::vector<std::byte> bytes(place->second.bytes);
        if (!file.read(place->second.offset, bytes)) return cutShort();
        return bytes;
    };
    auto tensors = readTensors(view.value(), storage, false, readBudget(file.size()));
    if (!tensors.isOk()) return std::move(tensors).propagate<StateFile>();
    return StateFile{"state_dict (legacy)", view.value().foundUnder, {}, std::move(tensors).value()};
}

}  // namespace tessera
