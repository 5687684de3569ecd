// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/form_kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/geometry/instruction_sets.h"

namespace tessera {
namespace {

using Pack = double __attribute__((vector_size(kPack * sizeof(double)), aligned(64), may_alias));
using Mask = std::int64_t __attribute__((vector_size(kPack * sizeof(double)), aligned(64), may_alias));

#define TESSERA_LOAD(at) (*reinterpret_cast<const Pack*>(at))
#define TESSERA_STORE(at) (*reinterpret_cast<Pack*>(at))

}  // namespace

TESSERA_CLONES
void addColumns(const double* source, double* target, std::size_t padded, const FormTerm* terms,
                std::size_t count) {
    const double* from = source;
    if (count == 0 && from != target) std::copy(from, from + 3 * padded, target);
    // Four columns at a time, so that the sums are read and written a quarter as often.
    for (; count >= 4; count -= 4, terms += 4) {
        const double *w0 = terms[0].column, *w1 = terms[1].column, *w2 = terms[2].column,
                     *w3 = terms[3].column;
        const double a0 = terms[0].a, a1 = terms[1].a, a2 = terms[2].a, a3 = terms[3].a;
        const double b0 = terms[0].b, b1 = terms[1].b, b2 = terms[2].b, b3 = terms[3].b;
        const double c0 = terms[0].c, c1 = terms[1].c, c2 = terms[2].c, c3 = terms[3].c;
        for (std::size_t i = 0; i < padded; i += kPack) {
            const Pack p0 = TESSERA_LOAD(w0 + i), p1 = TESSERA_LOAD(w1 + i);
            const Pack p2 = TESSERA_LOAD(w2 + i), p3 = TESSERA_LOAD(w3 + i);
            Pack a = TESSERA_LOAD(from + i);
            Pack b = TESSERA_LOAD(from + padded + i);
            Pack c = TESSERA_LOAD(from + 2 * padded + i);
            a += p0 * a0;
            b += p0 * b0;
            c += p0 * c0;
            a += p1 * a1;
            b += p1 * b1;
            c += p1 * c1;
            a += p2 * a2;
            b += p2 * b2;
            c += p2 * c2;
            a += p3 * a3;
            b += p3 * b3;
            c += p3 * c3;
            TESSERA_STORE(target + i) = a;
            TESSERA_STORE(target + padded + i) = b;
            TESSERA_STORE(target + 2 * padded + i) = c;
        }
        from = target;
    }
    for (; count > 0; --count, ++terms) {
        const double* const w = terms->column;
        const double ta = terms->a, tb = terms->b, tc = terms->c;
        for (std::size_t i = 0; i < padded; i += kPack) {
            const Pack p = TESSERA_LOAD(w + i);
            TESSERA_STORE(target + i) = TESSERA_LOAD(from + i) + p * ta;
            TESSERA_STORE(target + padded + i) = TESSERA_LOAD(from + padded + i) + p * tb;
            TESSERA_STORE(target + 2 * padded + i) = TESSERA_LOAD(from + 2 * padded + i) + p * tc;
        }
        from = target;
    }
}

TESSERA_CLONES
void addColumnsBatch(const double* source, double* targets, std::size_t padded, const BatchTerm* terms,
                     std::size_t count) {
    constexpr std::size_t kForms = 3 * kBatch;
    for (std::size_t i = 0; i < padded; i += kPack) {
        Pack sums[kForms];
#pragma GCC unroll 16
        for (std::size_t k = 0; k < kForms; ++k) sums[k] = TESSERA_LOAD(source + (k % 3) * padded + i);
        for (std::size_t t = 0; t < count; ++t) {
            const Pack w = TESSERA_LOAD(terms[t].column + i);
#pragma GCC unroll 16
            for (std::size_t k = 0; k < kForms; ++k) sums[k] += w * terms[t].forms[k];
        }
#pragma GCC unroll 16
        for (std::size_t k = 0; k < kForms; ++k) TESSERA_STORE(targets + k * padded + i) = sums[k];
    }
}

TESSERA_CLONES
void addRows(const double* source, double* target, std::size_t targets, std::size_t targetPadded,
             const double* rows, const double* forms, std::size_t padded, const double* gates,
             const double* shifts) {
    for (std::size_t k = 0; k < targets; ++k) {
        const double* const row = rows + k * padded;
        Pack a = {}, b = {}, c = {};
        for (std::size_t i = 0; i < padded; i += kPack) {
            const Pack w = TESSERA_LOAD(row + i), gate = TESSERA_LOAD(gates + i), gated = w * gate;
            a += gated * TESSERA_LOAD(forms + i);
            b += gated * TESSERA_LOAD(forms + padded + i);
            c += gated * TESSERA_LOAD(forms + 2 * padded + i) + w * TESSERA_LOAD(shifts + i);
        }
        double sumA = 0, sumB = 0, sumC = 0;
        for (std::size_t i = 0; i < kPack; ++i) {
            sumA += a[i];
            sumB += b[i];
            sumC += c[i];
        }
        target[k] = source[k] + sumA;
        target[targetPadded + k] = source[targetPadded + k] + sumB;
        target[2 * targetPadded + k] = source[2 * targetPadded + k] + sumC;
    }
}

TESSERA_CLONES
ReluSides reluSides(const double* forms, std::size_t padded, const FaceCorner* corners, int cornerCount,
                    const std::uint64_t* keys, double nearSquare, double reachX, double reachY, double* low,
                    double* high, double* gates, double* look) {
    const Pack zero = {}, one = zero + 1;
    Pack most = {};
    Mask hash = {};
    for (std::size_t i = 0; i < padded; i += kPack) {
        const Pack a = TESSERA_LOAD(forms + i), b = TESSERA_LOAD(forms + padded + i);
        const Pack c = TESSERA_LOAD(forms + 2 * padded + i);
        Pack smallest = a * corners[0].x + (b * corners[0].y + c), largest = smallest;
        for (int k = 1; k < cornerCount; ++k) {
            const Pack value = a * corners[k].x + (b * corners[k].y + c);
            smallest = value < smallest ? value : smallest;
            largest = value > largest ? value : largest;
        }
        TESSERA_STORE(low + i) = smallest;
        TESSERA_STORE(high + i) = largest;
        // Comparisons only ever choose between values: kept as masks they are taken apart lane by lane.
        const Pack below = -smallest;
        const Pack nearest = largest > below ? smallest : -largest;
        const Pack beyond = nearest * nearest - nearSquare * (a * a + b * b);
        TESSERA_STORE(look + i) = nearest < zero ? nearest : beyond;
        TESSERA_STORE(gates + i) = largest > below ? one : zero;
        hash ^= largest > below ? *reinterpret_cast<const Mask*>(keys + i) : Mask{};
        const Pack size = (a < zero ? -a : a) * reachX + ((b < zero ? -b : b) * reachY + (c < zero ? -c : c));
        most = size > most ? size : most;
    }
    ReluSides sides;
    for (std::size_t i = 0; i < kPack; ++i) {
        sides.hash ^= static_cast<std::uint64_t>(hash[i]);
        sides.reach = std::max(sides.reach, static_cast<double>(most[i]));
    }
    return sides;
}

TESSERA_CLONES
void formRanges(const double* a, const double* b, const double* c, std::size_t padded,
                const FaceCorner* corners, int cornerCount, double* low, double* high) {
    for (std::size_t i = 0; i < padded; i += kPack) {
        const Pack pa = TESSERA_LOAD(a + i), pb = TESSERA_LOAD(b + i);
        const Pack pc = TESSERA_LOAD(c + i);
        Pack smallest = pa * corners[0].x + (pb * corners[0].y + pc), largest = smallest;
        for (int k = 1; k < cornerCount; ++k) {
            const Pack value = pa * corners[k].x + (pb * corners[k].y + pc);
            smallest = value < smallest ? value : smallest;
            largest = value > largest ? value : largest;
        }
        TESSERA_STORE(low + i) = smallest;
        TESSERA_STORE(high + i) = largest;
    }
}

TESSERA_CLONES
double formReach(const double* forms, std::size_t padded, double reachX, double reachY) {
    Pack most = {};
    for (std::size_t i = 0; i < padded; i += kPack) {
        Pack a = TESSERA_LOAD(forms + i), b = TESSERA_LOAD(forms + padded + i);
        Pack c = TESSERA_LOAD(forms + 2 * padded + i);
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
void applyAffine(const double* weights, const double* bias, std::size_t rows, std::size_t columns,
                 const double* in, double* out) {
    std::size_t row = 0;
    for (; row + 4 <= rows; row += 4) {
        const double* const w0 = weights + row * columns;
        const double *const w1 = w0 + columns, *const w2 = w1 + columns, *const w3 = w2 + columns;
        const Pack zero = {};
        Pack s00 = zero + bias[row], s01 = s00, s10 = zero + bias[row + 1], s11 = s10;
        Pack s20 = zero + bias[row + 2], s21 = s20, s30 = zero + bias[row + 3], s31 = s30;
        for (std::size_t j = 0; j < columns; ++j) {
            const Pack x0 = TESSERA_LOAD(in + j * kPointBlock);
            const Pack x1 = TESSERA_LOAD(in + j * kPointBlock + kPack);
            s00 += x0 * w0[j];
            s01 += x1 * w0[j];
            s10 += x0 * w1[j];
            s11 += x1 * w1[j];
            s20 += x0 * w2[j];
            s21 += x1 * w2[j];
            s30 += x0 * w3[j];
            s31 += x1 * w3[j];
        }
        Pack* const to = reinterpret_cast<Pack*>(out + row * kPointBlock);
        to[0] = s00;
        to[1] = s01;
        to[2] = s10;
        to[3] = s11;
        to[4] = s20;
        to[5] = s21;
        to[6] = s30;
        to[7] = s31;
    }
    for (; row < rows; ++row) {
        const double* const w = weights + row * columns;
        const Pack zero = {};
        Pack s0 = zero + bias[row], s1 = s0;
        for (std::size_t j = 0; j < columns; ++j) {
            s0 += TESSERA_LOAD(in + j * kPointBlock) * w[j];
            s1 += TESSERA_LOAD(in + j * kPointBlock + kPack) * w[j];
        }
        Pack* const to = reinterpret_cast<Pack*>(out + row * kPointBlock);
        to[0] = s0;
        to[1] = s1;
    }
}

TESSERA_CLONES
void applyRelu(double* values, std::size_t units, const std::uint64_t* keys, std::uint64_t* hash) {
    const Pack zero = {};
    Mask h0 = *reinterpret_cast<const Mask*>(hash), h1 = *reinterpret_cast<const Mask*>(hash + kPack);
    for (std::size_t unit = 0; unit < units; ++unit) {
        Pack* const z = reinterpret_cast<Pack*>(values + unit * kPointBlock);
        const Mask key = Mask{} + static_cast<std::int64_t>(keys[unit]);
        const Pack z0 = z[0], z1 = z[1];
        h0 ^= z0 > zero ? key : Mask{};
        h1 ^= z1 > zero ? key : Mask{};
        z[0] = z0 > zero ? z0 : zero;
        z[1] = z1 > zero ? z1 : zero;
    }
    *reinterpret_cast<Mask*>(hash) = h0;
    *reinterpret_cast<Mask*>(hash + kPack) = h1;
}

}  // namespace tessera
