// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/pickle_machine.h"

#include <algorithm>
#include <charconv>

namespace tessera {
namespace {

constexpr std::size_t kLongestGlobal = 512;
constexpr std::uint64_t kLongestLine = 1u << 20;

template <typename T>
std::errc parse(std::string_view text, T& value) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc()) return failure;
    return end == text.data() + text.size() ? std::errc() : std::errc::invalid_argument;
}

bool makesDict(std::string_view callable) {
    return callable == "collections.OrderedDict" || callable == "collections.defaultdict" ||
           callable == "builtins.dict" || callable == "__builtin__.dict";
}

}  // namespace

Result<Pickle> PickleMachine::run() {
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

bool PickleMachine::fail(std::string finding) {
    if (!error_) error_ = fileError(std::move(finding));
    return false;
}

bool PickleMachine::malformed(const char* what) {
    return fail(std::string("its pickle is malformed (") + what + " at byte " + std::to_string(at_) +
                "), so the file is damaged; save it again with torch.save");
}

bool PickleMachine::take(std::uint64_t count, std::string_view& out) {
    if (count > bytes_.size() - at_)
        return fail("its pickle stops in the middle, so the file is truncated; copy or download it again");
    out = {reinterpret_cast<const char*>(bytes_.data()) + at_, static_cast<std::size_t>(count)};
    at_ += static_cast<std::size_t>(count);
    return true;
}

bool PickleMachine::number(std::size_t size, std::uint64_t& out) {
    std::string_view raw;
    if (!take(size, raw)) return false;
    out = 0;
    for (std::size_t i = size; i-- > 0;) out = out << 8 | static_cast<unsigned char>(raw[i]);
    return true;
}

bool PickleMachine::counted(std::size_t lengthSize, std::string_view& out) {
    std::uint64_t length = 0;
    return number(lengthSize, length) && take(length, out);
}

bool PickleMachine::line(std::string_view& out) {
    const std::string_view rest(reinterpret_cast<const char*>(bytes_.data()) + at_, bytes_.size() - at_);
    const std::size_t end = rest.substr(0, kLongestLine).find('\n');
    if (end == std::string_view::npos) return take(bytes_.size() - at_ + 1, out);
    out = rest.substr(0, end);
    at_ += end + 1;
    return true;
}

bool PickleMachine::charge(std::size_t count) {
    charged_ += count;
    if (charged_ <= limits_.values) return true;
    return fail("its pickle holds more than " + std::to_string(limits_.values) +
                " values, which no weights file needs; save only the state_dict");
}

bool PickleMachine::push(PickleValue value) {
    if (!charge(1 + value.items.size())) return false;
    pickle_.values.push_back(std::move(value));
    return pushId(static_cast<PickleId>(pickle_.values.size() - 1));
}

bool PickleMachine::pushId(PickleId id) {
    stack_.push_back(id);
    return true;
}

bool PickleMachine::pop(PickleId& id) {
    if (stack_.size() <= floor()) return malformed("a value is missing");
    id = stack_.back();
    stack_.pop_back();
    return true;
}

bool PickleMachine::popMark(std::vector<PickleId>& items) {
    if (marks_.empty()) return malformed("a mark is missing");
    items.assign(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return true;
}

// `count` values from the stack as a new container.
bool PickleMachine::gather(PickleKind kind, std::size_t count) {
    if (stack_.size() - floor() < count) return malformed("a value is missing");
    PickleValue value{kind, 0, 0, {}, {stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end()}};
    stack_.resize(stack_.size() - count);
    return push(std::move(value));
}

bool PickleMachine::gatherMarked(PickleKind kind) {
    std::vector<PickleId> items;
    if (!popMark(items)) return false;
    if (kind == PickleKind::Dict && items.size() % 2) return malformed("a dict has a key without a value");
    return push(PickleValue{kind, 0, 0, {}, std::move(items)});
}

// Adds to the container below.
bool PickleMachine::extend(const std::vector<PickleId>& items, PickleKind kind) {
    if (stack_.size() <= floor()) return malformed("a container is missing");
    PickleValue& target = pickle_.values[stack_.back()];
    if (target.kind != kind && target.kind != PickleKind::Object)
        return malformed("items are added to something else");
    if (kind == PickleKind::Dict && items.size() % 2) return malformed("a dict has a key without a value");
    if (!charge(items.size())) return false;
    target.items.insert(target.items.end(), items.begin(), items.end());
    return true;
}

bool PickleMachine::extendBy(std::size_t count, PickleKind kind) {
    if (stack_.size() - floor() < count + 1) return malformed("a value is missing");
    const std::vector<PickleId> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return extend(items, kind);
}

bool PickleMachine::extendMarked(PickleKind kind) {
    std::vector<PickleId> items;
    return popMark(items) && extend(items, kind);
}

bool PickleMachine::global(std::string_view module, std::string_view name) {
    if (module.size() > kLongestGlobal || name.size() > kLongestGlobal)
        return malformed("the name of a global is absurdly long");
    const std::string& full = pickle_.made.emplace_back(std::string(module) + "." + std::string(name));
    if (isHostileGlobal(module, name))
        return fail(
            "its pickle names " + full +
            ", which could run commands if Python opened it; nothing was executed, do not trust this file");
    return pushText(full, PickleKind::Global);
}

// callable(*arguments), as data. Ordered dicts become dicts, everything else a record.
bool PickleMachine::construct(PickleId callable, PickleId arguments) {
    const std::string_view name =
        pickle_.at(callable).kind == PickleKind::Global ? pickle_.at(callable).text : std::string_view();
    if (makesDict(name)) {
        PickleValue dict{PickleKind::Dict, 0, 0, {}, {}};
        const PickleValue& args = pickle_.at(arguments);
        if (name == "collections.OrderedDict" && args.kind == PickleKind::Tuple && args.items.size() == 1)
            for (const PickleId pairId :
                 pickle_.item(args, 0).items) {  // Python 2 wrote OrderedDict([[key, value], ...])
                const PickleValue& pair = pickle_.at(pairId);
                if (pair.items.size() != 2) return malformed("an OrderedDict is not made of pairs");
                dict.items.insert(dict.items.end(), pair.items.begin(), pair.items.end());
                if (dict.items.size() > limits_.values) return charge(dict.items.size());
            }
        return push(std::move(dict));
    }
    return push(PickleValue{PickleKind::Object, 0, 0, {}, {callable, arguments, kNoPickleValue}});
}

bool PickleMachine::constructPopped() {
    PickleId callable = 0, arguments = 0;
    return pop(arguments) && pop(callable) && construct(callable, arguments);
}

bool PickleMachine::build() {
    PickleId state = 0;
    if (!pop(state)) return false;
    if (stack_.size() <= floor()) return malformed("an object is missing");
    PickleValue& target = pickle_.values[stack_.back()];
    if (target.kind == PickleKind::Dict) return true;  // attributes such as state_dict()._metadata
    if (target.kind != PickleKind::Object) return malformed("a plain value is given attributes");
    target.items[2] = state;
    return true;
}

bool PickleMachine::put(std::uint64_t index) {
    if (stack_.size() <= floor()) return malformed("nothing to remember");
    const auto [entry, isNew] = memo_.insert_or_assign(index, stack_.back());
    return !isNew || charge(1);
}

bool PickleMachine::get(std::uint64_t index) {
    const auto found = memo_.find(index);
    return found == memo_.end() ? malformed("a value that was never remembered") : pushId(found->second);
}

bool PickleMachine::intLine(bool isLong) {
    std::string_view text;
    if (!line(text)) return false;
    if (!isLong && (text == "00" || text == "01")) return pushInt(text == "01", PickleKind::Bool);
    if (isLong && text.ends_with('L')) text.remove_suffix(1);
    std::int64_t value = 0;
    const std::errc failure = parse(text, value);
    if (failure == std::errc::result_out_of_range) return pushText(text, PickleKind::BigInt);
    return failure == std::errc() ? pushInt(value) : malformed("an integer is unreadable");
}

bool PickleMachine::floatLine() {
    std::string_view text;
    if (!line(text)) return false;
    double value = 0;
    return parse(text, value) != std::errc::invalid_argument ? pushReal(value)
                                                             : malformed("a number is unreadable");
}

bool PickleMachine::stringLine() {
    std::string_view text;
    if (!line(text)) return false;
    if (text.size() < 2 || (text.front() != '\'' && text.front() != '"') || text.back() != text.front())
        return malformed("a string has no quotes");
    return pushText(text.substr(1, text.size() - 2));  // escapes stay as they are: no parameter name has any
}

bool PickleMachine::binaryLong(std::string_view digits) {
    if (digits.size() > 8) return pushText(digits, PickleKind::BigInt);
    std::uint64_t value = !digits.empty() && digits.back() & 0x80 ? ~std::uint64_t{0} : 0;
    for (std::size_t i = digits.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(digits[i]);
    return pushInt(static_cast<std::int64_t>(value));
}

bool PickleMachine::memoLine(std::uint64_t& index) {
    std::string_view text;
    if (!line(text)) return false;
    return parse(text, index) == std::errc() || malformed("a memo number is unreadable");
}

}  // namespace tessera
