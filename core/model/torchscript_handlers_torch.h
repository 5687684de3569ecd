// SPDX-License-Identifier: GPL-3.0-or-later
// What the TorchScript operation handlers share: access to arguments by ATen's positions, and their
// declarations.
#pragma once

#include <string>
#include <vector>

#include "core/model/torchscript_torch.h"

namespace tessera {

using Sizes = std::vector<std::int64_t>;
using Tensors = std::vector<at::Tensor>;
using Handler = int (*)(TorchScriptImporter&, const RecordedOp&);

// torchscript_weights.cpp
int linearNode(TorchScriptImporter& importer, const RecordedOp& op);
int addmmNode(TorchScriptImporter& importer, const RecordedOp& op);
int matmulNode(TorchScriptImporter& importer, const RecordedOp& op);
int convNode(TorchScriptImporter& importer, const RecordedOp& op);
int batchNormNode(TorchScriptImporter& importer, const RecordedOp& op);
// torchscript_activations.cpp
int activationNode(TorchScriptImporter& importer,
                   const RecordedOp& op);  // relu, relu6, leaky_relu, prelu, abs, ...
// torchscript_elementwise.cpp
int addNode(TorchScriptImporter& importer, const RecordedOp& op);
int multiplyNode(TorchScriptImporter& importer, const RecordedOp& op);
int negateNode(TorchScriptImporter& importer, const RecordedOp& op);
int catNode(TorchScriptImporter& importer, const RecordedOp& op);
int expandNode(TorchScriptImporter& importer, const RecordedOp& op);
int splitNode(TorchScriptImporter& importer, const RecordedOp& op);
// torchscript_maxima.cpp
int maxPoolNode(TorchScriptImporter& importer, const RecordedOp& op);
int adaptiveMaxPoolNode(TorchScriptImporter& importer, const RecordedOp& op);
int maxNode(TorchScriptImporter& importer, const RecordedOp& op);  // max over dimensions, or of two values
int maximumNode(TorchScriptImporter& importer, const RecordedOp& op);  // also minimum

inline const c10::IValue& arg(const RecordedOp& op, std::size_t i) {
    static const c10::IValue kNone;
    return i < op.args.size() ? op.args[i] : kNone;
}

inline at::Tensor tensorArg(const RecordedOp& op, std::size_t i) {
    return arg(op, i).isTensor() ? arg(op, i).toTensor() : at::Tensor();
}

inline Sizes sizesArg(const RecordedOp& op, std::size_t i) {
    if (arg(op, i).isIntList()) return arg(op, i).toIntVector();
    if (arg(op, i).isInt()) return {arg(op, i).toInt()};
    return {};
}

inline double numberArg(const RecordedOp& op, std::size_t i, double standard) {
    return arg(op, i).isScalar() ? arg(op, i).toScalar().toDouble() : standard;
}

inline bool flagArg(const RecordedOp& op, std::size_t i, bool standard) {
    return arg(op, i).isBool() ? arg(op, i).toBool() : standard;
}

inline Shape sampleShape(const at::Tensor& batch) {
    return {batch.sizes().begin() + 1, batch.sizes().end()};
}
inline const at::Tensor& result(const RecordedOp& op) {
    return op.results.front().toTensor();
}

inline void requireBatch(const RecordedOp& op) {
    if (result(op).dim() < 1 || result(op).size(0) != TorchScriptImporter::kBatch)
        throw NotAGraph("layer " + op.name + " (" + op.op + ") mixes or drops the batch dimension");
}

// A reshape keeps the samples apart whenever the batch dimension survives.
inline Sizes adaptiveSizes(const RecordedOp& op) {
    if (arg(op, 1).isIntList()) return arg(op, 1).toIntVector();
    return {result(op).sizes().begin() + 2, result(op).sizes().end()};
}

}  // namespace tessera
