// SPDX-License-Identifier: GPL-3.0-or-later
// safetensors files by the format's own description: eight bytes of length, the JSON table, the values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tessera::test {

struct Tensor {
    std::string name, dtype, shape, bytes;
};

template <typename T>
std::string tensorBytes(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

inline std::string tensorFile(const std::vector<Tensor>& tensors,
                              const std::string& metadata = "\"format\":\"pt\"") {
    std::string json = "{\"__metadata__\":{" + metadata + "}", values;
    for (const auto& tensor : tensors) {
        json += ",\"" + tensor.name + "\":{\"dtype\":\"" + tensor.dtype + "\",\"shape\":" + tensor.shape +
                ",\"data_offsets\":[" + std::to_string(values.size()) + "," +
                std::to_string(values.size() + tensor.bytes.size()) + "]}";
        values += tensor.bytes;
    }
    json += "}";
    std::string file;
    for (std::size_t i = 0; i < 8; ++i) file += static_cast<char>(json.size() >> (8 * i) & 255);
    return file + json + values;
}

}  // namespace tessera::test
