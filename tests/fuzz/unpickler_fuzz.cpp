// SPDX-License-Identifier: GPL-3.0-or-later
// Weights-only files of every form, and the same bytes as a bare pickle whose storages all exist.
#include <cstdlib>

#include "core/model/pickle_state.h"
#include "core/model/state_file_parts.h"

using namespace tessera;

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

void checkTensors(const std::vector<StateTensor>& tensors) {
    for (const StateTensor& tensor : tensors)
        check(static_cast<std::int64_t>(tensor.values.size()) == elementCount(tensor.shape));
}

void barePickle(std::span<const std::byte> bytes) {
    const auto pickle = parsePickle(bytes, {200'000});
    if (!pickle.isOk()) return check(!pickle.error().message.empty());
    storagesOf(pickle.value());
    const auto state = findState(pickle.value());
    if (!state.isOk()) return check(!state.error().message.empty());
    const StorageReader storage = [](std::string_view, std::uint64_t) -> Result<std::vector<std::byte>> {
        return std::vector<std::byte>(4096, std::byte{0x3c});
    };
    const auto tensors = readTensors(state.value(), storage, bytes.size() % 2 == 1, {1u << 20, 1u << 24});
    if (tensors.isOk()) checkTensors(tensors.value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
    FileBytes file = FileBytes::ofMemory(bytes);
    const auto state = readStateBytes(file);
    if (state.isOk()) checkTensors(state.value().tensors);
    barePickle(bytes);
    return 0;
}
