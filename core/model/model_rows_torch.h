// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of plain numbers to tensors and back, and the door where LibTorch's exceptions end.
#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string_view>

#include "core/model/layer_graph_torch.h"

namespace tessera {

// from_blob wants a mutable pointer; the graph never writes to its input.
template <typename Scalar>
at::Tensor batchOver(const LayerGraph& graph, const Scalar* inputs, std::int64_t rows) {
    return at::from_blob(const_cast<Scalar*>(inputs), batchShape(graph.inputShape(), rows),
                         sizeof(Scalar) == 4 ? at::kFloat : at::kDouble);
}

template <typename Scalar>
void copyOut(const at::Tensor& logits, Scalar* out) {
    const auto host = logits.to(at::kCPU, sizeof(Scalar) == 4 ? at::kFloat : at::kDouble).contiguous();
    std::copy_n(host.template data_ptr<Scalar>(), host.numel(), out);
}

// LibTorch says "out of memory" on a device and "can't allocate memory" on the CPU.
inline bool isOutOfMemory(const std::exception& failure) {
    const std::string_view text = failure.what();
    return dynamic_cast<const std::bad_alloc*>(&failure) != nullptr ||
           text.find("out of memory") != std::string_view::npos ||
           text.find("allocate memory") != std::string_view::npos;
}

// The door where LibTorch's exceptions end.
template <typename Work>
Result<Done> guarded(const ModelInfo& info, const Work& work) {
    try {
        work();
    } catch (const std::exception& failure) {
        return Error{
            isOutOfMemory(failure) ? ErrorKind::Resource : ErrorKind::Internal,
            isOutOfMemory(failure)
                ? "There is not enough memory to run " + info.path.string() + "; close something else."
                : "Running " + info.path.string() + " failed; see the log for LibTorch's message.",
            {failure.what()}};
    }
    return Done{};
}

}  // namespace tessera
