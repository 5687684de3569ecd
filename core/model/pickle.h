// SPDX-License-Identifier: GPL-3.0-or-later
// Python pickles as plain data. Nothing is imported, called or executed: a global is its name, a call is a
// record of what would have been called with which arguments. Globals used by attacks (os.system,
// builtins.eval, ...) are refused by name wherever they appear; any other unknown global stays an inert
// record, so that a training checkpoint with an optimizer or an argparse namespace beside its weights still
// opens. What such a record may not do is stand where a tensor is needed (pickle_state.h). Protocols 0 to 5;
// values live in one array and refer to each other by index, so depth and cycles cost nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace tessera {

enum class PickleKind : std::uint8_t {
    None,
    Bool,          // integer
    Int,           // integer
    BigInt,        // text: little-endian bytes, or decimal digits in protocol 0
    Float,         // real
    Text,          // text, UTF-8
    Bytes,         // text
    Tuple,         // items
    List,          // items
    Set,           // items
    Dict,          // items: key, value, key, value, ...; OrderedDict and defaultdict too
    Global,        // text: "torch._utils._rebuild_tensor_v2"
    Object,        // items: callable, arguments, state or kNoPickleValue, then whatever was added
    PersistentId,  // items: the id
};

using PickleId = std::uint32_t;
inline constexpr PickleId kNoPickleValue = 0xffffffff;

struct PickleValue {
    PickleKind kind = PickleKind::None;
    std::int64_t integer = 0;
    double real = 0;
    std::string_view text;  // into the pickle's bytes or Pickle::made
    std::vector<PickleId> items;
};

struct Pickle {
    std::vector<PickleValue> values;
    PickleId root = kNoPickleValue;
    std::size_t size = 0;          // bytes up to and including STOP
    std::deque<std::string> made;  // texts that are not in the bytes as they stand

    const PickleValue& at(PickleId id) const { return values[id]; }
    const PickleValue& item(const PickleValue& of, std::size_t index) const {
        return values[of.items[index]];
    }
    // The last value under a text key of a dict, or null.
    const PickleValue* field(const PickleValue& dict, std::string_view key) const;
    // For an Object: "torch._utils._rebuild_tensor_v2"; empty if the callable is itself a result.
    std::string_view callee(const PickleValue& object) const;
};

struct PickleLimits {
    std::size_t values = 4'000'000;  // and as many references between them
};

// `bytes` must outlive the result.
Result<Pickle> parsePickle(std::span<const std::byte> bytes, const PickleLimits& limits = {});

// True for globals whose only use in a weights file is an attack.
bool isHostileGlobal(std::string_view module, std::string_view name);

}  // namespace tessera
