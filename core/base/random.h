// SPDX-License-Identifier: GPL-3.0-or-later
// Random numbers that are equal on every machine: SplitMix64 of a seed and a stream, with no library
// distribution in between (those differ from one standard library to the next).
#pragma once

#include <cstdint>
#include <span>
#include <utility>

namespace tessera {

class Random {
  public:
    // Streams of one seed are independent: one per class, epoch, head, ...
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : state_(mix(mix(seed) ^ stream)) {}

    std::uint64_t bits() {
        state_ += kStep;
        return mix(state_);
    }
    double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }  // [0, 1)
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    // 0 .. count - 1; count > 0. Rejects the few draws that would favour small numbers.
    std::uint64_t below(std::uint64_t count) {
        const std::uint64_t excess = (~std::uint64_t{0} % count + 1) % count;
        std::uint64_t draw = bits();
        while (draw > ~std::uint64_t{0} - excess) draw = bits();
        return draw % count;
    }
    template <typename T>
    void shuffle(std::span<T> values) {  // Fisher-Yates
        for (std::size_t i = values.size(); i > 1; --i)
            std::swap(values[i - 1], values[static_cast<std::size_t>(below(i))]);
    }

  private:
    static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15ull;
    static std::uint64_t mix(std::uint64_t x) {
        x += kStep;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
        return x ^ (x >> 31);
    }
    std::uint64_t state_;
};

}  // namespace tessera
