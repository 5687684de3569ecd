// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loops of the depth-first engine, compiled for several instruction sets and chosen at start-up. An affine
// form a*x + b*y + c is stored as three arrays (one per coefficient) of `padded` doubles, padded to whole packs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace tessera {

inline constexpr std::size_t kPack = 8;  // doubles handled together: one cache line

constexpr std::size_t paddedToPack(std::size_t count) { return (count + kPack - 1) / kPack * kPack; }

// Cache-line aligned doubles, zero at first.
class PackedDoubles {
  public:
    PackedDoubles() = default;
    explicit PackedDoubles(std::size_t size);
    double* data() { return data_.get(); }
    const double* data() const { return data_.get(); }
    std::size_t size() const { return size_; }

  private:
    struct Free {
        void operator()(double* at) const { ::operator delete[](at, std::align_val_t{64}); }
    };
    std::unique_ptr<double[], Free> data_;
    std::size_t size_ = 0;
};

// A corner of a face under way: where it is, and what runs from it to the next corner.
struct FaceCorner {
    double x, y;                // relative to the chain's formOrigin
    std::int32_t vertex;        // id within the walk
    std::int32_t base0, base1;  // ends of that side when it entered the current stage, or was cut within it
    std::int32_t side;          // line label * 2 + shared flag; the window's own sides have label -1
};

// One unit's column of the next stage's weights times an affine form.
struct FormTerm {
    const double* column;
    double a, b, c;
};

// target = source + sum of column (x) form. target may be source.
void addColumns(const double* source, double* target, std::size_t padded, const FormTerm* terms, std::size_t count);

// Smallest and largest value of each form over the corners.
void formRanges(const double* a, const double* b, const double* c, std::size_t padded, const FaceCorner* corners,
                int cornerCount, double* low, double* high);

// max |a|*reachX + |b|*reachY + |c|: how large the terms of these forms get on the window.
double formReach(const double* forms, std::size_t padded, double reachX, double reachY);

// Points side by side, kPointBlock at a time: values[i*kPointBlock + p]. out = weights (rows x columns) * in + bias.
inline constexpr std::size_t kPointBlock = 2 * kPack;
void applyAffine(const double* weights, const double* bias, std::size_t rows, std::size_t columns, const double* in,
                 double* out);

}  // namespace tessera
