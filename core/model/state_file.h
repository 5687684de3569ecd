// SPDX-License-Identifier: GPL-3.0-or-later
// Weights-only files: PyTorch state dicts (zip and legacy stream) through an unpickler that executes nothing,
// and safetensors. The result is a flat, ordered list of named tensors with prefixes such as "module."
// removed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/shape.h"

namespace tessera {

// One stored tensor, copied out as contiguous row-major values. Floating types widen without loss:
// f16/bf16/f32/f64 -> double; integers and bool likewise.
struct StateTensor {
    std::string name;   // "layer1.0.conv1.weight"
    std::string dtype;  // as stored: "float32"
    Shape shape;
    std::vector<double> values;
};

struct StateFile {
    std::string format;      // "state_dict (zip)", "state_dict (legacy)", "safetensors"
    std::string foundUnder;  // "state_dict", "model", ... or "" at top level
    std::vector<std::string> strippedPrefixes;
    std::vector<StateTensor> tensors;  // file order
    const StateTensor* find(std::string_view name) const;
};

enum class ModelFileKind { TorchScript, StateDictZip, StateDictLegacy, Safetensors, Unknown };
// By content: magic bytes and, for zip files, the records inside. Errors name the file (missing, empty,
// truncated, not a model).
Result<ModelFileKind> modelFileKind(const std::filesystem::path& path);

Result<StateFile> readStateFile(const std::filesystem::path& path);

// Name of the first tensor with a NaN or an infinity, or "".
std::string nonFiniteTensor(const StateFile& state);

}  // namespace tessera
