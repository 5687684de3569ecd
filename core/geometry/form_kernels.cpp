// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/form_kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>

// Clones are resolved before a sanitizer is ready for them, and clang 14 knows no clones by architecture.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define TESSERA_CLONES __attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#else
#define TESSERA_CLONES
#endif

namespace tessera {
namespace {

using Pack = double __attribute__((vector_size(kPack * sizeof(double)), aligned(64), may_alias));

}  // namespace

PackedDoubles::PackedDoubles(std::size_t size)
    : data_(new (std::align_val_t{64}) double[paddedToPack(size)]()), size_(size) {}

TESSERA_CLONES
void addColumns(const double* source, double* target, std::size_t padded, const FormTerm* terms, std::size_t count) {
    const double* from = source;
    if (count == 0 && from != target) std::copy(from, from + 3 * padded, target);
    // Four columns at a time, so that the sums are read and written a quarter as often.
    for (; count >= 4; count -= 4, terms += 4) {
        const double *w0 = terms[0].column, *w1 = terms[1].column, *w2 = terms[2].column, *w3 = terms[3].column;
        const double a0 = terms[0].a, a1 = terms[1].a, a2 = terms[2].a, a3 = terms[3].a;
        const double b0 = terms[0].b, b1 = terms[1].b, b2 = terms[2].b, b3 = terms[3].b;
        const double c0 = terms[0].c, c1 = terms[1].c, c2 = terms[2].c, c3 = terms[3].c;
        for (std::size_t i = 0; i < padded; i += kPack) {
            const Pack p0 = *reinterpret_cast<const Pack*>(w0 + i), p1 = *reinterpret_cast<const Pack*>(w1 + i);
            const Pack p2 = *reinterpret_cast<const Pack*>(w2 + i), p3 = *reinterpret_cast<const Pack*>(w3 + i);
            Pack a = *reinterpret_cast<const Pack*>(from + i);
            Pack b = *reinterpret_cast<const Pack*>(from + padded + i);
            Pack c = *reinterpret_cast<const Pack*>(from + 2 * padded + i);
            a += p0 * a0; b += p0 * b0; c += p0 * c0;
            a += p1 * a1; b += p1 * b1; c += p1 * c1;
            a += p2 * a2; b += p2 * b2; c += p2 * c2;
            a += p3 * a3; b += p3 * b3; c += p3 * c3;
            *reinterpret_cast<Pack*>(target + i) = a;
            *reinterpret_cast<Pack*>(target + padded + i) = b;
            *reinterpret_cast<Pack*>(target + 2 * padded + i) = c;
        }
        from = target;
    }
    for (; count > 0; --count, ++terms) {
        const double* const w = terms->column;
        const double ta = terms->a, tb = terms->b, tc = terms->c;
        for (std::size_t i = 0; i < padded; i += kPack) {
            const Pack p = *reinterpret_cast<const Pack*>(w + i);
            *reinterpret_cast<Pack*>(target + i) = *reinterpret_cast<const Pack*>(from + i) + p * ta;
            *reinterpret_cast<Pack*>(target + padded + i) =
                *reinterpret_cast<const Pack*>(from + padded + i) + p * tb;
            *reinterpret_cast<Pack*>(target + 2 * padded + i) =
                *reinterpret_cast<const Pack*>(from + 2 * padded + i) + p * tc;
        }
        from = target;
    }
}

TESSERA_CLONES
void formRanges(const double* a, const double* b, const double* c, std::size_t padded, const FaceCorner* corners,
                int cornerCount, double* low, double* high) {
    for (std::size_t i = 0; i < padded; i += kPack) {
        const Pack pa = *reinterpret_cast<const Pack*>(a + i), pb = *reinterpret_cast<const Pack*>(b + i);
        const Pack pc = *reinterpret_cast<const Pack*>(c + i);
        Pack smallest = pa * corners[0].x + (pb * corners[0].y + pc), largest = smallest;
        for (int k = 1; k < cornerCount; ++k) {
            const Pack value = pa * corners[k].x + (pb * corners[k].y + pc);
            smallest = value < smallest ? value : smallest;
            largest = value > largest ? value : largest;
        }
        *reinterpret_cast<Pack*>(low + i) = smallest;
        *reinterpret_cast<Pack*>(high + i) = largest;
    }
}

TESSERA_CLONES
double formReach(const double* forms, std::size_t padded, double reachX, double reachY) {
    Pack most = {};
    for (std::size_t i = 0; i < padded; i += kPack) {
        Pack a = *reinterpret_cast<const Pack*>(forms + i), b = *reinterpret_cast<const Pack*>(forms + padded + i);
        Pack c = *reinterpret_cast<const Pack*>(forms + 2 * padded + i);
        a = a < -a ? -a : a;
        b = b < -b ? -b : b;
        c = c < -c ? -c : c;
        const Pack size = a * reachX + (b * reachY + c);
        most = size > most ? size : most;
    }
    double largest = 0;
    for (std::size_t i = 0; i < kPack; ++i) largest = std::max(largest, static_cast<double>(most[i]));
    return largest;
}

TESSERA_CLONES
void applyAffine(const double* weights, const double* bias, std::size_t rows, std::size_t columns, const double* in,
                 double* out) {
    std::size_t row = 0;
    for (; row + 4 <= rows; row += 4) {
        const double* const w0 = weights + row * columns;
        const double *const w1 = w0 + columns, *const w2 = w1 + columns, *const w3 = w2 + columns;
        const Pack zero = {};
        Pack s00 = zero + bias[row], s01 = s00, s10 = zero + bias[row + 1], s11 = s10;
        Pack s20 = zero + bias[row + 2], s21 = s20, s30 = zero + bias[row + 3], s31 = s30;
        for (std::size_t j = 0; j < columns; ++j) {
            const Pack x0 = *reinterpret_cast<const Pack*>(in + j * kPointBlock);
            const Pack x1 = *reinterpret_cast<const Pack*>(in + j * kPointBlock + kPack);
            s00 += x0 * w0[j]; s01 += x1 * w0[j];
            s10 += x0 * w1[j]; s11 += x1 * w1[j];
            s20 += x0 * w2[j]; s21 += x1 * w2[j];
            s30 += x0 * w3[j]; s31 += x1 * w3[j];
        }
        Pack* const to = reinterpret_cast<Pack*>(out + row * kPointBlock);
        to[0] = s00; to[1] = s01; to[2] = s10; to[3] = s11;
        to[4] = s20; to[5] = s21; to[6] = s30; to[7] = s31;
    }
    for (; row < rows; ++row) {
        const double* const w = weights + row * columns;
        const Pack zero = {};
        Pack s0 = zero + bias[row], s1 = s0;
        for (std::size_t j = 0; j < columns; ++j) {
            s0 += *reinterpret_cast<const Pack*>(in + j * kPointBlock) * w[j];
            s1 += *reinterpret_cast<const Pack*>(in + j * kPointBlock + kPack) * w[j];
        }
        Pack* const to = reinterpret_cast<Pack*>(out + row * kPointBlock);
        to[0] = s0;
        to[1] = s1;
    }
}

}  // namespace tessera
