// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/volume_columns.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace tessera {

bool VolumeColumns::evaluate(const VolumeNetwork& network, int site, std::int64_t first, std::int64_t count,
                             const std::vector<Eigen::Vector3d>& vertices, RunControl& control) {
    using Clock = std::chrono::steady_clock;
    constexpr auto kShort = std::chrono::milliseconds(20);
    first_ = first;
    count_ = count;
    rows_ = static_cast<std::int64_t>(vertices.size());
    stride_ = rows_ + rows_ / 2 + 64;  // room for the vertices to come
    values_.resize(static_cast<std::size_t>(count * stride_));
    const std::span<const Eigen::Vector3d> all(vertices);
    std::int64_t batch = 256;
    for (std::int64_t row = 0; row < rows_;) {
        const std::int64_t rows = std::min(batch, rows_ - row);
        const auto begin = Clock::now();
        network.inputsOfSite(site, first, count, all.subspan(row, rows), values_.data() + row, stride_);
        row += rows;
        if (control.shouldStop()) return false;
        if (rows == batch && Clock::now() - begin < kShort) batch *= 2;
    }
    measure();
    return true;
}

void VolumeColumns::measure() {
    largest_.assign(static_cast<std::size_t>(count_), 0.0);
    double zero = 0;  // NaN once a value is not finite
    for (std::int64_t i = 0; i < count_; ++i) {
        const double* value = values_.data() + i * stride_;
        double most = 0;
        for (std::int64_t row = 0; row < rows_; ++row) {
            most = std::max(most, std::abs(value[row]));
            zero += value[row] * 0;
        }
        largest_[i] = most;
    }
    finite_ = zero == 0;
}

void VolumeColumns::append(std::span<const CutVertex> made, std::int64_t from) {
    const auto added = static_cast<std::int64_t>(made.size());
    if (rows_ + added > stride_) {
        const std::int64_t wider = (rows_ + added) * 3 / 2;
        std::vector<double> grown(static_cast<std::size_t>(count_ * wider));
        for (std::int64_t i = from - first_; i < count_; ++i)
            std::copy_n(values_.data() + i * stride_, rows_, grown.data() + i * wider);
        values_.swap(grown);
        stride_ = wider;
    }
    for (std::int64_t i = from - first_; i < count_; ++i) {
        double* const column = values_.data() + i * stride_;
        double* out = column + rows_;
        for (const auto& [a, b, t] : made) *out++ = (1 - t) * column[a] + t * column[b];
    }
    rows_ += added;
}

}  // namespace tessera
