// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/class_spots.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "widgets/scenes/class_shader.h"

namespace tessera {
namespace {

constexpr int kLongSide = 100;

int labelAt(const SliceScene& scene, const Eigen::Vector2d& p) {
    if (scene.arrangement) {
        const std::int32_t face = scene.arrangement->locator().faceAt(p);
        if (face >= 0) {
            const auto cells = scene.arrangement->cellsOf(face);
            if (cells.first == cells.second)
                return scene.arrangement->arrangement().label[static_cast<std::size_t>(face)];
            const Eigen::VectorXd logits = scene.arrangement->arrangement().logitsOnFace(face, p);
            int label = 0;
            leadingConfidence(logits.data(), static_cast<int>(logits.size()), label);
            return label;
        }
    }
    if (!scene.field) return -1;
    const SampledField& field = *scene.field;
    const double column = (p.x() - field.low.x()) / (field.high.x() - field.low.x()) * field.columns;
    const double row = (field.high.y() - p.y()) / (field.high.y() - field.low.y()) * field.rows;
    if (!(column >= 0 && column < field.columns && row >= 0 && row < field.rows)) return -1;
    return field.label[static_cast<std::size_t>(row) * static_cast<std::size_t>(field.columns) +
                       static_cast<std::size_t>(column)];
}

}  // namespace

std::vector<ClassSpot> findClassSpots(const SliceScene& scene, const std::vector<SliceRect>& taken) {
    const Eigen::Vector2d size = scene.high - scene.low;
    const double cell = size.maxCoeff() / kLongSide;
    const int columns = std::max(1, static_cast<int>(std::lround(size.x() / cell))),
              rows = std::max(1, static_cast<int>(std::lround(size.y() / cell)));
    const auto at = [&](int c, int r) {
        return static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(c);
    };
    const auto centre = [&](int c, int r) {
        return Eigen::Vector2d(scene.low.x() + (c + 0.5) * cell, scene.low.y() + (r + 0.5) * cell);
    };
    std::vector<int> label(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < columns; ++c) label[at(c, r)] = labelAt(scene, centre(c, r));

    // Two-pass chamfer distance to the nearest cell of another class, or beyond the picture.
    std::vector<float> room(label.size(), 1e9f);
    const auto relax = [&](int c, int r, int dc, int dr, float distance) {
        const int nc = c + dc, nr = r + dr;
        auto& here = room[at(c, r)];
        if (nc < 0 || nr < 0 || nc >= columns || nr >= rows || label[at(nc, nr)] != label[at(c, r)]) {
            here = std::min(here, distance);
        } else {
            here = std::min(here, room[at(nc, nr)] + distance);
        }
    };
    for (const auto& [from, to] : taken) {
        const Eigen::Vector2d first = (from.cwiseMin(to) - scene.low) / cell,
                              last = (from.cwiseMax(to) - scene.low) / cell;
        for (int r = std::max(0, static_cast<int>(first.y())); r <= std::min<double>(rows - 1, last.y()); ++r)
            for (int c = std::max(0, static_cast<int>(first.x()));
                 c <= std::min<double>(columns - 1, last.x()); ++c)
                room[at(c, r)] = 0;
    }
    const float diagonal = std::sqrt(2.0f);
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < columns; ++c)
            relax(c, r, -1, 0, 1), relax(c, r, 0, -1, 1), relax(c, r, -1, -1, diagonal),
                relax(c, r, 1, -1, diagonal);
    for (int r = rows - 1; r >= 0; --r)
        for (int c = columns - 1; c >= 0; --c)
            relax(c, r, 1, 0, 1), relax(c, r, 0, 1, 1), relax(c, r, 1, 1, diagonal),
                relax(c, r, -1, 1, diagonal);

    std::map<int, ClassSpot> spots;
    double classified = 0;
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < columns; ++c) {
            if (label[at(c, r)] < 0) continue;
            auto& spot = spots[label[at(c, r)]];
            spot.share += 1;
            classified += 1;
            if (room[at(c, r)] * cell > spot.room) {
                spot.room = room[at(c, r)] * cell;
                spot.position = centre(c, r);
            }
        }
    std::vector<ClassSpot> sorted;
    for (auto& [k, spot] : spots) {
        spot.label = k;
        spot.share /= classified;
        sorted.push_back(spot);
    }
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return a.share != b.share ? a.share > b.share : a.label < b.label;
    });
    return sorted;
}

}  // namespace tessera
