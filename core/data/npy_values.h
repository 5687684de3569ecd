// SPDX-License-Identifier: GPL-3.0-or-later
// From the raw bytes of a NumPy array to numbers: element types, byte order, half floats.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/data/npz.h"

namespace tessera {

struct NpyType {
    char kind = 'f';       // 'f', 'i', 'u', 'b' as in NumPy
    int bytes = 8;         // per element
    bool swapped = false;  // not the byte order of this machine
};

// "<f8" and the like; what cannot be read (objects, text, records, complex, dates) is refused by name.
Result<NpyType> npyType(const std::string& dtype, const std::string& what);

// Bytes of one text of "<U9" or "|S5"; nothing for other types.
std::optional<std::uint64_t> npyTextWidth(const std::string& dtype);

// `count` elements, in file order.
void convertNpy(NpyType type, const unsigned char* bytes, std::size_t count, double* out);
void convertNpy(NpyType type, const unsigned char* bytes, std::size_t count, float* out);
// False if an integer lies beyond +-2^53, where float64 starts to skip.
bool exactInFloat64(NpyType type, const unsigned char* bytes, std::size_t count);

float floatFromHalf(std::uint16_t half);

// Elements of a shape, or -1 if that overflows (zero extents do not hide an overflow).
std::int64_t npyElementCount(const Shape& shape);
// "(3, 28, 28)"
std::string numpyShapeText(const Shape& shape);
// The start of an .npy, version 1.0, up to the data: a multiple of 64 bytes.
std::string npyHeaderBytes(const std::string& dtype, const Shape& shape);
// From first-index-fastest (Fortran) to last-index-fastest order, for elements of `elementBytes`.
void turnToRowMajor(const unsigned char* from, unsigned char* to, std::size_t elementBytes,
                    const Shape& shape);

}  // namespace tessera
