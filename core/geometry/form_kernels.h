// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loops of the depth-first engine, compiled for several instruction sets and chosen at start-up. An
// affine form a*x + b*y + c is stored as three arrays (one per coefficient) of `padded` doubles, padded to
// whole packs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace tessera {

inline constexpr std::size_t kPack = 8;  // doubles handled together: one cache line

constexpr std::size_t paddedToPack(std::size_t count) {
    return (count + kPack - 1) / kPack * kPack;
}

// Cache-line aligned numbers in whole packs, zero at first.
template <typename T>
class PackedArray {
    static_assert(sizeof(T) == sizeof(double));

  public:
    PackedArray() = default;
    explicit PackedArray(std::size_t size) : data_(new (std::align_val_t{64}) T[paddedToPack(size)]()) {}
    T* data() { return data_.get(); }
    const T* data() const { return data_.get(); }

  private:
    struct Free {
        void operator()(T* at) const { ::operator delete[](at, std::align_val_t{64}); }
    };
    std::unique_ptr<T[], Free> data_;
};
using PackedDoubles = PackedArray<double>;

// A corner of a face under way: where it is, and what runs from it to the next corner.
struct FaceCorner {
    double x, y;                // relative to the chain's formOrigin
    std::int32_t vertex;        // id within the walk
    std::int32_t base0, base1;  // ends of that side when it entered the current stage, or was cut within it
    std::int32_t side;          // line label * 2 + shared flag; the window's own sides have label -1
    std::int32_t label() const { return side >> 1; }
    bool isShared() const { return side & 1; }
};

// One unit's column of the next stage's weights times an affine form.
struct FormTerm {
    const double* column;
    double a, b, c;
};

// target = source + sum of column (x) form. target may be source.
void addColumns(const double* source, double* target, std::size_t padded, const FormTerm* terms,
                std::size_t count);

// The same for kBatch faces at once, so that a column is read once for all. `source` is one set of forms, for
// every face; targets lie one after the other, 3 * padded each.
inline constexpr std::size_t kBatch = 4;
struct BatchTerm {
    const double* column;
    double forms[3 * kBatch];  // a, b, c of face 0, of face 1, ...
};
void addColumnsBatch(const double* source, double* targets, std::size_t padded, const BatchTerm* terms,
                     std::size_t count);

// For a next stage of few units: target[k] = source[k] + sum over units of rows[k][unit] * (gate * form + (0,
// 0, shift)). rows and forms have `padded` entries each, targets `targetPadded`.
void addRows(const double* source, double* target, std::size_t targets, std::size_t targetPadded,
             const double* rows, const double* forms, std::size_t padded, const double* gates,
             const double* shifts);

// How ReLU units lie to a face. gates: 1 where the unit is above zero, 0 where below. look: negative where
// its line has corners on both sides or comes closer to one than sqrt(nearSquare); those need a second look.
struct ReluSides {
    std::uint64_t hash = 0;  // XOR of the keys of the units above
    double reach = 0;        // formReach
};
ReluSides reluSides(const double* forms, std::size_t padded, const FaceCorner* corners, int cornerCount,
                    const std::uint64_t* keys, double nearSquare, double reachX, double reachY, double* low,
                    double* high, double* gates, double* look);

// Smallest and largest value of each form over the corners.
void formRanges(const double* a, const double* b, const double* c, std::size_t padded,
                const FaceCorner* corners, int cornerCount, double* low, double* high);

// max |a|*reachX + |b|*reachY + |c|: how large the terms of these forms get on the window.
double formReach(const double* forms, std::size_t padded, double reachX, double reachY);

// Points side by side, kPointBlock at a time: values[i*kPointBlock + p]. out = weights (rows x columns) * in
// + bias.
inline constexpr std::size_t kPointBlock = 2 * kPack;
void applyAffine(const double* weights, const double* bias, std::size_t rows, std::size_t columns,
                 const double* in, double* out);
// max(z, 0) in place; hash[p] ^= keys[unit] where unit's z > 0 at point p.
void applyRelu(double* values, std::size_t units, const std::uint64_t* keys, std::uint64_t* hash);

}  // namespace tessera
