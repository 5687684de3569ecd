// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/stored_type.h"

#include <array>
#include <bit>
#include <cstring>
#include <limits>

namespace tessera {
namespace {

struct TypeNames {
    StoredType type;
    std::uint64_t size;
    const char* torch;
    const char* alias;  // second name of the same dtype in PyTorch
    const char* safetensors;
    const char* storage;
};

constexpr std::array kTypes = {
    TypeNames{StoredType::Float64, 8, "float64", "double", "F64", "DoubleStorage"},
    TypeNames{StoredType::Float32, 4, "float32", "float", "F32", "FloatStorage"},
    TypeNames{StoredType::Float16, 2, "float16", "half", "F16", "HalfStorage"},
    TypeNames{StoredType::BFloat16, 2, "bfloat16", "bfloat16", "BF16", "BFloat16Storage"},
    TypeNames{StoredType::Int64, 8, "int64", "long", "I64", "LongStorage"},
    TypeNames{StoredType::Int32, 4, "int32", "int", "I32", "IntStorage"},
    TypeNames{StoredType::Int16, 2, "int16", "short", "I16", "ShortStorage"},
    TypeNames{StoredType::Int8, 1, "int8", "int8", "I8", "CharStorage"},
    TypeNames{StoredType::UInt64, 8, "uint64", "uint64", "U64", "UInt64Storage"},
    TypeNames{StoredType::UInt32, 4, "uint32", "uint32", "U32", "UInt32Storage"},
    TypeNames{StoredType::UInt16, 2, "uint16", "uint16", "U16", "UInt16Storage"},
    TypeNames{StoredType::UInt8, 1, "uint8", "uint8", "U8", "ByteStorage"},
    TypeNames{StoredType::Bool, 1, "bool", "bool", "BOOL", "BoolStorage"},
};

const TypeNames& namesOf(StoredType type) {
    return kTypes[static_cast<std::size_t>(type)];
}

double ofHalf(std::uint16_t bits) {
    const std::uint32_t sign = (bits & 0x8000u) << 16;
    const std::uint32_t magnitude = (bits & 0x7fffu) << 13;
    if ((bits & 0x7c00) == 0x7c00) return std::bit_cast<float>(sign | 0x7f800000u | magnitude);  // inf, NaN
    // Moving the exponent by multiplication takes care of subnormals.
    return std::bit_cast<float>(sign | magnitude) * 0x1p112f;
}

template <typename Raw>
Raw load(const std::byte* bytes, bool bigEndian) {
    Raw raw;
    if (bigEndian == (std::endian::native == std::endian::big)) {
        std::memcpy(&raw, bytes, sizeof raw);
        return raw;
    }
    std::array<std::byte, sizeof(Raw)> swapped;
    for (std::size_t i = 0; i < sizeof raw; ++i) swapped[i] = bytes[sizeof raw - 1 - i];
    std::memcpy(&raw, swapped.data(), sizeof raw);
    return raw;
}

// Calls `use(widen)` with the function that widens one value of the type.
template <typename Use>
void withWidening(StoredType type, bool big, Use use) {
    switch (type) {
        case StoredType::Float64:
            return use([big](const std::byte* b) { return load<double>(b, big); });
        case StoredType::Float32:
            return use([big](const std::byte* b) -> double { return load<float>(b, big); });
        case StoredType::Float16:
            return use([big](const std::byte* b) { return ofHalf(load<std::uint16_t>(b, big)); });
        case StoredType::BFloat16:
            return use([big](const std::byte* b) -> double {
                return std::bit_cast<float>(std::uint32_t{load<std::uint16_t>(b, big)} << 16);
            });
        case StoredType::Int64:
            return use([big](const std::byte* b) { return static_cast<double>(load<std::int64_t>(b, big)); });
        case StoredType::Int32:
            return use([big](const std::byte* b) -> double { return load<std::int32_t>(b, big); });
        case StoredType::Int16:
            return use([big](const std::byte* b) -> double { return load<std::int16_t>(b, big); });
        case StoredType::Int8:
            return use([](const std::byte* b) -> double { return std::to_integer<std::int8_t>(*b); });
        case StoredType::UInt64:
            return use(
                [big](const std::byte* b) { return static_cast<double>(load<std::uint64_t>(b, big)); });
        case StoredType::UInt32:
            return use([big](const std::byte* b) -> double { return load<std::uint32_t>(b, big); });
        case StoredType::UInt16:
            return use([big](const std::byte* b) -> double { return load<std::uint16_t>(b, big); });
        case StoredType::UInt8:
            return use([](const std::byte* b) -> double { return std::to_integer<std::uint8_t>(*b); });
        case StoredType::Bool:
            return use([](const std::byte* b) -> double { return *b == std::byte{0} ? 0.0 : 1.0; });
    }
}

}  // namespace

std::uint64_t storedSize(StoredType type) {
    return namesOf(type).size;
}
const char* storedTypeName(StoredType type) {
    return namesOf(type).torch;
}

std::optional<StoredType> typeOfTorchName(std::string_view name) {
    for (const TypeNames& names : kTypes)
        if (name == names.torch || name == names.alias) return names.type;
    return std::nullopt;
}

std::optional<StoredType> typeOfSafetensorsName(std::string_view name) {
    for (const TypeNames& names : kTypes)
        if (name == names.safetensors) return names.type;
    return std::nullopt;
}

std::optional<StoredType> typeOfStorageClass(std::string_view name) {
    for (const TypeNames& names : kTypes)
        if (name == names.storage) return names.type;
    return std::nullopt;
}

void widenValues(StoredType type, std::span<const std::byte> bytes, bool bigEndian, double* out) {
    withWidening(type, bigEndian, [&](auto widen) {
        const std::uint64_t size = storedSize(type);
        const std::byte* const end = bytes.data() + bytes.size() / size * size;
        for (const std::byte* value = bytes.data(); value != end; value += size) *out++ = widen(value);
    });
}

double widenValue(StoredType type, const std::byte* bytes, bool bigEndian) {
    double result = 0;
    withWidening(type, bigEndian, [&](auto widen) { result = widen(bytes); });
    return result;
}

std::optional<std::uint64_t> checkedElementCount(const Shape& shape) {
    std::uint64_t count = 1;
    bool empty = false;
    for (const std::int64_t extent : shape) {
        if (extent < 0) return std::nullopt;
        empty = empty || extent == 0;
    }
    if (empty) return 0;
    for (const std::int64_t extent : shape)
        if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(extent), &count)) return std::nullopt;
    if (count > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return count;
}

}  // namespace tessera
