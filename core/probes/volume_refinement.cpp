// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/volume_refinement.h"

#include <algorithm>
#include <array>

#include "core/model/parallel_rows.h"

namespace tessera {
namespace {

// Two margins that fall towards each other as steeply as they do beside the cube meet half way.
constexpr float kHalfWay = 0.5f;
// One in so many of the points that are interpolated is evaluated to see whether that was right.
constexpr std::uint64_t kCheckEvery = 64;

// How far the largest logit is ahead of the next.
float marginOf(const float* row, std::int32_t outputs) {
    if (outputs == 1) return std::abs(row[0]);
    float first = std::max(row[0], row[1]), second = std::min(row[0], row[1]);
    for (std::int32_t k = 2; k < outputs; ++k) {
        second = std::max(second, std::min(first, row[k]));
        first = std::max(first, row[k]);
    }
    return first - second;
}

// Spreads the points to check without a pattern that could run along a boundary.
bool isChecked(std::int64_t point) {
    return (static_cast<std::uint64_t>(point) * 0x9e3779b97f4a7c15ull >> 32) % kCheckEvery == 0;
}

// The points of the coarser grid around one of the finer, along one axis.
struct Around {
    int low, high;
    explicit Around(int at) : low(at / 2), high((at + 1) / 2) {}
};

void interpolate(const SampledVolume& coarse, int i, int j, int k, float* row) {
    const Around x(i), y(j), z(k);
    const auto outputs = static_cast<std::size_t>(coarse.outputs);
    std::fill_n(row, outputs, 0.0f);
    int count = 0;
    for (int c = z.low; c <= z.high; ++c)
        for (int b = y.low; b <= y.high; ++b)
            for (int a = x.low; a <= x.high; ++a, ++count) {
                const float* const from =
                    coarse.logits.data() + static_cast<std::size_t>(coarse.grid.at(a, b, c)) * outputs;
                for (std::size_t n = 0; n < outputs; ++n) row[n] += from[n];
            }
    for (std::size_t n = 0; n < outputs; ++n) row[n] /= static_cast<float>(count);
}

// Whether a point of the finer grid lies in or on one of the cubes of the coarser.
bool isContested(const GridShape& coarse, const std::vector<char>& cubes, int i, int j, int k) {
    const auto first = [](int at) { return at % 2 != 0 ? at / 2 : std::max(at / 2 - 1, 0); };
    const auto last = [](int at, int points) { return std::min(at / 2, points - 2); };
    for (int c = first(k); c <= last(k, coarse.nz); ++c)
        for (int b = first(j); b <= last(j, coarse.ny); ++b)
            for (int a = first(i); a <= last(i, coarse.nx); ++a)
                if (cubes[static_cast<std::size_t>(coarse.at(a, b, c))] != 0) return true;
    return false;
}

}  // namespace

GridShape halvedSpacing(const GridShape& grid) {
    return {2 * grid.nx - 1, 2 * grid.ny - 1, 2 * grid.nz - 1, grid.low, grid.high};
}

std::vector<char> contestedCubes(const SampledVolume& level, const std::stop_token& stop) {
    const GridShape& grid = level.grid;
    const auto outputs = static_cast<std::size_t>(level.outputs);
    std::vector<float> margin(level.label.size());
    const auto layer = static_cast<std::size_t>(grid.at(0, 0, 1));
    parallelRows(grid.nz, 1, [&](std::int64_t begin, std::int64_t count) {
        for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(begin + count); ++k) {
            if (stop.stop_requested()) return;
            for (std::size_t p = k * layer; p < (k + 1) * layer; ++p)
                margin[p] = marginOf(level.logits.data() + p * outputs, level.outputs);
        }
    });
    // The most that the margin changes from each point to one beside it.
    std::vector<float> steepest(margin.size());
    const std::array<std::int64_t, 3> beside{1, grid.at(0, 1, 0), grid.at(0, 0, 1)};
    parallelRows(grid.nz, 1, [&](std::int64_t begin, std::int64_t count) {
        for (int k = static_cast<int>(begin); k < begin + count && !stop.stop_requested(); ++k)
            for (int j = 0; j < grid.ny; ++j)
                for (int i = 0; i < grid.nx; ++i) {
                    const auto point = grid.at(i, j, k);
                    const std::array<bool, 3> hasBefore{i > 0, j > 0, k > 0},
                        hasAfter{i + 1 < grid.nx, j + 1 < grid.ny, k + 1 < grid.nz};
                    const auto change = [&](std::int64_t other) {
                        return std::abs(margin[static_cast<std::size_t>(other)] -
                                        margin[static_cast<std::size_t>(point)]);
                    };
                    float most = 0;
                    for (std::size_t axis = 0; axis < 3; ++axis) {
                        if (hasBefore[axis]) most = std::max(most, change(point - beside[axis]));
                        if (hasAfter[axis]) most = std::max(most, change(point + beside[axis]));
                    }
                    steepest[static_cast<std::size_t>(point)] = most;
                }
    });
    std::array<std::int64_t, 8> step;
    for (int corner = 0; corner < 8; ++corner)
        step[static_cast<std::size_t>(corner)] = grid.at(corner & 1, corner >> 1 & 1, corner >> 2 & 1);
    std::vector<char> contested(margin.size(), 0);  // also of the points that are no cube's lowest corner
    parallelRows(grid.nz - 1, 1, [&](std::int64_t begin, std::int64_t count) {
        for (int k = static_cast<int>(begin); k < begin + count && !stop.stop_requested(); ++k)
            for (int j = 0; j + 1 < grid.ny; ++j)
                for (int i = 0; i + 1 < grid.nx; ++i) {
                    const auto base = grid.at(i, j, k);
                    const auto label = level.label[static_cast<std::size_t>(base)];
                    float least = margin[static_cast<std::size_t>(base)], steep = 0;
                    bool isMixed = false;
                    for (const auto offset : step) {
                        const auto corner = static_cast<std::size_t>(base + offset);
                        isMixed |= level.label[corner] != label;
                        least = std::min(least, margin[corner]);
                        steep = std::max(steep, steepest[corner]);
                    }
                    contested[static_cast<std::size_t>(base)] = isMixed || least < kHalfWay * steep ? 1 : 0;
                }
    });
    return contested;
}

Result<SampledVolume> refined(const SampledVolume& coarse, const std::stop_token& stop,
                              std::vector<std::int64_t>& chosen, std::vector<std::int64_t>& checks) {
    SampledVolume fine;
    fine.grid = halvedSpacing(coarse.grid);
    fine.outputs = coarse.outputs;
    fine.level = coarse.level + 1;
    fine.levels = coarse.levels;
    fine.evaluations = coarse.evaluations;
    const auto points = static_cast<std::size_t>(fine.grid.points());
    const auto outputs = static_cast<std::size_t>(fine.outputs);
    const auto layer = static_cast<std::size_t>(fine.grid.at(0, 0, 1));
    fine.logits.reserve(points * outputs);
    for (std::size_t end = layer; end <= points;
         end += layer) {  // the first touch of so much memory takes its time
        if (stop.stop_requested()) return Cancelled{};
        fine.logits.resize(end * outputs);
    }
    fine.label.resize(points);
    fine.evaluated.assign(points, 0);
    const auto cubes = contestedCubes(coarse, stop);
    enum : unsigned char { kLeave, kChoose, kCheck };
    std::vector<unsigned char> fate(points, kLeave);
    parallelRows(fine.grid.nz, 1, [&](std::int64_t begin, std::int64_t count) {
        for (int k = static_cast<int>(begin); k < begin + count && !stop.stop_requested(); ++k) {
            auto point = static_cast<std::size_t>(k) * layer;
            for (int j = 0; j < fine.grid.ny; ++j)
                for (int i = 0; i < fine.grid.nx; ++i, ++point) {
                    float* const row = fine.logits.data() + point * outputs;
                    interpolate(coarse, i, j, k, row);
                    if (i % 2 == 0 && j % 2 == 0 && k % 2 == 0) {
                        const auto same = static_cast<std::size_t>(coarse.grid.at(i / 2, j / 2, k / 2));
                        fine.label[point] = coarse.label[same];
                        fine.evaluated[point] = coarse.evaluated[same];
                    } else {
                        fine.label[point] = predictedClass(row, fine.outputs);
                    }
                    if (fine.evaluated[point] != 0) continue;
                    if (isContested(coarse.grid, cubes, i, j, k))
                        fate[point] = kChoose;
                    else if (isChecked(static_cast<std::int64_t>(point)))
                        fate[point] = kCheck;
                }
        }
    });
    if (stop.stop_requested()) return Cancelled{};
    for (std::size_t point = 0; point < points; ++point) {
        if (fate[point] == kChoose) chosen.push_back(static_cast<std::int64_t>(point));
        if (fate[point] == kCheck) checks.push_back(static_cast<std::int64_t>(point));
    }
    return fine;
}

std::vector<std::int64_t> unevaluatedAround(const SampledVolume& level,
                                            const std::vector<std::int64_t>& points) {
    const GridShape& grid = level.grid;
    std::vector<std::int64_t> around;
    for (const auto point : points) {
        const int i = static_cast<int>(point % grid.nx), j = static_cast<int>(point / grid.nx % grid.ny),
                  k = static_cast<int>(point / grid.nx / grid.ny);
        for (int c = std::max(k - 1, 0); c <= std::min(k + 1, grid.nz - 1); ++c)
            for (int b = std::max(j - 1, 0); b <= std::min(j + 1, grid.ny - 1); ++b)
                for (int a = std::max(i - 1, 0); a <= std::min(i + 1, grid.nx - 1); ++a)
                    if (level.evaluated[static_cast<std::size_t>(grid.at(a, b, c))] == 0)
                        around.push_back(grid.at(a, b, c));
    }
    std::sort(around.begin(), around.end());
    around.erase(std::unique(around.begin(), around.end()), around.end());
    return around;
}

}  // namespace tessera
