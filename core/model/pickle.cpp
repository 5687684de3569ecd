// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/pickle.h"

#include <bit>

#include "core/model/pickle_machine.h"

namespace tessera {

bool PickleMachine::step(PickleOp op) {
    std::uint64_t n = 0;
    std::string_view text, second;
    std::vector<PickleId> items;
    PickleId a = 0, b = 0, c = 0;
    switch (op) {
        case PickleOp::Proto:
            if (!number(1, n)) return false;
            return n <= 5 || fail("its pickle uses protocol " + std::to_string(n) +
                                  ", newer than the 5 Tessera knows; save it with torch.save's default");
        case PickleOp::Frame:
            return number(8, n);
        case PickleOp::Stop:
            if (stack_.size() != 1 || !marks_.empty()) return malformed("it stops with values left over");
            return stopped_ = true;
        case PickleOp::Mark:
            if (!charge(1)) return false;
            marks_.push_back(stack_.size());
            return true;
        case PickleOp::Pop:
            if (stack_.size() > floor()) return pop(a);
            return popMark(items);
        case PickleOp::PopMark:
            return popMark(items);
        case PickleOp::Dup:
            return stack_.size() > floor() ? charge(1) && pushId(stack_.back())
                                           : malformed("nothing to copy");

        case PickleOp::None:
            return push(PickleKind::None);
        case PickleOp::NewTrue:
            return pushInt(1, PickleKind::Bool);
        case PickleOp::NewFalse:
            return pushInt(0, PickleKind::Bool);
        case PickleOp::Int:
            return intLine(false);
        case PickleOp::Long:
            return intLine(true);
        case PickleOp::BinInt:
            return number(4, n) && pushInt(static_cast<std::int32_t>(n));
        case PickleOp::BinInt1:
            return number(1, n) && pushInt(static_cast<std::int64_t>(n));
        case PickleOp::BinInt2:
            return number(2, n) && pushInt(static_cast<std::int64_t>(n));
        case PickleOp::Long1:
            return counted(1, text) && binaryLong(text);
        case PickleOp::Long4:
            return counted(4, text) && binaryLong(text);
        case PickleOp::Float:
            return floatLine();
        case PickleOp::BinFloat:
            return number(8, n) && pushReal(std::bit_cast<double>(__builtin_bswap64(n)));

        case PickleOp::String:
            return stringLine();
        case PickleOp::BinString:
            return counted(4, text) && pushText(text);
        case PickleOp::ShortBinString:
            return counted(1, text) && pushText(text);
        case PickleOp::Unicode:
            return line(text) && pushText(text);
        case PickleOp::BinUnicode:
            return counted(4, text) && pushText(text);
        case PickleOp::ShortBinUnicode:
            return counted(1, text) && pushText(text);
        case PickleOp::BinUnicode8:
            return counted(8, text) && pushText(text);
        case PickleOp::BinBytes:
            return counted(4, text) && pushText(text, PickleKind::Bytes);
        case PickleOp::ShortBinBytes:
            return counted(1, text) && pushText(text, PickleKind::Bytes);
        case PickleOp::BinBytes8:
        case PickleOp::ByteArray8:
            return counted(8, text) && pushText(text, PickleKind::Bytes);

        case PickleOp::EmptyTuple:
            return push(PickleKind::Tuple);
        case PickleOp::Tuple1:
            return gather(PickleKind::Tuple, 1);
        case PickleOp::Tuple2:
            return gather(PickleKind::Tuple, 2);
        case PickleOp::Tuple3:
            return gather(PickleKind::Tuple, 3);
        case PickleOp::Tuple:
            return gatherMarked(PickleKind::Tuple);
        case PickleOp::EmptyList:
            return push(PickleKind::List);
        case PickleOp::List:
            return gatherMarked(PickleKind::List);
        case PickleOp::Append:
            return extendBy(1, PickleKind::List);
        case PickleOp::Appends:
            return extendMarked(PickleKind::List);
        case PickleOp::EmptyDict:
            return push(PickleKind::Dict);
        case PickleOp::Dict:
            return gatherMarked(PickleKind::Dict);
        case PickleOp::SetItem:
            return extendBy(2, PickleKind::Dict);
        case PickleOp::SetItems:
            return extendMarked(PickleKind::Dict);
        case PickleOp::EmptySet:
            return push(PickleKind::Set);
        case PickleOp::AddItems:
            return extendMarked(PickleKind::Set);
        case PickleOp::FrozenSet:
            return gatherMarked(PickleKind::Set);

        case PickleOp::Put:
            return memoLine(n) && put(n);
        case PickleOp::BinPut:
            return number(1, n) && put(n);
        case PickleOp::LongBinPut:
            return number(4, n) && put(n);
        case PickleOp::Memoize:
            return put(memo_.size());
        case PickleOp::Get:
            return memoLine(n) && get(n);
        case PickleOp::BinGet:
            return number(1, n) && get(n);
        case PickleOp::LongBinGet:
            return number(4, n) && get(n);

        case PickleOp::Global:
            return line(text) && line(second) && global(text, second);
        case PickleOp::StackGlobal:
            if (!pop(b) || !pop(a)) return false;
            if (pickle_.at(a).kind != PickleKind::Text || pickle_.at(b).kind != PickleKind::Text)
                return malformed("the name of a global is not text");
            return global(pickle_.at(a).text, pickle_.at(b).text);
        case PickleOp::Reduce:
        case PickleOp::NewObj:
            return constructPopped();
        case PickleOp::NewObjEx:
            return pop(c) && constructPopped();  // keyword arguments are not kept
        case PickleOp::Inst:
            if (!line(text) || !line(second) || !gatherMarked(PickleKind::Tuple) || !pop(b)) return false;
            return global(text, second) && pop(a) && construct(a, b);
        case PickleOp::Obj:
            if (!popMark(items)) return false;
            if (items.empty()) return malformed("an object has no class");
            a = items.front();
            items.erase(items.begin());
            return push(PickleValue{PickleKind::Tuple, 0, 0, {}, std::move(items)}) && pop(b) &&
                   construct(a, b);
        case PickleOp::Build:
            return build();
        case PickleOp::PersId:
            return line(text) && pushText(text) && gather(PickleKind::PersistentId, 1);
        case PickleOp::BinPersId:
            return gather(PickleKind::PersistentId, 1);

        case PickleOp::Ext1:
        case PickleOp::Ext2:
        case PickleOp::Ext4:
        case PickleOp::NextBuffer:
        case PickleOp::ReadonlyBuffer:
            return fail("its pickle refers to data outside the file; save it again with torch.save");
    }
    return malformed("an unknown instruction");
}

const PickleValue* Pickle::field(const PickleValue& dict, std::string_view key) const {
    const PickleValue* found = nullptr;
    if (dict.kind != PickleKind::Dict) return found;
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2)
        if (item(dict, i).kind == PickleKind::Text && item(dict, i).text == key) found = &item(dict, i + 1);
    return found;
}

std::string_view Pickle::callee(const PickleValue& object) const {
    if (object.kind != PickleKind::Object) return {};
    const PickleValue& callable = item(object, 0);
    return callable.kind == PickleKind::Global ? callable.text : std::string_view();
}

Result<Pickle> parsePickle(std::span<const std::byte> bytes, const PickleLimits& limits) {
    return PickleMachine(bytes, limits).run();
}

}  // namespace tessera
