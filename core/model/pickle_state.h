// SPDX-License-Identifier: GPL-3.0-or-later
// The state dict inside a pickle that torch.save wrote: which tensors there are, where their values lie, and
// how to read them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/stored_type.h"
#include "core/model/pickle.h"
#include "core/model/state_file.h"

namespace tessera {

// A tensor as a strided view of a storage that lies elsewhere in the file.
struct TensorView {
    std::string name;
    StoredType type = StoredType::Float32;
    std::string_view storage;  // key; empty: a plain number, in `scalar`
    std::uint64_t storageValues = 0;
    std::uint64_t offset = 0;  // values
    Shape shape;
    std::vector<std::uint64_t> strides;  // values
    std::uint64_t count = 0;
    double scalar = 0;
};

struct StateView {
    std::string foundUnder;
    std::vector<TensorView> tensors;  // file order
};

// `pickle` must outlive the result.
Result<StateView> findState(const Pickle& pickle);

// Every storage a pickle refers to, whether a tensor of the state dict needs it or not: the legacy stream has
// to step over them.
struct StorageInfo {
    std::string_view key;
    std::optional<StoredType> type;  // nothing: `className` is not a type Tessera reads
    std::string_view className;
    std::uint64_t values = 0;
};
std::vector<StorageInfo> storagesOf(const Pickle& pickle);

struct ReadBudget {
    std::uint64_t values;  // of all tensors together
    std::uint64_t bytes;   // of all storages together
};
// What a file of this size can honestly ask for; shared and expanded tensors make it more than the size
// itself.
ReadBudget readBudget(std::uint64_t fileSize);

// `storage(key, bytes)` returns all bytes of a storage, of which at least `bytes` are needed.
using StorageReader =
    std::function<Result<std::vector<std::byte>>(std::string_view key, std::uint64_t bytes)>;
Result<std::vector<StateTensor>> readTensors(const StateView& state, const StorageReader& storage,
                                             bool bigEndian, ReadBudget budget);

}  // namespace tessera
