// SPDX-License-Identifier: GPL-3.0-or-later
// NumPy .npy (versions 1.0 to 3.0, both endians, C and Fortran order) and .npz (stored or deflated). Object
// arrays are refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/shape.h"

namespace tessera {

struct NpyArray {
    std::string name;            // key in an .npz, "" for .npy
    std::string dtype;           // NumPy's: "<f8", "|u1"
    Shape shape;                 // all dimensions
    std::vector<double> values;  // row-major, converted; integers beyond 2^53 are refused
};

struct NpyHeader {
    std::string dtype;
    bool fortranOrder = false;
    Shape shape;
    std::size_t dataOffset = 0;
};

// `what` names the file (and array) in errors. Bounded: never allocates more than the bytes at hand justify.
Result<NpyHeader> parseNpyHeader(std::span<const unsigned char> bytes, const std::string& what);
Result<NpyArray> parseNpy(std::span<const unsigned char> bytes, const std::string& what);
Result<NpyArray> readNpy(const std::filesystem::path& path);
Result<std::vector<NpyArray>> readNpz(const std::filesystem::path& path);

// Writers; float64 ("<f8"), int32 ("<i4"), int64 and uint64 arrays, and texts (PackedTexts). Written to a
// temporary file, then renamed.
struct NpzEntry {
    std::string name;
    std::string dtype;  // "<f8", "<f4", "<i4", "<i8", "<u8"
    Shape shape;
    const void* data = nullptr;  // contiguous, row-major, host endian
};
Result<Done> writeNpz(const std::filesystem::path& path, std::span<const NpzEntry> entries);
// Another .npz with some arrays put in the place of those of the same name, or added.
Result<Done> copyNpz(const std::filesystem::path& from, const std::filesystem::path& to,
                     std::span<const NpzEntry> replaced);
Result<Done> writeNpy(const std::filesystem::path& path, const NpzEntry& entry);

}  // namespace tessera
