// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/safetensors.h"

#include "core/base/safetensors_header.h"
#include "core/base/stored_type.h"

namespace tessera {
namespace {

Error truncated() {
    return fileError("its values are cut short, so the file is truncated; copy or download it again");
}

}  // namespace

bool looksLikeSafetensors(FileBytes& file) {
    const std::vector<std::byte> head = file.head(0, 9);
    if (head.size() < 9 || head[8] != std::byte{'{'}) return false;
    const auto length = littleEndian<std::uint64_t>(head.data());
    return length >= 2 && length <= kLargestSafetensorsHeader;
}

Result<StateFile> readSafetensors(FileBytes& file) {
    const std::vector<std::byte> head = file.head(0, 8);
    if (head.size() < 8) return truncated();
    const auto length = littleEndian<std::uint64_t>(head.data());
    if (length > kLargestSafetensorsHeader)
        return fileError("its safetensors header claims " + std::to_string(length) +
                         " bytes, more than the format's 100 MB; do not trust this file");
    if (length > file.size() - 8)
        return fileError(
            "its safetensors header is cut short, so the file is truncated; copy or download it again");
    const std::vector<std::byte> header = file.head(8, length);
    if (header.size() != length) return truncated();
    auto parsed = parseSafetensorsHeader(asText(header));
    if (!parsed.isOk()) return std::move(parsed).propagate<StateFile>();
    std::vector<SafetensorsEntry>& entries = parsed.value();
    auto layout = checkSafetensorsLayout(entries, file.size() - 8 - length);
    if (!layout.isOk()) return std::move(layout).propagate<StateFile>();
    if (entries.empty()) return fileError("it holds no tensors; save the model's state_dict");

    StateFile state{"safetensors", "", {}, {}};
    for (SafetensorsEntry& entry : entries) {
        const StoredType type = *typeOfSafetensorsName(entry.dtype);
        std::vector<std::byte> bytes(entry.offsets[1] - entry.offsets[0]);
        if (!file.read(8 + length + entry.offsets[0], bytes)) return truncated();
        std::vector<double> values(bytes.size() / storedSize(type));
        widenValues(type, bytes, false, values.data());
        state.tensors.push_back(
            {std::move(entry.name), storedTypeName(type), std::move(entry.shape), std::move(values)});
    }
    return state;
}

}  // namespace tessera
