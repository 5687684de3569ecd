// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/pickle_state.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "core/model/pickle_tensor.h"

namespace tessera {
namespace {

// Where training scripts keep the weights, in the order in which they are looked for.
constexpr std::array<std::string_view, 15> kStateKeys = {
    "state_dict", "model_state_dict", "model_state", "model",          "net",
    "network",    "net_state_dict",   "module",      "weights",        "params",
    "classifier", "model_ema",        "ema_model",   "state_dict_ema", "ema"};
constexpr int kDeepestNesting = 4;
constexpr std::size_t kLongestName = 4096;
constexpr std::size_t kMostTensors = 1'000'000;

class StateFinder {
  public:
    explicit StateFinder(const Pickle& pickle) : pickle_(pickle) {}

    struct Found {
        const PickleValue* dict = nullptr;
        std::string under;
    };

    // Nested tables first: checkpoints keep stray tensors (best_acc1) beside them.
    Result<Found> find(const PickleValue& value, const std::string& under, int depth) {
        if (value.kind == PickleKind::Object) return refuseObject(value, under);
        if (value.kind != PickleKind::Dict)
            return fileError("it holds " + std::string(kindText(value)) +
                             ", not a table of named tensors; save model.state_dict()");
        if (!visited_.insert(&value).second)
            return fileError("its tables contain themselves; save model.state_dict()");
        std::optional<Error> nestedError;
        if (depth < kDeepestNesting) {
            for (const std::string_view key : kStateKeys) {
                const PickleValue* child = pickle_.field(value, key);
                if (!child || (child->kind != PickleKind::Dict && child->kind != PickleKind::Object) ||
                    isTensorCall(pickle_, *child))
                    continue;
                const std::string path = under.empty() ? std::string(key) : under + "." + std::string(key);
                auto found = find(*child, path, depth + 1);
                if (found.isOk()) return found;
                if (!nestedError) nestedError = std::move(found).error();
            }
        }
        if (holdsTensors(value)) return Found{&value, under};
        if (nestedError) return *nestedError;
        return onlyTable(value, under);
    }

  private:
    static const char* kindText(const PickleValue& value) {
        switch (value.kind) {
            case PickleKind::List:
                return "a list";
            case PickleKind::Tuple:
                return "a tuple";
            case PickleKind::Text:
                return "a text";
            case PickleKind::None:
                return "nothing";
            default:
                return "a single value";
        }
    }

    Error refuseObject(const PickleValue& value, const std::string& under) const {
        if (isTensorCall(pickle_, value))
            return fileError("it holds one tensor, not a table of named tensors; save model.state_dict()");
        const std::string where = under.empty() ? std::string("it") : "its entry '" + under + "'";
        return unsupported(where + " is a whole Python object (" + className(value) +
                           "), which only its own Python code can open; save model.state_dict() or export "
                           "with torch.jit.script");
    }
    std::string className(const PickleValue& value) const {
        std::string_view name = pickle_.callee(value);
        const PickleValue& arguments = pickle_.item(value, 1);
        // The legacy stream wraps a class with its source: ('module', class, file, text).
        const PickleValue& callable = pickle_.item(value, 0);
        if (callable.kind == PickleKind::PersistentId) {
            const PickleValue& id = pickle_.item(callable, 0);
            if (id.items.size() > 1 && pickle_.item(id, 1).kind == PickleKind::Global)
                name = pickle_.item(id, 1).text;
        }
        // copyreg's constructors name the class in their first argument.
        if (name.starts_with("copyreg.") || name.starts_with("copy_reg."))
            if (!arguments.items.empty() && pickle_.item(arguments, 0).kind == PickleKind::Global)
                name = pickle_.item(arguments, 0).text;
        return name.empty() ? "unnamed class" : std::string(name);
    }

    bool holdsTensors(const PickleValue& dict) {
        const auto known = holds_.find(&dict);
        if (known != holds_.end()) return known->second;
        bool any = false;
        for (std::size_t i = 1; i < dict.items.size() && !any; i += 2)
            any = isTensorCall(pickle_, pickle_.item(dict, i));
        return holds_[&dict] = any;
    }

    Result<Found> onlyTable(const PickleValue& value, const std::string& under) {
        std::vector<std::pair<std::string, const PickleValue*>> tables;
        for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
            const PickleValue& key = pickle_.item(value, i);
            const PickleValue& child = pickle_.item(value, i + 1);
            if (key.kind == PickleKind::Text && key.text.size() <= kLongestName &&
                child.kind == PickleKind::Dict && holdsTensors(child))
                tables.emplace_back(key.text, &child);
        }
        if (tables.size() == 1)
            return Found{tables[0].second, under.empty() ? tables[0].first : under + "." + tables[0].first};
        if (tables.empty())
            return fileError("it holds no named tensors" + keysText(value) + "; save model.state_dict()");
        std::string names;
        for (std::size_t i = 0; i < tables.size() && i < 4; ++i)
            names += (i ? ", '" : "'") + tables[i].first + "'";
        return fileError("it holds several tables of tensors (" + names +
                         "); save the one to open under 'state_dict'");
    }
    std::string keysText(const PickleValue& dict) const {
        std::string text;
        int shown = 0;
        for (std::size_t i = 0; i + 1 < dict.items.size() && shown < 4; i += 2) {
            const PickleValue& key = pickle_.item(dict, i);
            if (key.kind != PickleKind::Text || key.text.size() > 40) continue;
            text += (shown++ ? ", '" : " (entries: '") + std::string(key.text) + "'";
        }
        return shown ? text + ")" : text;
    }

    const Pickle& pickle_;
    std::unordered_map<const PickleValue*, bool> holds_;
    std::unordered_set<const PickleValue*> visited_;
};

}  // namespace

Result<StateView> findState(const Pickle& pickle) {
    auto found = StateFinder(pickle).find(pickle.at(pickle.root), "", 0);
    if (!found.isOk()) return std::move(found).propagate<StateView>();
    const PickleValue& dict = *found.value().dict;
    StateView state{found.value().under, {}};
    std::unordered_map<std::string_view, std::size_t>
        positions;  // a key that comes twice keeps its place and its last value
    std::vector<std::pair<std::string_view, const PickleValue*>> entries;
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
        const PickleValue& key = pickle.item(dict, i);
        if (key.kind != PickleKind::Text || key.text.size() > kLongestName)
            return fileError(
                "its state dict has an entry that is not named by a short text; save model.state_dict()");
        const auto [place, isNew] = positions.emplace(key.text, entries.size());
        if (isNew)
            entries.emplace_back(key.text, &pickle.item(dict, i + 1));
        else
            entries[place->second].second = &pickle.item(dict, i + 1);
    }
    if (entries.size() > kMostTensors)
        return fileError("its state dict has " + std::to_string(entries.size()) +
                         " entries, more than any network; do not trust this file");
    for (const auto& [name, value] : entries) {
        auto tensor = tensorView(pickle, std::string(name), *value);
        if (!tensor.isOk()) return std::move(tensor).propagate<StateView>();
        if (tensor.value()) state.tensors.push_back(std::move(*std::move(tensor).value()));
    }
    return state;
}

std::vector<StorageInfo> storagesOf(const Pickle& pickle) {
    std::vector<StorageInfo> storages;
    for (const PickleValue& value : pickle.values) {
        if (value.kind != PickleKind::PersistentId) continue;
        if (auto id = storageId(pickle, value))
            storages.push_back({id->key, id->type, id->className, id->values});
    }
    return storages;
}

ReadBudget readBudget(std::uint64_t fileSize) {
    return {4 * fileSize + (4u << 20), 4 * fileSize + (64u << 20)};
}

namespace {

Error outside(const TensorView& tensor) {
    return fileError("tensor '" + tensor.name + "' (" + shapeText(tensor.shape) +
                     ") reaches beyond its stored values, so the file is damaged; copy or download it again");
}

// Index of the last value the view touches; nothing if that overflows.
std::optional<std::uint64_t> lastIndex(const TensorView& tensor) {
    std::uint64_t last = tensor.offset;
    for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
        std::uint64_t span = 0;
        if (__builtin_mul_overflow(static_cast<std::uint64_t>(tensor.shape[d]) - 1, tensor.strides[d], &span))
            return std::nullopt;
        if (__builtin_add_overflow(last, span, &last)) return std::nullopt;
    }
    return last;
}

bool isContiguous(const TensorView& tensor) {
    std::uint64_t expected = 1;
    for (std::size_t d = tensor.shape.size(); d-- > 0;) {
        if (tensor.shape[d] != 1 && tensor.strides[d] != expected) return false;
        expected *= static_cast<std::uint64_t>(tensor.shape[d]);
    }
    return true;
}

void gather(const TensorView& tensor, std::span<const std::byte> storage, bool bigEndian,
            std::vector<double>& out) {
    const std::uint64_t size = storedSize(tensor.type);
    if (isContiguous(tensor))
        return widenValues(tensor.type, storage.subspan(tensor.offset * size, tensor.count * size), bigEndian,
                           out.data());
    std::vector<std::int64_t> index(tensor.shape.size(), 0);
    std::uint64_t at = tensor.offset;
    for (double& value : out) {
        value = widenValue(tensor.type, storage.data() + at * size, bigEndian);
        for (std::size_t d = index.size(); d-- > 0;) {
            at += tensor.strides[d];
            if (++index[d] < tensor.shape[d]) break;
            at -= tensor.strides[d] * static_cast<std::uint64_t>(tensor.shape[d]);
            index[d] = 0;
        }
    }
}

}  // namespace

Result<std::vector<StateTensor>> readTensors(const StateView& state, const StorageReader& storage,
                                             bool bigEndian, ReadBudget budget) {
    const Error tooMuch =
        fileError("its tensors claim more values than a file of this size can hold; do not trust this file");
    std::vector<StateTensor> out(state.tensors.size());
    std::unordered_map<std::string_view, std::vector<std::size_t>> byStorage;
    std::vector<std::string_view> order;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const TensorView& tensor = state.tensors[i];
        if (tensor.count > budget.values) return tooMuch;
        budget.values -= tensor.count;
        out[i] = {tensor.name, storedTypeName(tensor.type), tensor.shape, {}};
        if (tensor.storage.empty()) {
            out[i].values = {tensor.scalar};
        } else if (tensor.count) {
            const auto last = lastIndex(tensor);
            if (!last || *last >= tensor.storageValues) return outside(tensor);
            auto& users = byStorage[tensor.storage];
            if (users.empty()) order.push_back(tensor.storage);
            users.push_back(i);
        }
    }
    // Each storage is read once and let go, however many tensors share it.
    for (const std::string_view key : order) {
        const std::vector<std::size_t>& users = byStorage[key];
        std::uint64_t needed = 0;
        for (const std::size_t i : users) {
            const TensorView& tensor = state.tensors[i];
            if (*lastIndex(tensor) >= (std::uint64_t{1} << 60)) return outside(tensor);
            needed = std::max(needed, (*lastIndex(tensor) + 1) * storedSize(tensor.type));
        }
        if (needed > budget.bytes) return tooMuch;
        auto bytes = storage(key, needed);
        if (!bytes.isOk()) return std::move(bytes).propagate<std::vector<StateTensor>>();
        if (bytes.value().size() < needed) return outside(state.tensors[users.front()]);
        if (bytes.value().size() > budget.bytes) return tooMuch;
        budget.bytes -= bytes.value().size();
        for (const std::size_t i : users) {
            out[i].values.resize(state.tensors[i].count);
            gather(state.tensors[i], bytes.value(), bigEndian, out[i].values);
        }
    }
    return out;
}

}  // namespace tessera
