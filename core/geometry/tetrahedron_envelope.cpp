// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/tetrahedron_envelope.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "core/geometry/exact_determinant.h"

namespace tessera {
namespace {

constexpr TetrahedronEnvelope::Values kOnes{1, 1, 1, 1}, kZeros{0, 0, 0, 0};
constexpr DifferenceRow kOnesRow{kOnes.data(), kZeros.data()};

struct Columns {
    std::array<int, 4> at{};
    std::size_t count = 0;
    explicit Columns(std::uint8_t corners) {
        for (int i = 0; i < 4; ++i) {
            if ((corners >> i & 1) != 0) at[count++] = i;
        }
    }
    operator std::span<const int>() const { return {at.data(), count}; }
};

// Whether (i, j, k, l) is an even permutation of (0, 1, 2, 3).
bool isEven(const std::array<int, 4>& order) {
    int inversions = 0;
    for (int i = 0; i < 4; ++i) {
        for (int j = i + 1; j < 4; ++j) inversions += order[i] > order[j];
    }
    return inversions % 2 == 0;
}

}  // namespace

// The side of `a` and `b` as if there were no other class.
bool TetrahedronEnvelope::begin(std::int32_t a, std::int32_t b, bool isPositive) {
    const Values &first = classes_[a], &second = classes_[b];
    std::array<int, 4> order{};
    int count = 0, ahead = 0;
    for (int i = 0; i < 4; ++i) {
        if (first[i] >= second[i]) order[count++] = i, ++ahead;
    }
    if (ahead == 0 || ahead == 4) return false;
    for (int i = 0; i < 4; ++i) {
        if (!(first[i] >= second[i])) order[count++] = i;
    }
    // Corners where a is ahead come first; an even order sees the polygon from the side of b.
    const auto [i, j, k, l] = order;
    const bool isForward = isEven(order) == isPositive;
    if (ahead == 1) sides_ = {j, k, l};
    if (ahead == 2) sides_ = {j, k, i, l};
    if (ahead == 3) sides_ = {i, j, k};
    if (!isForward) std::reverse(sides_.begin(), sides_.end());
    return true;
}

EnvelopePoint TetrahedronEnvelope::pointBetween(std::int32_t a, std::int32_t b, Side before,
                                                Side after) const {
    EnvelopePoint point{0b1111, 2, {a, b}, {}};
    for (const Side side : {before, after}) {
        if (side < 4) {
            point.corners &= static_cast<std::uint8_t>(~(1 << side));
        } else {
            point.classes[point.count++] = side - 4;
        }
    }
    std::sort(point.classes.begin(), point.classes.begin() + point.count);
    return point;
}

// The sign of `a` less `other` at a point where a ties with the classes of the point. By Cramer's rule it is
// that of det(rows) / det(rows with ones for that of `other`), rows being the differences of a to `other` and
// to the rest at the corners. The infinitesimals add the same number to all of a row, and a determinant with
// two such rows vanishes, so they enter linearly.
int TetrahedronEnvelope::aheadOf(std::int32_t other, std::int32_t a, const EnvelopePoint& point) const {
    const Columns columns(point.corners);
    std::array<std::int32_t, 5> tied{};  // ascending: those of the point and `other`
    std::size_t size = 0;
    for (std::size_t i = 0; i < point.count; ++i) {
        if (i == size && point.classes[i] > other) tied[size++] = other;
        tied[size++] = point.classes[i];
    }
    if (size == point.count) tied[size++] = other;
    std::array<DifferenceRow, 4> rows;
    std::size_t count = 0, asked = 0;
    for (std::size_t i = 0; i < size; ++i) {
        if (tied[i] == other) asked = count;
        if (tied[i] != a) rows[count++] = {classes_[a].data(), classes_[tied[i]].data()};
    }
    const std::span<const DifferenceRow> all(rows.data(), count);
    const auto withOnes = [&](std::size_t row) {
        const DifferenceRow kept = std::exchange(rows[row], kOnesRow);
        const int sign = signOfDeterminant(all, columns);
        rows[row] = kept;
        return sign;
    };
    const int whole = withOnes(asked);
    assert(whole != 0);
    if (const int sign = signOfDeterminant(all, columns); sign != 0) return sign * whole;
    // The lowest class whose infinitesimal tells. That of a is in every row: subtracting the first from the
    // others leaves it in one.
    const auto ofOwn = [&] {
        std::array<DifferenceRow, 4> based{kOnesRow};
        for (std::size_t i = 1; i < count; ++i) based[i] = {rows[0].minus, rows[i].minus};
        return signOfDeterminant({based.data(), count}, columns);
    };
    std::size_t row = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const int sign = tied[i] == a ? ofOwn() : -withOnes(row++);
        if (sign != 0) return sign * whole;
    }
    return 0;  // not reached: the infinitesimal of `other` counts by det(rows with ones for it)
}

// Keeps the part of the polygon where a is ahead of `other`.
bool TetrahedronEnvelope::clip(std::int32_t a, std::int32_t b, std::int32_t other) {
    const std::size_t count = sides_.size();
    keeps_.resize(count);  // of the corner between each side and the next
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
        keeps_[i] = aheadOf(other, a, pointBetween(a, b, sides_[i], sides_[(i + 1) % count])) > 0 ? 1 : 0;
        kept += static_cast<std::size_t>(keeps_[i]);
    }
    if (kept == count) return true;
    if (kept == 0) return false;
    std::size_t first = 0;  // the first corner kept after one that is not
    while (keeps_[first] == 0 || keeps_[(first + count - 1) % count] != 0) ++first;
    clipped_.clear();
    for (std::size_t i = 0; i <= kept; ++i) clipped_.push_back(sides_[(first + i) % count]);
    clipped_.push_back(4 + other);
    sides_.swap(clipped_);
    return true;
}

// Barycentric coordinates by Cramer's rule, in floating point: only the place of the point depends on them.
void TetrahedronEnvelope::weigh(EnvelopePoint& point) const {
    const Columns columns(point.corners);
    const auto size = static_cast<std::size_t>(point.count) - 1;
    double d[3][4];
    for (std::size_t row = 0; row < size; ++row) {
        const Values &first = classes_[point.classes[0]], &second = classes_[point.classes[row + 1]];
        for (std::size_t i = 0; i <= size; ++i) d[row][i] = first[columns.at[i]] - second[columns.at[i]];
    }
    const auto two = [&](std::size_t row, std::size_t i, std::size_t j) {
        return d[row][i] * d[row + 1][j] - d[row][j] * d[row + 1][i];
    };
    const auto three = [&](std::size_t i, std::size_t j, std::size_t k) {
        return d[0][i] * two(1, j, k) - d[0][j] * two(1, i, k) + d[0][k] * two(1, i, j);
    };
    std::array<double, 4> weight{};
    if (size == 1) weight = {d[0][1], -d[0][0], 0, 0};
    if (size == 2) weight = {two(0, 1, 2), -two(0, 0, 2), two(0, 0, 1), 0};
    if (size == 3) weight = {three(1, 2, 3), -three(0, 2, 3), three(0, 1, 3), -three(0, 1, 2)};
    double sum = 0;
    for (const double w : weight) sum += w;
    const double sign = sum < 0 ? -1 : 1;
    sum = 0;
    for (double& w : weight) sum += w = std::max(0.0, sign * w);
    for (std::size_t i = 0; i <= size; ++i) {
        // All of them rounded to nothing: the middle of the side is not farther off than any other place.
        point.weights[columns.at[i]] = sum > 0 ? weight[i] / sum : 1 / static_cast<double>(size + 1);
    }
}

void TetrahedronEnvelope::compute(std::span<const Values> classes, bool isPositive) {
    classes_ = classes;
    faces_.clear();
    points_.clear();
    const auto count = static_cast<std::int32_t>(classes.size());
    for (std::int32_t a = 0; a < count; ++a) {
        for (std::int32_t b = a + 1; b < count; ++b) {
            bool isLeft = begin(a, b, isPositive);
            for (std::int32_t other = 0; other < count && isLeft; ++other) {
                if (other != a && other != b) isLeft = clip(a, b, other);
            }
            if (!isLeft) continue;
            const auto first = static_cast<std::int32_t>(points_.size());
            for (std::size_t i = 0; i < sides_.size(); ++i) {
                points_.push_back(pointBetween(a, b, sides_[i], sides_[(i + 1) % sides_.size()]));
                weigh(points_.back());
            }
            faces_.push_back({a, b, first, static_cast<std::int32_t>(points_.size())});
        }
    }
}

}  // namespace tessera
