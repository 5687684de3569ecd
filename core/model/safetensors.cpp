// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/safetensors.h"

#include <algorithm>

#include "core/model/safetensors_header.h"
#include "core/model/stored_type.h"

namespace tessera {
namespace {

constexpr std::uint64_t kLargestHeader = 100'000'000;  // the format's own bound

Error inconsistent(const SafetensorsEntry& entry, const std::string& what) {
    return fileError("tensor '" + entry.name + "' " + what +
                     ", so the file is damaged; save or download it again");
}

Error truncated() {
    return fileError("its values are cut short, so the file is truncated; copy or download it again");
}

// Offsets in order, no overlap, no gap, and as many bytes as dtype and shape need.
Result<Done> checkLayout(const std::vector<SafetensorsEntry>& entries, std::uint64_t dataSize) {
    std::uint64_t expected = 0;
    for (const SafetensorsEntry& entry : entries) {
        const std::uint64_t begin = entry.offsets[0], end = entry.offsets[1];
        const auto type = typeOfSafetensorsName(entry.dtype);
        if (!type)
            return unsupported("tensor '" + entry.name + "' has the type " + entry.dtype.substr(0, 40) +
                               ", which Tessera does not read; convert it to F32 and save again");
        if (begin < expected) return inconsistent(entry, "overlaps the one before it");
        if (begin > expected)
            return inconsistent(entry,
                                "leaves a gap of " + std::to_string(begin - expected) + " bytes before it");
        if (end < begin) return inconsistent(entry, "ends before it begins");
        if (end > dataSize) return truncated();
        const auto count = checkedElementCount(entry.shape);
        std::uint64_t bytes = 0;
        if (!count || __builtin_mul_overflow(*count, storedSize(*type), &bytes) || bytes != end - begin)
            return inconsistent(entry, "has " + std::to_string(end - begin) + " bytes, which do not fit " +
                                           entry.dtype + " " + shapeText(entry.shape));
        expected = end;
    }
    if (expected != dataSize)
        return fileError(
            "it has " + std::to_string(dataSize - expected) +
            " bytes that belong to no tensor, so the file is damaged; save or download it again");
    return Done{};
}

}  // namespace

bool looksLikeSafetensors(FileBytes& file) {
    const std::vector<std::byte> head = file.head(0, 9);
    if (head.size() < 9 || head[8] != std::byte{'{'}) return false;
    const auto length = littleEndian<std::uint64_t>(head.data());
    return length >= 2 && length <= kLargestHeader;
}

Result<StateFile> readSafetensors(FileBytes& file) {
    const std::vector<std::byte> head = file.head(0, 8);
    if (head.size() < 8) return truncated();
    const auto length = littleEndian<std::uint64_t>(head.data());
    if (length > kLargestHeader)
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
    // The table is usually sorted by name; by offset is the order in which the values were saved.
    std::stable_sort(entries.begin(), entries.end(),
                     [](const auto& a, const auto& b) { return a.offsets < b.offsets; });
    auto layout = checkLayout(entries, file.size() - 8 - length);
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
