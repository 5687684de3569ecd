// SPDX-License-Identifier: GPL-3.0-or-later
// The stack machine behind parsePickle. Every step returns false once something is wrong; `error` then says
// what.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/model/pickle.h"
#include "core/model/pickle_opcodes.h"

namespace tessera {

class PickleMachine {
  public:
    PickleMachine(std::span<const std::byte> bytes, const PickleLimits& limits)
        : bytes_(bytes), limits_(limits) {}
    Result<Pickle> run();

  private:
    bool step(PickleOp op);
    bool fail(std::string finding);
    bool malformed(const char* what);

    // Reading the program.
    bool take(std::uint64_t count, std::string_view& out);
    bool number(std::size_t size, std::uint64_t& out);  // little-endian
    bool counted(std::size_t lengthSize, std::string_view& out);
    bool line(std::string_view& out);

    // Making values.
    bool charge(std::size_t count);  // against the limits
    bool push(PickleValue value);
    bool push(PickleKind kind) { return push(PickleValue{kind, 0, 0, {}, {}}); }
    bool pushInt(std::int64_t value, PickleKind kind = PickleKind::Int) {
        return push({kind, value, 0, {}, {}});
    }
    bool pushReal(double value) { return push({PickleKind::Float, 0, value, {}, {}}); }
    bool pushText(std::string_view text, PickleKind kind = PickleKind::Text) {
        return push({kind, 0, 0, text, {}});
    }
    bool pushId(PickleId id);
    bool intLine(bool isLong);
    bool floatLine();
    bool stringLine();
    bool binaryLong(std::string_view digits);

    // The stack above the last mark.
    std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
    bool pop(PickleId& id);
    bool popMark(std::vector<PickleId>& items);
    bool gather(PickleKind kind, std::size_t count);  // `count` values become a container
    bool gatherMarked(PickleKind kind);
    bool extend(const std::vector<PickleId>& items, PickleKind kind);  // the container on top
    bool extendBy(std::size_t count, PickleKind kind);
    bool extendMarked(PickleKind kind);

    // Names and calls, as data.
    bool global(std::string_view module, std::string_view name);
    bool construct(PickleId callable, PickleId arguments);
    bool constructPopped();
    bool build();

    bool put(std::uint64_t index);
    bool get(std::uint64_t index);
    bool memoLine(std::uint64_t& index);

    std::span<const std::byte> bytes_;
    PickleLimits limits_;
    std::size_t at_ = 0;
    std::size_t charged_ = 0;
    bool stopped_ = false;
    std::optional<Error> error_;
    Pickle pickle_;
    std::vector<PickleId> stack_;
    std::vector<std::size_t> marks_;
    std::unordered_map<std::uint64_t, PickleId> memo_;
};

}  // namespace tessera
