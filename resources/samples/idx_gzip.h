// SPDX-License-Identifier: GPL-3.0-or-later
// Gzipped IDX files, read and written whole: all that the training program needs.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <vector>

struct IdxBytes {
    std::vector<std::int32_t> shape;
    std::vector<unsigned char> values;
};

inline std::uint32_t bigEndian(const unsigned char* bytes) {
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
           bytes[3];
}

inline IdxBytes readIdx(const std::filesystem::path& path) {
    gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr) throw std::runtime_error(path.string() + " cannot be opened.");
    IdxBytes idx;
    unsigned char word[4];
    const auto next = [&] {
        if (gzread(file, word, 4) != 4) throw std::runtime_error(path.string() + " is truncated.");
        return bigEndian(word);
    };
    const auto magic = next();
    if (magic >> 8 != 8) throw std::runtime_error(path.string() + " is not an IDX file of 8-bit values.");
    std::size_t size = 1;
    for (std::uint32_t dimension = 0; dimension < (magic & 255); ++dimension) {
        idx.shape.push_back(static_cast<std::int32_t>(next()));
        size *= static_cast<std::size_t>(idx.shape.back());
    }
    idx.values.resize(size);
    const int got = gzread(file, idx.values.data(), static_cast<unsigned>(size));
    gzclose(file);
    if (got != static_cast<int>(size)) throw std::runtime_error(path.string() + " is truncated.");
    return idx;
}

inline void writeIdx(const std::filesystem::path& path, const IdxBytes& idx) {
    gzFile file = gzopen(path.c_str(), "wb9");
    if (file == nullptr) throw std::runtime_error(path.string() + " cannot be written.");
    const auto put = [&](std::uint32_t value) {
        for (const int shift : {24, 16, 8, 0}) gzputc(file, static_cast<int>(value >> shift & 255));
    };
    put(std::uint32_t{8} << 8 | static_cast<std::uint32_t>(idx.shape.size()));
    for (const auto extent : idx.shape) put(static_cast<std::uint32_t>(extent));
    gzwrite(file, idx.values.data(), static_cast<unsigned>(idx.values.size()));
    if (gzclose(file) != Z_OK) throw std::runtime_error(path.string() + " cannot be written.");
}
