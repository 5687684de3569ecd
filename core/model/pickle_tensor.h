// SPDX-License-Identifier: GPL-3.0-or-later
// One pickled tensor: the calls PyTorch rebuilds it with, read as data.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/model/pickle_state.h"

namespace tessera {

struct StorageId {
    std::string_view key;
    std::string_view className;      // "FloatStorage"
    std::optional<StoredType> type;  // nothing: untyped, or not a type Tessera reads
    bool untyped = false;            // then `values` counts bytes
    std::uint64_t values = 0;
    std::uint64_t viewOffset = 0;  // of a legacy view into the storage
    std::uint64_t viewValues = 0;
};

// ('storage', torch.FloatStorage, key, location, count[, view]); nothing for anything else.
std::optional<StorageId> storageId(const Pickle& pickle, const PickleValue& persistentId);
// True for any call that makes a tensor, also of kinds that tensorView() then refuses.
bool isTensorCall(const Pickle& pickle, const PickleValue& value);
// The tensor or plain number `value`; nothing for entries without numbers (None, texts, containers).
Result<std::optional<TensorView>> tensorView(const Pickle& pickle, std::string name,
                                             const PickleValue& value);

}  // namespace tessera
