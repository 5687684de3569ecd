// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/result_cache.h"

#include <algorithm>

#include "core/session/fingerprint.h"

namespace tessera {
namespace {

// Unambiguous: every part with its length, numbers by their bits.
class Canonical {
  public:
    Canonical& add(std::string_view text) {
        text_ += std::to_string(text.size()) + ':';
        text_ += text;
        return *this;
    }
    template <typename T>
    Canonical& addBits(const T* values, std::size_t count) {
        return add({reinterpret_cast<const char*>(values), count * sizeof(T)});
    }
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

}  // namespace

std::string requestKey(const ResultRequest& request) {
    Canonical key;
    key.add("tessera request 1").add(request.probe);
    for (const auto& [name, value] : request.parameters)
        if (name != "threads") key.add(name).add(std::to_string(value.index())).add(parameterText(value));
    key.add("inputs").add(request.modelSha256).add(request.device).add(request.dtype);
    for (const auto& hash : request.dataSha256) key.add(hash);
    if (!request.otherModels.empty()) key.add("others");
    for (const auto& hash : request.otherModels) key.add(hash);
    key.add("normalisation");
    key.addBits(request.normalisation.mean.data(), request.normalisation.mean.size());
    key.addBits(request.normalisation.std.data(), request.normalisation.std.size());
    key.addBits(request.samples.data(), request.samples.size()).addBits(&request.seed, 1);
    if (const auto* plane = request.plane) {
        key.addBits(plane->inputShape.data(), plane->inputShape.size());
        for (const auto* vector : {&plane->origin, &plane->u, &plane->v})
            key.addBits(vector->data(), static_cast<std::size_t>(vector->size()));
        key.addBits(plane->window.data(), plane->window.size());
    }
    return sha256OfText(key.text());
}

void ResultCache::add(ResultNumbers numbers, std::string key) {
    const std::lock_guard lock(mutex_);
    const std::string id = numbers.id;
    Entry entry;
    entry.alive = numbers.record;
    entry.bytes = numbers.record ? numbers.record->bytes() : 0;
    entry.numbers = std::move(numbers);
    entry.key = std::move(key);
    entries_.insert_or_assign(id, std::move(entry));
    touch(id);
    evict(id);
}

void ResultCache::setStored(const std::string& id, std::shared_ptr<const StoredRecord> stored) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;  // removed while it was being saved
    found->second.numbers.stored = std::move(stored);
    evict({});
}

void ResultCache::remove(const std::string& id) {
    const std::lock_guard lock(mutex_);
    entries_.erase(id);
    recent_.remove(id);
}

void ResultCache::clear() {
    const std::lock_guard lock(mutex_);
    entries_.clear();
    recent_.clear();
}

std::string ResultCache::find(const std::string& key) const {
    if (key.empty()) return {};
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_)
        if (entry.key == key) return id;
    return {};
}

bool ResultCache::isLoaded(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    return found != entries_.end() && !found->second.alive.expired();
}

Result<std::shared_ptr<const ResultRecord>> ResultCache::record(const std::string& id, std::stop_token stop,
                                                                Progress& progress) {
    std::shared_ptr<const StoredRecord> stored;
    {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(id);
        if (found == entries_.end())
            return inputError("Result " + id + " is no longer in the session; run it again.");
        auto& entry = found->second;
        if (auto alive = entry.alive.lock()) {
            entry.numbers.record = alive;
            touch(id);
            evict(id);
            return alive;
        }
        stored = entry.numbers.stored;
    }
    if (!stored) return inputError("Result " + id + " was saved without its numbers; run it again.");
    auto loaded = stored->load(std::move(stop), progress);  // others may go on meanwhile
    if (!loaded.isOk()) return loaded;
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return loaded;
    auto& entry = found->second;
    if (auto alive = entry.alive.lock()) return alive;  // another was faster
    entry.alive = entry.numbers.record = loaded.value();
    entry.bytes = loaded.value()->bytes();
    touch(id);
    evict(id);
    return loaded;
}

std::vector<ResultNumbers> ResultCache::numbers() const {
    const std::lock_guard lock(mutex_);
    std::vector<ResultNumbers> all;
    for (const auto& [id, entry] : entries_) {
        all.push_back(entry.numbers);
        if (!all.back().record) all.back().record = entry.alive.lock();
    }
    return all;
}

std::int64_t ResultCache::bytesHeld() const {
    const std::lock_guard lock(mutex_);
    std::int64_t total = 0;
    for (const auto& [id, entry] : entries_) total += entry.numbers.record ? entry.bytes : 0;
    return total;
}

void ResultCache::setMemoryBudget(std::int64_t bytes) {
    const std::lock_guard lock(mutex_);
    budget_ = bytes;
    evict({});
}

void ResultCache::touch(const std::string& id) {
    recent_.remove(id);
    recent_.push_front(id);
}

void ResultCache::evict(const std::string& keep) {
    std::int64_t held = 0;
    for (const auto& [id, entry] : entries_) held += entry.numbers.record ? entry.bytes : 0;
    for (auto id = recent_.rbegin(); id != recent_.rend() && held > budget_; ++id) {
        auto& entry = entries_.at(*id);
        if (*id == keep || !entry.numbers.record || !entry.numbers.stored) continue;
        entry.numbers.record.reset();  // views that show it keep it until they are done
        held -= entry.bytes;
    }
}

}  // namespace tessera
