// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/pooling_kernel.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "core/geometry/instruction_sets.h"

namespace tessera {

namespace {

// The larger of each two; NaN if either is, as in LibTorch.
TESSERA_INLINE void keepLarger(Lanes& most, const Lanes& other) {
    most = (other > most) | (other != other) ? other : most;
}

TESSERA_INLINE void loadLarger(const double* a, const double* b, Lanes& most) {
    Lanes second;
    std::memcpy(&most, a, sizeof most);
    std::memcpy(&second, b, sizeof second);
    keepLarger(most, second);
}

// Windows of two by two, side by side, at least eight of them; the last eight may be done twice.
TESSERA_CLONES
void twoByTwo(const double* upper, const double* lower, std::int32_t count, double* out) {
    for (std::int32_t i = 0;;) {
        Lanes left, right;
        loadLarger(upper + 2 * i, lower + 2 * i, left);
        loadLarger(upper + 2 * i + kLanes, lower + 2 * i + kLanes, right);
        Lanes most = __builtin_shufflevector(left, right, 0, 2, 4, 6, 8, 10, 12, 14);
        const Lanes odd = __builtin_shufflevector(left, right, 1, 3, 5, 7, 9, 11, 13, 15);
        keepLarger(most, odd);
        std::memcpy(out + i, &most, sizeof most);
        if (i + kLanes >= count) return;
        i = std::min(i + kLanes, count - kLanes);
    }
}

}  // namespace

WindowRows::WindowRows(std::shared_ptr<const MaxWindows> windows) : windows_(std::move(windows)) {
    const auto& begin = windows_->begin;
    const std::int32_t* const members = windows_->members.data();
    const auto stepTo = [&](std::size_t w) {  // 0: not the window before, moved on
        const std::int32_t size = begin[w] - begin[w - 1];
        if (begin[w + 1] - begin[w] != size || size == 0) return 0;
        const std::int32_t *const now = members + begin[w], *const before = members + begin[w - 1];
        const std::int32_t step = now[0] - before[0];
        for (std::int32_t m = 1; m < size; ++m)
            if (now[m] - before[m] != step) return 0;
        return step;
    };
    for (std::int32_t w = 0; w < windows_->windows(); ++w) {
        const std::int32_t step = w == 0 ? 0 : stepTo(static_cast<std::size_t>(w));
        if (step != 0 && (stretches_.back().count == 1 || stretches_.back().step == step)) {
            ++stretches_.back().count;
            stretches_.back().step = step;
        } else {
            stretches_.push_back({w, 1, 0});
        }
    }
}

void WindowRows::maxima(const double* sample, double* out) const {
    for (const auto& stretch : stretches_) {
        const std::int32_t from = windows_->begin[static_cast<std::size_t>(stretch.window)];
        const std::int32_t size = windows_->begin[static_cast<std::size_t>(stretch.window) + 1] - from;
        const std::int32_t* const members = windows_->members.data() + from;
        if (size == 4 && stretch.step == 2 && stretch.count >= kLanes && members[1] == members[0] + 1 &&
            members[3] == members[2] + 1) {
            twoByTwo(sample + members[0], sample + members[2], stretch.count, out);
            out += stretch.count;
            continue;
        }
        for (std::int32_t i = 0; i < stretch.count; ++i) {
            const double* const moved = sample + static_cast<std::ptrdiff_t>(i) * stretch.step;
            double largest = moved[members[0]];
            for (std::int32_t m = 1; m < size; ++m) {
                const double value = moved[members[m]];
                if (value > largest || value != value) largest = value;  // NaN stays, as in LibTorch
            }
            *out++ = largest;
        }
    }
}

}  // namespace tessera
