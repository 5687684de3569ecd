// SPDX-License-Identifier: GPL-3.0-or-later
// Which vertex a line makes on a side, so that the faces on both sides of it get the same one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tessera {

// A side as it was when it entered the stage (two vertex ids, either order) and a line label.
struct CrossingKey {
    std::int32_t low, high, line;
    CrossingKey(std::int32_t v0, std::int32_t v1, std::int32_t lineLabel)
        : low(std::min(v0, v1)), high(std::max(v0, v1)), line(lineLabel) {}
    bool operator==(const CrossingKey&) const = default;
};

class CrossingTable {
  public:
    // The vertex of this key; -1 if there is none yet, and then it becomes `ifNew`.
    std::int32_t findOrAdd(const CrossingKey& key, std::int32_t ifNew) {
        if (2 * (used_.size() + 1) > slots_.size()) grow();
        std::uint32_t slot = hash(key) & mask_;
        while (slots_[slot].vertex >= 0) {
            if (slots_[slot].key == key) return slots_[slot].vertex;
            slot = (slot + 1) & mask_;
        }
        slots_[slot] = {key, ifNew};
        used_.push_back(slot);
        return -1;
    }
    void clear() {
        for (const auto slot : used_) slots_[slot].vertex = -1;
        used_.clear();
    }

  private:
    struct Slot {
        CrossingKey key{0, 0, 0};
        std::int32_t vertex = -1;
    };
    static std::uint32_t hash(const CrossingKey& key) {
        std::uint64_t x = (static_cast<std::uint64_t>(static_cast<std::uint32_t>(key.low)) << 32 |
                           static_cast<std::uint32_t>(key.high)) *
                          0x9e3779b97f4a7c15ull;
        x = (x ^ (x >> 32) ^ static_cast<std::uint32_t>(key.line)) * 0xbf58476d1ce4e5b9ull;
        return static_cast<std::uint32_t>(x >> 32);
    }
    void grow() {
        const std::vector<Slot> old = std::move(slots_);
        slots_.assign(std::max<std::size_t>(256, old.size() * 2), {});
        mask_ = static_cast<std::uint32_t>(slots_.size() - 1);
        used_.clear();
        for (const auto& entry : old) {
            if (entry.vertex < 0) continue;
            std::uint32_t slot = hash(entry.key) & mask_;
            while (slots_[slot].vertex >= 0) slot = (slot + 1) & mask_;
            slots_[slot] = entry;
            used_.push_back(slot);
        }
    }

    std::vector<Slot> slots_;
    std::vector<std::uint32_t> used_;
    std::uint32_t mask_ = 0;
};

}  // namespace tessera
