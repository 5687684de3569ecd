// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/pickle_tensor.h"

namespace tessera {
namespace {

constexpr int kDeepestWrapping = 4;  // Parameter(Tensor), a subclass of it, ...

Error broken(const std::string& name, const char* what) {
    return fileError("tensor '" + name + "' is malformed (" + what +
                     "), so the file is damaged; save it again with torch.save");
}

// The call that makes the tensor inside Parameter(...) and subclasses.
struct Call {
    std::string_view name;
    const PickleValue* arguments = nullptr;
    const PickleValue* value = nullptr;  // when it is no call
};

Call innermostCall(const Pickle& pickle, const PickleValue& value) {
    Call call{pickle.callee(value), value.kind == PickleKind::Object ? &pickle.item(value, 1) : nullptr,
              &value};
    for (int depth = 0;
         depth < kDeepestWrapping && call.arguments && call.arguments->kind == PickleKind::Tuple; ++depth) {
        const PickleValue& arguments = *call.arguments;
        if (call.name == "torch._utils._rebuild_parameter" ||
            call.name == "torch._utils._rebuild_parameter_with_state" ||
            call.name == "torch.nn.parameter.Parameter") {
            if (arguments.items.empty()) break;
            const PickleValue& inner = pickle.item(arguments, 0);
            call = {pickle.callee(inner), inner.kind == PickleKind::Object ? &pickle.item(inner, 1) : nullptr,
                    &inner};
        } else if (call.name == "torch._tensor._rebuild_from_type_v2") {  // function, type, arguments, state
            if (arguments.items.size() < 3 || pickle.item(arguments, 0).kind != PickleKind::Global) break;
            call.name = pickle.item(arguments, 0).text;
            call.arguments = &pickle.item(arguments, 2);
        } else {
            break;
        }
    }
    return call;
}

bool integers(const Pickle& pickle, const PickleValue& sequence, std::vector<std::int64_t>& out) {
    const PickleValue* items = &sequence;
    if (pickle.callee(sequence) == "torch.Size") {
        const PickleValue& arguments = pickle.item(sequence, 1);
        if (arguments.kind != PickleKind::Tuple || arguments.items.size() != 1) return false;
        items = &pickle.item(arguments, 0);
    }
    if ((items->kind != PickleKind::Tuple && items->kind != PickleKind::List) || items->items.size() > 64)
        return false;
    for (const PickleId id : items->items) {
        if (pickle.at(id).kind != PickleKind::Int) return false;
        out.push_back(pickle.at(id).integer);
    }
    return true;
}

Result<std::optional<TensorView>> refuseCall(const std::string& name, std::string_view call) {
    if (call.starts_with("torch._utils.") && call.find("_rebuild_q") != std::string_view::npos)
        return unsupported("tensor '" + name + "' is quantized; save the model before quantization");
    if (call.find("sparse") != std::string_view::npos)
        return unsupported("tensor '" + name + "' is sparse; save it with .to_dense()");
    if (call.find("meta_tensor") != std::string_view::npos)
        return unsupported("tensor '" + name +
                           "' is on the meta device and has no values; save the trained weights");
    return unsupported("entry '" + name + "' of its state dict is built by " +
                       (call.empty() ? "unnamed Python code" : std::string(call)) +
                       ", which Tessera does not execute; keep only tensors in the state dict");
}

}  // namespace

std::optional<StorageId> storageId(const Pickle& pickle, const PickleValue& persistentId) {
    if (persistentId.kind != PickleKind::PersistentId) return std::nullopt;
    const PickleValue& id = pickle.item(persistentId, 0);
    if (id.kind != PickleKind::Tuple || id.items.size() < 5) return std::nullopt;
    const PickleValue& tag = pickle.item(id, 0);
    const PickleValue& type = pickle.item(id, 1);
    const PickleValue& key = pickle.item(id, 2);
    const PickleValue& count = pickle.item(id, 4);
    const bool isTag =
        (tag.kind == PickleKind::Text || tag.kind == PickleKind::Bytes) && tag.text == "storage";
    if (!isTag || type.kind != PickleKind::Global || key.kind != PickleKind::Text || key.text.empty() ||
        key.text.size() > 256 || count.kind != PickleKind::Int || count.integer < 0)
        return std::nullopt;
    StorageId storage;
    storage.key = key.text;
    storage.values = storage.viewValues = static_cast<std::uint64_t>(count.integer);
    const std::string_view full = type.text;
    storage.className = full.substr(full.rfind('.') + 1);
    storage.untyped = storage.className == "UntypedStorage" || storage.className == "_UntypedStorage";
    if (full.starts_with("torch.") && !storage.untyped) storage.type = typeOfStorageClass(storage.className);
    if (id.items.size() > 5 && pickle.item(id, 5).kind == PickleKind::Tuple) {
        const PickleValue& view = pickle.item(id, 5);
        if (view.items.size() != 3 || pickle.item(view, 1).kind != PickleKind::Int ||
            pickle.item(view, 2).kind != PickleKind::Int)
            return std::nullopt;
        storage.viewOffset = static_cast<std::uint64_t>(pickle.item(view, 1).integer);
        storage.viewValues = static_cast<std::uint64_t>(pickle.item(view, 2).integer);
        if (storage.viewOffset > storage.values || storage.viewValues > storage.values - storage.viewOffset)
            return std::nullopt;
    }
    return storage;
}

bool isTensorCall(const Pickle& pickle, const PickleValue& value) {
    const std::string_view call = pickle.callee(value);
    return call.starts_with("torch._utils._rebuild_") ||
           call.starts_with("torch._tensor._rebuild_from_type") || call == "torch.nn.parameter.Parameter";
}

Result<std::optional<TensorView>> tensorView(const Pickle& pickle, std::string name,
                                             const PickleValue& original) {
    TensorView tensor;
    tensor.name = std::move(name);
    const Call made = innermostCall(pickle, original);
    const PickleValue& value = *made.value;
    if (value.kind == PickleKind::Int || value.kind == PickleKind::Bool || value.kind == PickleKind::Float) {
        const bool real = value.kind == PickleKind::Float;
        tensor.type = real                            ? StoredType::Float64
                      : value.kind == PickleKind::Int ? StoredType::Int64
                                                      : StoredType::Bool;
        tensor.scalar = real ? value.real : static_cast<double>(value.integer);
        tensor.count = 1;
        return std::optional(std::move(tensor));
    }
    if (value.kind != PickleKind::Object) return std::optional<TensorView>();
    const std::string_view call = made.name;
    const bool typed = call == "torch._utils._rebuild_tensor_v2" || call == "torch._utils._rebuild_tensor";
    if (!typed && call != "torch._utils._rebuild_tensor_v3") return refuseCall(tensor.name, call);

    const PickleValue& arguments = *made.arguments;
    if (arguments.kind != PickleKind::Tuple || arguments.items.size() < (typed ? 4 : 7))
        return broken(tensor.name, "too few arguments");
    const auto storage = storageId(pickle, pickle.item(arguments, 0));
    if (!storage) return broken(tensor.name, "no storage");
    std::optional<StoredType> type = storage->type;
    std::string_view typeName = storage->className;
    if (!typed) {  // torch.float32 and the like, named beside untyped bytes
        typeName = pickle.item(arguments, 6).text;
        type = typeName.starts_with("torch.") ? typeOfTorchName(typeName.substr(6)) : std::nullopt;
    }
    if (!type)
        return unsupported("tensor '" + tensor.name + "' has the type " + std::string(typeName) +
                           ", which Tessera does not read; convert it with .float() and save again");
    tensor.type = *type;
    tensor.storage = storage->key;
    const std::uint64_t perValue = storage->untyped ? storedSize(*type) : 1;
    tensor.storageValues = (storage->viewOffset + storage->viewValues) / perValue;
    const PickleValue& offset = pickle.item(arguments, 1);
    if (offset.kind != PickleKind::Int || offset.integer < 0) return broken(tensor.name, "a negative offset");
    tensor.offset = static_cast<std::uint64_t>(offset.integer) + storage->viewOffset / perValue;
    std::vector<std::int64_t> strides;
    if (!integers(pickle, pickle.item(arguments, 2), tensor.shape) ||
        !integers(pickle, pickle.item(arguments, 3), strides) || strides.size() != tensor.shape.size())
        return broken(tensor.name, "shape and strides do not fit");
    for (const std::int64_t stride : strides) {
        if (stride < 0) return broken(tensor.name, "a negative stride");
        tensor.strides.push_back(static_cast<std::uint64_t>(stride));
    }
    const auto count = checkedElementCount(tensor.shape);
    if (!count) return broken(tensor.name, "an absurd shape");
    tensor.count = *count;
    return std::optional(std::move(tensor));
}

}  // namespace tessera
