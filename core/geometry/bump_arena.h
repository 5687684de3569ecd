// SPDX-License-Identifier: GPL-3.0-or-later
// Stack-like memory for recursion: allocation moves a pointer, release goes back to a mark, blocks are kept.
#pragma once

#include <algorithm>
#include <cstddef>
#include <new>
#include <vector>

namespace tessera {

class BumpArena {
  public:
    struct Mark {
        std::size_t block, used;
    };
    BumpArena() = default;
    BumpArena(const BumpArena&) = delete;
    BumpArena& operator=(const BumpArena&) = delete;
    ~BumpArena() {
        for (const auto& block : blocks_) ::operator delete[](block.data, std::align_val_t{kAlign});
    }

    // Not initialised, aligned to a cache line. For trivial types.
    template <typename T>
    T* allocate(std::size_t count) {
        const std::size_t bytes = (count * sizeof(T) + kAlign - 1) / kAlign * kAlign;
        if (blocks_.empty() || used_ + bytes > blocks_[block_].size) nextBlock(bytes);
        T* const at = reinterpret_cast<T*>(blocks_[block_].data + used_);
        used_ += bytes;
        return at;
    }
    Mark mark() const { return {block_, used_}; }
    void release(Mark mark) {
        block_ = mark.block;
        used_ = mark.used;
    }

  private:
    static constexpr std::size_t kAlign = 64, kBlock = std::size_t{1} << 20;
    struct Block {
        std::byte* data;
        std::size_t size;
    };

    void nextBlock(std::size_t bytes) {
        std::size_t next = blocks_.empty() ? 0 : block_ + 1;
        while (next < blocks_.size() && blocks_[next].size < bytes) ++next;
        if (next == blocks_.size()) {
            const std::size_t size = std::max(bytes, kBlock);
            blocks_.push_back(
                {static_cast<std::byte*>(::operator new[](size, std::align_val_t{kAlign})), size});
        }
        block_ = next;
        used_ = 0;
    }

    std::vector<Block> blocks_;
    std::size_t block_ = 0, used_ = 0;
};

}  // namespace tessera
