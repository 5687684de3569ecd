// SPDX-License-Identifier: GPL-3.0-or-later
// safetensors: whatever reads, every tensor has the values its shape says and every byte belongs to one
// tensor.
#include <cstdlib>
#include <unordered_set>

#include "core/model/safetensors.h"

using namespace tessera;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FileBytes file = FileBytes::ofMemory({reinterpret_cast<const std::byte*>(data), size});
    const auto state = readSafetensors(file);
    if (!state.isOk()) {
        if (state.error().message.empty()) std::abort();
        return 0;
    }
    std::size_t values = 0;
    std::unordered_set<std::string_view> names;
    for (const StateTensor& tensor : state.value().tensors) {
        if (static_cast<std::int64_t>(tensor.values.size()) != elementCount(tensor.shape)) std::abort();
        if (!names.insert(tensor.name).second) std::abort();
        values += tensor.values.size();
    }
    if (values > size) std::abort();
    return 0;
}
