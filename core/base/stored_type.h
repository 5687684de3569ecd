// SPDX-License-Identifier: GPL-3.0-or-later
// The number types weights are stored in, and their widening to double.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/shape.h"

namespace tessera {

enum class StoredType {
    Float64,
    Float32,
    Float16,
    BFloat16,
    Int64,
    Int32,
    Int16,
    Int8,
    UInt64,
    UInt32,
    UInt16,
    UInt8,
    Bool
};

std::uint64_t storedSize(StoredType type);    // bytes of one value
const char* storedTypeName(StoredType type);  // PyTorch's name: "float32"
// "float32", "half", "long", ... as in torch.float32; "F32", "BF16", ... as in safetensors.
std::optional<StoredType> typeOfTorchName(std::string_view name);
std::optional<StoredType> typeOfSafetensorsName(std::string_view name);
// "FloatStorage" -> float32.
std::optional<StoredType> typeOfStorageClass(std::string_view name);

// Every value of `bytes`, widened; bytes.size() is a multiple of the value size.
void widenValues(StoredType type, std::span<const std::byte> bytes, bool bigEndian, double* out);
double widenValue(StoredType type, const std::byte* bytes, bool bigEndian);

// Product of the extents; nothing if one is negative or the product does not fit.
std::optional<std::uint64_t> checkedElementCount(const Shape& shape);

}  // namespace tessera
