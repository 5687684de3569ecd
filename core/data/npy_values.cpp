// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/npy_values.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/data/byte_store.h"

namespace tessera {

namespace {

template <typename T>
T load(const unsigned char* bytes, bool swapped) {
    T value;
    if (!swapped || sizeof(T) == 1) {
        std::memcpy(&value, bytes, sizeof(T));
        return value;
    }
    unsigned char turned[sizeof(T)];
    for (std::size_t i = 0; i < sizeof(T); ++i) turned[i] = bytes[sizeof(T) - 1 - i];
    std::memcpy(&value, turned, sizeof(T));
    return value;
}

template <typename T, typename Out>
void convertAs(NpyType type, const unsigned char* bytes, std::size_t count, Out* out) {
    for (std::size_t i = 0; i < count; ++i)
        out[i] = static_cast<Out>(load<T>(bytes + i * sizeof(T), type.swapped));
}

template <typename Out>
void convertAny(NpyType type, const unsigned char* bytes, std::size_t count, Out* out) {
    switch (type.kind) {
        case 'f':
            if (type.bytes == 8) return convertAs<double>(type, bytes, count, out);
            if (type.bytes == 4) return convertAs<float>(type, bytes, count, out);
            for (std::size_t i = 0; i < count; ++i)
                out[i] = floatFromHalf(load<std::uint16_t>(bytes + 2 * i, type.swapped));
            return;
        case 'i':
            if (type.bytes == 1) return convertAs<std::int8_t>(type, bytes, count, out);
            if (type.bytes == 2) return convertAs<std::int16_t>(type, bytes, count, out);
            if (type.bytes == 4) return convertAs<std::int32_t>(type, bytes, count, out);
            return convertAs<std::int64_t>(type, bytes, count, out);
        case 'u':
            if (type.bytes == 1) return convertAs<std::uint8_t>(type, bytes, count, out);
            if (type.bytes == 2) return convertAs<std::uint16_t>(type, bytes, count, out);
            if (type.bytes == 4) return convertAs<std::uint32_t>(type, bytes, count, out);
            return convertAs<std::uint64_t>(type, bytes, count, out);
        default:
            for (std::size_t i = 0; i < count; ++i) out[i] = bytes[i] != 0 ? Out(1) : Out(0);
    }
}

std::string remedyFor(char kind) {
    switch (kind) {
        case 'O':
            return "holds Python objects, which only unpickling could read; save it as numbers, e.g. "
                   "array.astype('float32')";
        case 'U':
        case 'S':
        case 'a':
            return "holds text; save numbers instead (class indices, say)";
        case 'c':
            return "holds complex numbers; save the real and imaginary parts as two arrays";
        case 'M':
        case 'm':
            return "holds dates; save them as numbers";
        case 'V':
            return "holds records or raw bytes; save each field as an array of its own";
        default:
            return "has an element type that Tessera does not read; save it as float32, float64, integers or "
                   "bool";
    }
}

}  // namespace

float floatFromHalf(std::uint16_t half) {
    const int exponent = (half >> 10) & 31;
    const int fraction = half & 1023;
    float magnitude;
    if (exponent == 31) {
        magnitude =
            fraction == 0 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
    } else if (exponent == 0) {
        magnitude = std::ldexp(static_cast<float>(fraction), -24);
    } else {
        magnitude = std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
    }
    return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

Result<NpyType> npyType(const std::string& dtype, const std::string& what) {
    std::string rest = dtype;
    char order = '|';
    if (!rest.empty() && std::string("<>=|").find(rest[0]) != std::string::npos) {
        order = rest[0];
        rest.erase(0, 1);
    }
    const char kind = rest.empty() ? '?' : rest[0];
    const std::string size = rest.empty() ? "" : rest.substr(1);
    const bool known =
        (kind == 'f' && (size == "2" || size == "4" || size == "8")) ||
        ((kind == 'i' || kind == 'u') && (size == "1" || size == "2" || size == "4" || size == "8")) ||
        (kind == 'b' && size == "1");
    if (!known)
        return Error{ErrorKind::Unsupported,
                     what + " (dtype '" + shownText(dtype) + "') " + remedyFor(kind) + ".",
                     {}};
    constexpr bool littleHere = std::endian::native == std::endian::little;
    return NpyType{kind, size[0] - '0', order == (littleHere ? '>' : '<')};
}

std::optional<std::uint64_t> npyTextWidth(const std::string& dtype) {
    const auto kind = dtype.find_first_not_of("<>=|");
    if (kind == std::string::npos || kind > 1 || (dtype[kind] != 'U' && dtype[kind] != 'S')) return {};
    std::uint32_t length = 0;
    const char* last = dtype.data() + dtype.size();
    const auto [end, error] = std::from_chars(dtype.data() + kind + 1, last, length);
    if (error != std::errc{} || end != last || length == 0) return {};
    return std::uint64_t{length} * (dtype[kind] == 'U' ? 4 : 1);
}

void convertNpy(NpyType type, const unsigned char* bytes, std::size_t count, double* out) {
    convertAny(type, bytes, count, out);
}

void convertNpy(NpyType type, const unsigned char* bytes, std::size_t count, float* out) {
    convertAny(type, bytes, count, out);
}

bool exactInFloat64(NpyType type, const unsigned char* bytes, std::size_t count) {
    if (type.bytes != 8 || (type.kind != 'i' && type.kind != 'u')) return true;
    constexpr std::int64_t kLimit = std::int64_t{1} << 53;
    for (std::size_t i = 0; i < count; ++i) {
        const auto bits = load<std::uint64_t>(bytes + 8 * i, type.swapped);
        if (type.kind == 'u'
                ? bits > static_cast<std::uint64_t>(kLimit)
                : static_cast<std::int64_t>(bits) > kLimit || static_cast<std::int64_t>(bits) < -kLimit)
            return false;
    }
    return true;
}

std::int64_t npyElementCount(const Shape& shape) {
    std::int64_t count = 1;
    bool empty = false;
    for (const auto extent : shape) {
        if (extent < 0) return -1;
        if (extent == 0)
            empty = true;
        else if (__builtin_mul_overflow(count, extent, &count))
            return -1;
    }
    return empty ? 0 : count;
}

std::string numpyShapeText(const Shape& shape) {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (i > 0) text += ", ";
        text += std::to_string(shape[i]);
    }
    return text + (shape.size() == 1 ? ",)" : ")");
}

void turnToRowMajor(const unsigned char* from, unsigned char* to, std::size_t elementBytes,
                    const Shape& shape) {
    const auto count = static_cast<std::size_t>(npyElementCount(shape));
    std::vector<std::size_t> stride(shape.size(), elementBytes);
    for (std::size_t d = 1; d < shape.size(); ++d)
        stride[d] = stride[d - 1] * static_cast<std::size_t>(shape[d - 1]);
    std::vector<std::int64_t> index(shape.size(), 0);
    std::size_t at = 0;
    for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(to + i * elementBytes, from + at, elementBytes);
        for (std::size_t d = shape.size(); d-- > 0;) {
            at += stride[d];
            if (++index[d] < shape[d]) break;
            at -= stride[d] * static_cast<std::size_t>(shape[d]);
            index[d] = 0;
        }
    }
}

}  // namespace tessera
