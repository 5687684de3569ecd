// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/breadth_first_scan.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/geometry/scan_kernels.h"
#include "core/geometry/site_noise.h"

namespace tessera {
namespace {

constexpr std::int64_t kRowBlock = 64;
constexpr int kMaskMembers = 16;

}  // namespace

SiteScan::SiteScan(const Site& site, int siteIndex, const double* values, std::int64_t rows, WorkerTeam& team)
    : site_(site), siteIndex_(siteIndex), values_(values), rows_(rows), width_(site.inputs) {
    measure(team);
    if (!finite_) return;
    if (site.kind == SiteKind::Max)
        scanWindows(team);
    else
        scanLines(team);
}

void SiteScan::measure(WorkerTeam& team) {
    const std::int64_t blocks = (rows_ + kRowBlock - 1) / kRowBlock;
    const std::int64_t parts = std::min<std::int64_t>(blocks, static_cast<std::int64_t>(team.size()));
    std::vector<std::vector<double>> largest(parts, std::vector<double>(width_, 0.0));
    std::vector<double> poison(parts, 0.0);
    forBlocks(team, parts, 1, [&](std::int64_t part) {
        double* const most = largest[part].data();
        double zero = 0;
        for (std::int64_t row = part * rows_ / parts; row < (part + 1) * rows_ / parts; ++row) {
            const double* const value = values_ + row * width_;
            zero += noteMagnitudes(value, width_, most);
        }
        poison[part] = zero;
    });
    noise_ = std::move(largest[0]);
    for (std::int64_t part = 1; part < parts; ++part) {
        for (std::int64_t i = 0; i < width_; ++i) noise_[i] = std::max(noise_[i], largest[part][i]);
    }
    for (const double zero : poison) finite_ = finite_ && zero == 0;
    scale_ = magnitudesToNoise(noise_);
}

void SiteScan::scanLines(WorkerTeam& team) {
    const PiecewiseLinear& function = site_.function;
    const std::int64_t words = (width_ + 63) / 64;
    std::vector<std::int32_t> bendsSoFar(width_, 0);
    for (int k = 0; k < static_cast<int>(function.knots.size()); ++k) {
        Plane& plane = planes_.emplace_back();
        plane.knot = function.knots[k];
        plane.stateKey.assign(width_, 0);
        std::vector<std::uint64_t> bends(words, 0);
        for (std::int64_t unit = 0; unit < width_; ++unit) {
            if (!function.bends(k, unit)) continue;
            bends[unit / 64] |= std::uint64_t{1} << (unit % 64);
            // States are nested, so the XOR of these differences over the knots below a unit is the key of
            // its state.
            const int state = ++bendsSoFar[unit];
            plane.stateKey[unit] =
                patternKey(siteIndex_, unit, state) ^ patternKey(siteIndex_, unit, state - 1);
        }
        plane.above.assign(rows_ * words, 0);
        plane.below.assign(rows_ * words, 0);
        forBlocks(team, rows_, kRowBlock, [&](std::int64_t row) {
            const double* const value = values_ + row * width_;
            for (std::int64_t word = 0; word < words; ++word) {
                const int bits = static_cast<int>(std::min<std::int64_t>(64, width_ - word * 64));
                const SideBits sides = sideBits(value + word * 64, bits, plane.knot);
                plane.above[row * words + word] = sides.above & bends[word];
                plane.below[row * words + word] = sides.below & bends[word];
            }
        });
        plane.open.assign(words, 0);
        std::vector<std::uint64_t> anyAbove(words, 0), anyBelow(words, 0);
        for (std::int64_t row = 0; row < rows_; ++row) {
            for (std::int64_t word = 0; word < words; ++word) {
                anyAbove[word] |= plane.above[row * words + word];
                anyBelow[word] |= plane.below[row * words + word];
            }
        }
        for (std::int64_t word = 0; word < words; ++word) {
            plane.open[word] = anyAbove[word] & anyBelow[word];
            if (plane.open[word] != 0) plane.openWords.push_back(static_cast<std::int32_t>(word));
            for (std::uint64_t bits = anyAbove[word] & ~anyBelow[word]; bits != 0; bits &= bits - 1) {
                decidedKey_ ^= plane.stateKey[word * 64 + std::countr_zero(bits)];
            }
        }
    }
}

void SiteScan::scanWindows(WorkerTeam& team) {
    const MaxWindows& windows = site_.windows;
    const std::int32_t count = windows.windows();
    windowNoise_ = noiseOfWindows(windows, noise_, scale_);
    reaching_.assign(rows_ * count, 0);
    forBlocks(team, rows_, kRowBlock, [&](std::int64_t row) {
        const double* const value = values_ + row * width_;
        std::uint16_t* const reaching = reaching_.data() + row * count;
        for (std::int32_t w = 0; w < count; ++w) {
            const std::int32_t* const members = windows.members.data() + windows.begin[w];
            const int size = windows.begin[w + 1] - windows.begin[w];
            if (size > kMaskMembers) continue;  // looked at face by face instead
            double most = value[members[0]];
            for (int m = 1; m < size; ++m) most = std::max(most, value[members[m]]);
            const double enough = most - windowNoise_[w];
            unsigned mask = 0;
            for (int m = 0; m < size; ++m) mask |= static_cast<unsigned>(value[members[m]] >= enough) << m;
            reaching[w] = static_cast<std::uint16_t>(mask);
        }
    });
    std::vector<std::uint16_t> everywhere(count, 0xffff), anywhere(count, 0);
    for (std::int64_t row = 0; row < rows_; ++row) {
        const std::uint16_t* const reaching = reaching_.data() + row * count;
        for (std::int32_t w = 0; w < count; ++w) everywhere[w] &= reaching[w];
        for (std::int32_t w = 0; w < count; ++w) anywhere[w] |= reaching[w];
    }
    for (std::int32_t w = 0; w < count; ++w) {
        // A member that wins everywhere still shares the win with an earlier one where both are, say, zero.
        const int winner = std::countr_zero(everywhere[w]);
        if (everywhere[w] == 0 || winner != std::countr_zero(anywhere[w]))
            openWindows_.push_back(w);
        else
            decidedKey_ ^= patternKey(siteIndex_, w, winner);
    }
}

void SiteScan::prepare(std::span<const std::int32_t> rows, FaceSplitter& face, Scratch& scratch) const {
    face.flipHash(decidedKey_);
    if (site_.kind == SiteKind::Max)
        prepareWindows(rows, face, scratch);
    else
        prepareLines(rows, face, scratch);
}

void SiteScan::prepareLines(std::span<const std::int32_t> rows, FaceSplitter& face, Scratch& scratch) const {
    const std::int64_t words = (width_ + 63) / 64;
    scratch.d.resize(rows.size());
    std::uint64_t hash = 0;
    for (std::size_t k = 0; k < planes_.size(); ++k) {
        const Plane& plane = planes_[k];
        for (const std::int32_t word : plane.openWords) {
            std::uint64_t above = 0, below = 0;
            for (const std::int32_t row : rows) {
                above |= plane.above[row * words + word];
                below |= plane.below[row * words + word];
            }
            above &= plane.open[word];
            for (std::uint64_t bits = above & ~below; bits != 0; bits &= bits - 1) {
                hash ^= plane.stateKey[word * 64 + std::countr_zero(bits)];
            }
            for (std::uint64_t bits = above & below; bits != 0; bits &= bits - 1) {
                const std::int64_t unit = word * 64 + std::countr_zero(bits);
                for (std::size_t i = 0; i < rows.size(); ++i) {
                    scratch.d[i] = values_[rows[i] * width_ + unit] - plane.knot;
                }
                face.addLine(static_cast<std::int32_t>(unit), unit * planes_.size() + k, plane.stateKey[unit],
                             scratch.d, noise_[unit]);
            }
        }
    }
    face.flipHash(hash);
}

void SiteScan::prepareWindows(std::span<const std::int32_t> rows, FaceSplitter& face,
                              Scratch& scratch) const {
    const std::int64_t count = site_.windows.windows();
    scratch.rows.clear();
    for (const std::int32_t row : rows) scratch.rows.push_back(values_ + row * width_);
    std::uint64_t hash = 0;
    for (const std::int32_t w : openWindows_) {
        unsigned everywhere = 0xffff;
        for (const std::int32_t row : rows) everywhere &= reaching_[row * count + w];
        if (everywhere != 0)
            hash ^= patternKey(siteIndex_, w, std::countr_zero(everywhere));
        else
            face.addWindow(w, site_.windows, scratch.rows, windowNoise_[w]);
    }
    face.flipHash(hash);
}

}  // namespace tessera
