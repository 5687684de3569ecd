// SPDX-License-Identifier: GPL-3.0-or-later
// Which vertex lies on a simplex of a grid where certain classes tie, so that all tetrahedra round it get the
// same one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tessera {

struct GridVertexKey {
    std::uint64_t simplex = 0;  // its lowest grid point and its steps from there
    std::uint64_t classes = 0;  // up to four of 16 bits, ascending
    bool operator==(const GridVertexKey&) const = default;
};

class GridVertexTable {
  public:
    // The vertex of this key; if there is none yet it becomes `ifNew`, and -1 is returned.
    std::int32_t findOrAdd(const GridVertexKey& key, std::int32_t ifNew) {
        if (2 * (used_ + 1) > slots_.size()) grow();
        Slot& slot = slots_[slotOf(key)];
        if (slot.vertex >= 0) return slot.vertex;
        slot = {key, ifNew};
        ++used_;
        return -1;
    }

  private:
    struct Slot {
        GridVertexKey key;
        std::int32_t vertex = -1;
    };
    std::size_t slotOf(const GridVertexKey& key) const {
        std::uint64_t hash = (key.simplex ^ key.classes * 0xbf58476d1ce4e5b9ull) * 0x9e3779b97f4a7c15ull;
        hash = (hash ^ hash >> 29) * 0x94d049bb133111ebull;
        const std::size_t mask = slots_.size() - 1;
        auto slot = static_cast<std::size_t>(hash >> 32) & mask;
        while (slots_[slot].vertex >= 0 && slots_[slot].key != key) slot = (slot + 1) & mask;
        return slot;
    }
    void grow() {
        const auto old = std::exchange(slots_, std::vector<Slot>(slots_.empty() ? 1024 : 2 * slots_.size()));
        for (const Slot& slot : old) {
            if (slot.vertex >= 0) slots_[slotOf(slot.key)] = slot;
        }
    }

    std::vector<Slot> slots_;  // a power of two
    std::size_t used_ = 0;
};

}  // namespace tessera
