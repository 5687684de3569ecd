// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/line_scan.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/geometry/scan_kernels.h"
#include "core/geometry/site_noise.h"

namespace tessera {

LineScan::LineScan(const Site& site, const double* values, std::int64_t rows)
    : site_(site), values_(values), rows_(rows), width_(site.inputs), words_((site.inputs + 63) / 64) {
    measure();
    if (!finite_) return;
    if (site.kind == SiteKind::Max)
        scanWindows();
    else
        scanUnits();
}

void LineScan::measure() {
    noise_.assign(width_, 0.0);
    double zero = 0;
    for (std::int64_t row = 0; row < rows_; ++row)
        zero += noteMagnitudes(values_ + row * width_, width_, noise_.data());
    finite_ = zero == 0;
    scale_ = magnitudesToNoise(noise_);
}

void LineScan::scanUnits() {
    const PiecewiseLinear& function = site_.function;
    for (int k = 0; k < static_cast<int>(function.knots.size()); ++k) {
        auto& bends = bends_.emplace_back(words_, 0);
        for (std::int64_t unit = 0; unit < width_; ++unit)
            bends[unit / 64] |= static_cast<std::uint64_t>(function.bends(k, unit)) << (unit % 64);
        auto& above = above_.emplace_back(rows_ * words_, 0);
        const double knot = function.knots[k];
        for (std::int64_t row = 0; row < rows_; ++row) {
            for (std::int64_t word = 0; word < words_; ++word) {
                const double* const z = values_ + row * width_ + word * 64;
                const int bits = static_cast<int>(std::min<std::int64_t>(64, width_ - word * 64));
                above[row * words_ + word] = sideBits(z, bits, knot).above & bends[word];
            }
        }
    }
}

void LineScan::scanWindows() {
    const MaxWindows& windows = site_.windows;
    const std::int32_t count = windows.windows();
    windowNoise_ = noiseOfWindows(windows, noise_, scale_);
    winner_.resize(rows_ * count);
    for (std::int64_t row = 0; row < rows_; ++row) {
        const double* const value = values_ + row * width_;
        for (std::int32_t w = 0; w < count; ++w) {
            std::int32_t best = windows.members[windows.begin[w]];
            for (std::int32_t m = windows.begin[w] + 1; m < windows.begin[w + 1]; ++m)
                if (value[windows.members[m]] > value[best]) best = windows.members[m];
            winner_[row * count + w] = best;
        }
    }
}

void LineScan::between(std::int32_t row0, std::int32_t row1, std::vector<LineRoot>& roots) const {
    if (site_.kind == SiteKind::Max)
        windowsBetween(row0, row1, roots);
    else
        unitsBetween(row0, row1, roots);
}

void LineScan::unitsBetween(std::int32_t row0, std::int32_t row1, std::vector<LineRoot>& roots) const {
    const double *const a = values_ + row0 * width_, *const b = values_ + row1 * width_;
    for (std::size_t k = 0; k < above_.size(); ++k) {
        const std::uint64_t *const at0 = above_[k].data() + row0 * words_, *const at1 = above_[k].data() +
                                                                                        row1 * words_;
        for (std::int64_t word = 0; word < words_; ++word) {
            for (std::uint64_t bits = at0[word] ^ at1[word]; bits != 0; bits &= bits - 1) {
                const std::int64_t unit = word * 64 + std::countr_zero(bits);
                const double da = a[unit] - site_.function.knots[k], db = b[unit] - site_.function.knots[k];
                if (std::max(std::abs(da), std::abs(db)) <= noise_[unit]) continue;
                roots.push_back({da / (da - db), static_cast<std::int32_t>(unit)});
            }
        }
    }
}

void LineScan::windowsBetween(std::int32_t row0, std::int32_t row1, std::vector<LineRoot>& roots) const {
    const std::int32_t count = site_.windows.windows();
    const double *const a = values_ + row0 * width_, *const b = values_ + row1 * width_;
    const std::int32_t *const at0 = winner_.data() + std::int64_t{row0} * count, *const at1 =
                                                                                     winner_.data() +
                                                                                     std::int64_t{row1} *
                                                                                         count;
    for (std::int32_t w = 0; w < count; ++w) {
        // An input that is largest at both ends is largest in between.
        const std::int32_t i = at0[w], j = at1[w];
        if (i == j || b[i] >= b[j] - windowNoise_[w] || a[j] >= a[i] - windowNoise_[w]) continue;
        envelope(w, a, b, roots);
    }
}

// Walks along the upper envelope of the window's lines: from the winner at row 0 to whatever overtakes it
// first.
void LineScan::envelope(std::int32_t window, const double* a, const double* b,
                        std::vector<LineRoot>& roots) const {
    const double noise = windowNoise_[window];
    const std::int32_t *const first = site_.windows.members.data() + site_.windows.begin[window],
                              *const last = site_.windows.members.data() + site_.windows.begin[window + 1];
    double most = a[*first];
    for (auto m = first; m != last; ++m) most = std::max(most, a[*m]);
    std::int32_t winner = -1;
    for (auto m = first; m != last; ++m)
        if (a[*m] >= most - noise && (winner < 0 || b[*m] > b[winner] + noise)) winner = *m;
    for (double from = 0;;) {
        std::int32_t next = -1;
        double nearest = 2;
        for (auto m = first; m != last; ++m) {
            const double gapA = a[winner] - a[*m], gapB = b[winner] - b[*m];
            if (gapB >= -noise || gapA - gapB <= 0) continue;  // does not overtake
            const double s = std::max(from, gapA / (gapA - gapB));
            if (s < nearest || (s == nearest && b[*m] > b[next])) nearest = s, next = *m;
        }
        if (next < 0) return;
        roots.push_back({nearest, window});
        winner = next, from = nearest;
    }
}

}  // namespace tessera
