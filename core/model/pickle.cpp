// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/pickle.h"

#include <bit>
#include <charconv>
#include <optional>
#include <unordered_map>

#include "core/model/pickle_opcodes.h"

namespace tessera {
namespace {

constexpr std::size_t kLongestGlobal = 512;
constexpr std::uint64_t kLongestLine = 1u << 20;

class Unpickler {
  public:
    Unpickler(std::span<const std::byte> bytes, const PickleLimits& limits) : bytes_(bytes), limits_(limits) {}

    Result<Pickle> run() {
        while (!stopped_ && !error_) {
            std::uint64_t op = 0;
            if (!number(1, op)) break;
            step(static_cast<PickleOp>(op));
        }
        if (error_) return std::move(*error_);
        pickle_.root = stack_.back();
        pickle_.size = at_;
        return std::move(pickle_);
    }

  private:
    bool fail(std::string finding) {
        if (!error_) error_ = fileError(std::move(finding));
        return false;
    }
    bool malformed(const char* what) {
        return fail(std::string("its pickle is malformed (") + what + " at byte " + std::to_string(at_) +
                    "), so the file is damaged; save it again with torch.save");
    }

    // --- reading
    bool take(std::uint64_t count, std::string_view& out) {
        if (count > bytes_.size() - at_)
            return fail("its pickle stops in the middle, so the file is truncated; copy or download it again");
        out = {reinterpret_cast<const char*>(bytes_.data()) + at_, static_cast<std::size_t>(count)};
        at_ += static_cast<std::size_t>(count);
        return true;
    }
    bool number(std::size_t size, std::uint64_t& out) {
        std::string_view raw;
        if (!take(size, raw)) return false;
        out = 0;
        for (std::size_t i = size; i-- > 0;) out = out << 8 | static_cast<unsigned char>(raw[i]);
        return true;
    }
    bool counted(std::size_t lengthSize, std::string_view& out) {
        std::uint64_t length = 0;
        return number(lengthSize, length) && take(length, out);
    }
    bool line(std::string_view& out) {
        const std::string_view rest(reinterpret_cast<const char*>(bytes_.data()) + at_, bytes_.size() - at_);
        const std::size_t end = rest.substr(0, kLongestLine).find('\n');
        if (end == std::string_view::npos) return take(bytes_.size() - at_ + 1, out);
        out = rest.substr(0, end);
        at_ += end + 1;
        return true;
    }

    // --- making values
    bool charge(std::size_t count) {
        charged_ += count;
        if (charged_ <= limits_.values) return true;
        return fail("its pickle holds more than " + std::to_string(limits_.values) +
                    " values, which no weights file needs; save only the state_dict");
    }
    bool push(PickleValue value) {
        if (!charge(1 + value.items.size())) return false;
        pickle_.values.push_back(std::move(value));
        return pushId(static_cast<PickleId>(pickle_.values.size() - 1));
    }
    bool push(PickleKind kind) { return push(PickleValue{kind, 0, 0, {}, {}}); }
    bool pushInt(std::int64_t value, PickleKind kind = PickleKind::Int) { return push(PickleValue{kind, value, 0, {}, {}}); }
    bool pushReal(double value) { return push(PickleValue{PickleKind::Float, 0, value, {}, {}}); }
    bool pushText(std::string_view text, PickleKind kind = PickleKind::Text) { return push(PickleValue{kind, 0, 0, text, {}}); }
    bool pushId(PickleId id) {
        stack_.push_back(id);
        return true;
    }
    bool pop(PickleId& id) {
        if (stack_.size() <= floor()) return malformed("a value is missing");
        id = stack_.back();
        stack_.pop_back();
        return true;
    }
    std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
    bool popMark(std::vector<PickleId>& items) {
        if (marks_.empty()) return malformed("a mark is missing");
        items.assign(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
        stack_.resize(marks_.back());
        marks_.pop_back();
        return true;
    }
    // `count` values from the stack as a new container.
    bool gather(PickleKind kind, std::size_t count) {
        if (stack_.size() - floor() < count) return malformed("a value is missing");
        PickleValue value{kind, 0, 0, {}, {stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end()}};
        stack_.resize(stack_.size() - count);
        return push(std::move(value));
    }
    bool gatherMarked(PickleKind kind) {
        std::vector<PickleId> items;
        if (!popMark(items)) return false;
        if (kind == PickleKind::Dict && items.size() % 2) return malformed("a dict has a key without a value");
        return push(PickleValue{kind, 0, 0, {}, std::move(items)});
    }
    // Adds to the container below.
    bool extend(const std::vector<PickleId>& items, PickleKind kind) {
        if (stack_.size() <= floor()) return malformed("a container is missing");
        PickleValue& target = pickle_.values[stack_.back()];
        if (target.kind != kind && target.kind != PickleKind::Object) return malformed("items are added to something else");
        if (kind == PickleKind::Dict && items.size() % 2) return malformed("a dict has a key without a value");
        if (!charge(items.size())) return false;
        target.items.insert(target.items.end(), items.begin(), items.end());
        return true;
    }
    bool extendBy(std::size_t count, PickleKind kind) {
        if (stack_.size() - floor() < count + 1) return malformed("a value is missing");
        const std::vector<PickleId> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
        stack_.resize(stack_.size() - count);
        return extend(items, kind);
    }
    bool extendMarked(PickleKind kind) {
        std::vector<PickleId> items;
        return popMark(items) && extend(items, kind);
    }

    bool global(std::string_view module, std::string_view name) {
        if (module.size() > kLongestGlobal || name.size() > kLongestGlobal) return malformed("the name of a global is absurdly long");
        const std::string& full = pickle_.made.emplace_back(std::string(module) + "." + std::string(name));
        if (isHostileGlobal(module, name))
            return fail("its pickle names " + full + ", which could run commands if Python opened it; nothing was executed, do not trust this file");
        return pushText(full, PickleKind::Global);
    }
    // callable(*arguments), as data. Ordered dicts become dicts, everything else a record.
    bool construct(PickleId callable, PickleId arguments) {
        const std::string_view name = pickle_.at(callable).kind == PickleKind::Global ? pickle_.at(callable).text : std::string_view();
        if (name == "collections.OrderedDict" || name == "collections.defaultdict" || name == "builtins.dict" || name == "__builtin__.dict") {
            PickleValue dict{PickleKind::Dict, 0, 0, {}, {}};
            const PickleValue& args = pickle_.at(arguments);
            if (name == "collections.OrderedDict" && args.kind == PickleKind::Tuple && args.items.size() == 1)
                for (const PickleId pairId : pickle_.item(args, 0).items) {  // Python 2 wrote OrderedDict([[key, value], ...])
                    const PickleValue& pair = pickle_.at(pairId);
                    if (pair.items.size() != 2) return malformed("an OrderedDict is not made of pairs");
                    dict.items.insert(dict.items.end(), pair.items.begin(), pair.items.end());
                    if (dict.items.size() > limits_.values) return charge(dict.items.size());
                }
            return push(std::move(dict));
        }
        return push(PickleValue{PickleKind::Object, 0, 0, {}, {callable, arguments, kNoPickleValue}});
    }
    bool constructPopped() {
        PickleId callable = 0, arguments = 0;
        return pop(arguments) && pop(callable) && construct(callable, arguments);
    }
    bool build() {
        PickleId state = 0;
        if (!pop(state)) return false;
        if (stack_.size() <= floor()) return malformed("an object is missing");
        PickleValue& target = pickle_.values[stack_.back()];
        if (target.kind == PickleKind::Dict) return true;  // attributes such as state_dict()._metadata
        if (target.kind != PickleKind::Object) return malformed("a plain value is given attributes");
        target.items[2] = state;
        return true;
    }

    // --- memo
    bool put(std::uint64_t index) {
        if (stack_.size() <= floor()) return malformed("nothing to remember");
        const auto [entry, isNew] = memo_.insert_or_assign(index, stack_.back());
        return !isNew || charge(1);
    }
    bool get(std::uint64_t index) {
        const auto found = memo_.find(index);
        return found == memo_.end() ? malformed("a value that was never remembered") : pushId(found->second);
    }

    // --- text forms of protocol 0
    bool intLine(bool isLong) {
        std::string_view text;
        if (!line(text)) return false;
        if (!isLong && (text == "00" || text == "01")) return pushInt(text == "01", PickleKind::Bool);
        if (isLong && text.ends_with('L')) text.remove_suffix(1);
        std::int64_t value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (failure == std::errc::result_out_of_range) return pushText(text, PickleKind::BigInt);
        return failure == std::errc() && end == text.data() + text.size() ? pushInt(value) : malformed("an integer is unreadable");
    }
    bool floatLine() {
        std::string_view text;
        if (!line(text)) return false;
        double value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        return failure != std::errc::invalid_argument && end == text.data() + text.size() ? pushReal(value) : malformed("a number is unreadable");
    }
    bool stringLine() {
        std::string_view text;
        if (!line(text)) return false;
        if (text.size() < 2 || (text.front() != '\'' && text.front() != '"') || text.back() != text.front()) return malformed("a string has no quotes");
        return pushText(text.substr(1, text.size() - 2));  // escapes stay as they are: no parameter name has any
    }
    bool binaryLong(std::string_view digits) {
        if (digits.size() > 8) return pushText(digits, PickleKind::BigInt);
        std::uint64_t value = !digits.empty() && digits.back() & 0x80 ? ~std::uint64_t{0} : 0;
        for (std::size_t i = digits.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(digits[i]);
        return pushInt(static_cast<std::int64_t>(value));
    }

    bool step(PickleOp op);

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

bool Unpickler::step(PickleOp op) {
    std::uint64_t n = 0;
    std::string_view text, second;
    std::vector<PickleId> items;
    PickleId a = 0, b = 0, c = 0;
    switch (op) {
        case PickleOp::Proto:
            if (!number(1, n)) return false;
            return n <= 5 || fail("its pickle uses protocol " + std::to_string(n) + ", newer than the 5 Tessera knows; save it with torch.save's default");
        case PickleOp::Frame: return number(8, n);
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
        case PickleOp::PopMark: return popMark(items);
        case PickleOp::Dup: return stack_.size() > floor() ? charge(1) && pushId(stack_.back()) : malformed("nothing to copy");

        case PickleOp::None: return push(PickleKind::None);
        case PickleOp::NewTrue: return pushInt(1, PickleKind::Bool);
        case PickleOp::NewFalse: return pushInt(0, PickleKind::Bool);
        case PickleOp::Int: return intLine(false);
        case PickleOp::Long: return intLine(true);
        case PickleOp::BinInt: return number(4, n) && pushInt(static_cast<std::int32_t>(n));
        case PickleOp::BinInt1: return number(1, n) && pushInt(static_cast<std::int64_t>(n));
        case PickleOp::BinInt2: return number(2, n) && pushInt(static_cast<std::int64_t>(n));
        case PickleOp::Long1: return counted(1, text) && binaryLong(text);
        case PickleOp::Long4: return counted(4, text) && binaryLong(text);
        case PickleOp::Float: return floatLine();
        case PickleOp::BinFloat: return number(8, n) && pushReal(std::bit_cast<double>(__builtin_bswap64(n)));

        case PickleOp::String: return stringLine();
        case PickleOp::BinString: return counted(4, text) && pushText(text);
        case PickleOp::ShortBinString: return counted(1, text) && pushText(text);
        case PickleOp::Unicode: return line(text) && pushText(text);
        case PickleOp::BinUnicode: return counted(4, text) && pushText(text);
        case PickleOp::ShortBinUnicode: return counted(1, text) && pushText(text);
        case PickleOp::BinUnicode8: return counted(8, text) && pushText(text);
        case PickleOp::BinBytes: return counted(4, text) && pushText(text, PickleKind::Bytes);
        case PickleOp::ShortBinBytes: return counted(1, text) && pushText(text, PickleKind::Bytes);
        case PickleOp::BinBytes8:
        case PickleOp::ByteArray8: return counted(8, text) && pushText(text, PickleKind::Bytes);

        case PickleOp::EmptyTuple: return push(PickleKind::Tuple);
        case PickleOp::Tuple1: return gather(PickleKind::Tuple, 1);
        case PickleOp::Tuple2: return gather(PickleKind::Tuple, 2);
        case PickleOp::Tuple3: return gather(PickleKind::Tuple, 3);
        case PickleOp::Tuple: return gatherMarked(PickleKind::Tuple);
        case PickleOp::EmptyList: return push(PickleKind::List);
        case PickleOp::List: return gatherMarked(PickleKind::List);
        case PickleOp::Append: return extendBy(1, PickleKind::List);
        case PickleOp::Appends: return extendMarked(PickleKind::List);
        case PickleOp::EmptyDict: return push(PickleKind::Dict);
        case PickleOp::Dict: return gatherMarked(PickleKind::Dict);
        case PickleOp::SetItem: return extendBy(2, PickleKind::Dict);
        case PickleOp::SetItems: return extendMarked(PickleKind::Dict);
        case PickleOp::EmptySet: return push(PickleKind::Set);
        case PickleOp::AddItems: return extendMarked(PickleKind::Set);
        case PickleOp::FrozenSet: return gatherMarked(PickleKind::Set);

        case PickleOp::Put: return line(text) && (std::from_chars(text.data(), text.data() + text.size(), n).ec == std::errc() ? put(n) : malformed("a memo number is unreadable"));
        case PickleOp::BinPut: return number(1, n) && put(n);
        case PickleOp::LongBinPut: return number(4, n) && put(n);
        case PickleOp::Memoize: return put(memo_.size());
        case PickleOp::Get: return line(text) && (std::from_chars(text.data(), text.data() + text.size(), n).ec == std::errc() ? get(n) : malformed("a memo number is unreadable"));
        case PickleOp::BinGet: return number(1, n) && get(n);
        case PickleOp::LongBinGet: return number(4, n) && get(n);

        case PickleOp::Global: return line(text) && line(second) && global(text, second);
        case PickleOp::StackGlobal:
            if (!pop(b) || !pop(a)) return false;
            if (pickle_.at(a).kind != PickleKind::Text || pickle_.at(b).kind != PickleKind::Text) return malformed("the name of a global is not text");
            return global(pickle_.at(a).text, pickle_.at(b).text);
        case PickleOp::Reduce:
        case PickleOp::NewObj: return constructPopped();
        case PickleOp::NewObjEx: return pop(c) && constructPopped();  // keyword arguments are not kept
        case PickleOp::Inst:
            if (!line(text) || !line(second) || !gatherMarked(PickleKind::Tuple) || !pop(b)) return false;
            return global(text, second) && pop(a) && construct(a, b);
        case PickleOp::Obj:
            if (!popMark(items)) return false;
            if (items.empty()) return malformed("an object has no class");
            a = items.front();
            items.erase(items.begin());
            return push(PickleValue{PickleKind::Tuple, 0, 0, {}, std::move(items)}) && pop(b) && construct(a, b);
        case PickleOp::Build: return build();
        case PickleOp::PersId: return line(text) && pushText(text) && gather(PickleKind::PersistentId, 1);
        case PickleOp::BinPersId: return gather(PickleKind::PersistentId, 1);

        case PickleOp::Ext1:
        case PickleOp::Ext2:
        case PickleOp::Ext4:
        case PickleOp::NextBuffer:
        case PickleOp::ReadonlyBuffer: return fail("its pickle refers to data outside the file; save it again with torch.save");
    }
    return malformed("an unknown instruction");
}

}  // namespace

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
    return Unpickler(bytes, limits).run();
}

}  // namespace tessera
