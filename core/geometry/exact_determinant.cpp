// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/exact_determinant.h"

#include <cmath>
#include <limits>
#include <vector>

namespace tessera {
namespace {

// An unevaluated sum of doubles that do not overlap, smallest first, none of them zero.
class ExactSum {
  public:
    void add(double value) {
        std::size_t kept = 0;
        for (const double part : parts_) {
            const double sum = value + part, shadow = sum - value;
            const double rest = (value - (sum - shadow)) + (part - shadow);
            value = sum;
            if (rest != 0) parts_[kept++] = rest;
        }
        parts_.resize(kept);
        if (value != 0) parts_.push_back(value);
    }
    void addProduct(const ExactSum& a, const ExactSum& b, double sign) {
        for (const double x : a.parts_) {
            for (const double y : b.parts_) {
                const double product = x * y;
                add(sign * std::fma(x, y, -product));
                add(sign * product);
            }
        }
    }
    int sign() const { return parts_.empty() ? 0 : parts_.back() > 0 ? 1 : -1; }

  private:
    std::vector<double> parts_;
};

using Columns = std::array<int, 4>;

ExactSum exactDeterminant(std::span<const DifferenceRow> rows, std::span<const int> columns) {
    ExactSum sum;
    const DifferenceRow& first = rows.front();
    double sign = 1;
    for (std::size_t i = 0; i < columns.size(); ++i, sign = -sign) {
        ExactSum entry;
        entry.add(first.plus[columns[i]]);
        entry.add(-first.minus[columns[i]]);
        if (entry.sign() == 0) continue;
        if (rows.size() == 1) return entry;
        Columns others{};
        std::size_t count = 0;
        for (const int column : columns) {
            if (column != columns[i]) others[count++] = column;
        }
        sum.addProduct(entry, exactDeterminant(rows.subspan(1), {others.data(), count}), sign);
    }
    return sum;
}

// The determinant, and the same sum with every sign made positive.
struct Rounded {
    double value = 0, magnitude = 0;
};

Rounded roundedDeterminant(std::span<const DifferenceRow> rows, std::span<const int> columns) {
    double entry[4][4] = {};
    const std::size_t n = rows.size();
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j)
            entry[i][j] = rows[i].plus[columns[j]] - rows[i].minus[columns[j]];
    }
    const auto minor = [&](std::size_t row, std::size_t j, std::size_t k) {
        const double p = entry[row][j] * entry[row + 1][k], q = entry[row][k] * entry[row + 1][j];
        return Rounded{p - q, std::abs(p) + std::abs(q)};
    };
    if (n == 1) return {entry[0][0], std::abs(entry[0][0])};
    if (n == 2) return minor(0, 0, 1);
    const auto three = [&](std::size_t row, std::size_t i, std::size_t j, std::size_t k) {
        const Rounded a = minor(row + 1, j, k), b = minor(row + 1, i, k), c = minor(row + 1, i, j);
        const double* const e = entry[row];
        return Rounded{
            e[i] * a.value - e[j] * b.value + e[k] * c.value,
            std::abs(e[i]) * a.magnitude + std::abs(e[j]) * b.magnitude + std::abs(e[k]) * c.magnitude};
    };
    if (n == 3) return three(0, 0, 1, 2);
    const Rounded a = three(0 + 1, 1, 2, 3), b = three(1, 0, 2, 3), c = three(1, 0, 1, 3),
                  d = three(1, 0, 1, 2);
    const double* const e = entry[0];
    return {e[0] * a.value - e[1] * b.value + e[2] * c.value - e[3] * d.value,
            std::abs(e[0]) * a.magnitude + std::abs(e[1]) * b.magnitude + std::abs(e[2]) * c.magnitude +
                std::abs(e[3]) * d.magnitude};
}

}  // namespace

int signOfDeterminant(std::span<const DifferenceRow> rows, std::span<const int> columns) {
    // Four differences, three products and at most seven sums deep: under 16 roundings on any path.
    constexpr double kBound = 16 * std::numeric_limits<double>::epsilon();
    const Rounded rounded = roundedDeterminant(rows, columns);
    if (rounded.magnitude == 0) return 0;
    if (std::abs(rounded.value) > kBound * rounded.magnitude) return rounded.value > 0 ? 1 : -1;
    return exactDeterminant(rows, columns).sign();
}

}  // namespace tessera
