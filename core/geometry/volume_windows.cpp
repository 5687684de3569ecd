// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/volume_windows.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr std::size_t kCellsBetweenLooks = 16384;  // at whether to go on: some milliseconds

}  // namespace

bool WindowCuts::cut(std::span<const std::int32_t> members, double noise, int site, std::int32_t window,
                     const std::function<bool()>& isOver) {
    members_ = members;
    noise_ = noise;
    most_.clear();
    vertexWinner_.clear();
    findVertexWinners(0);
    winner_.assign(cells_.cells().size(), vertexWinner_.front());
    if (std::all_of(vertexWinner_.begin(), vertexWinner_.end(),
                    [this](std::int32_t of) { return of == vertexWinner_.front(); }))
        return true;
    open_.resize(cells_.cells().size());
    for (std::size_t c = 0; c < open_.size(); ++c) open_[c] = static_cast<std::int32_t>(c);
    while (!open_.empty()) {
        wanted_.clear();
        Pair pair;
        std::size_t settled = 0;
        for (const std::int32_t c : open_) {
            if (!settle(c, pair)) wanted_.push_back({pair, c});
            if (++settled % kCellsBetweenLooks == 0 && isOver()) return false;
        }
        open_.clear();
        std::sort(wanted_.begin(), wanted_.end());
        for (std::size_t i = 0; i < wanted_.size();) {
            const auto [first, second] = wanted_[i].first;
            listed_.clear();
            for (; i < wanted_.size() && wanted_[i].first == Pair(first, second); ++i)
                listed_.push_back(wanted_[i].second);
            const auto a = columns_.column(members_[first]), b = columns_.column(members_[second]);
            difference_.resize(a.size());
            double largest = 0;
            for (std::size_t v = 0; v < a.size(); ++v) {
                difference_[v] = a[v] - b[v];
                largest = std::max(largest, std::abs(difference_[v]));
            }
            sides_.find(difference_, largest, noise_, tolerance_, cells_, margins_);
            const std::size_t before = cells_.cells().size(), vertices = cells_.vertices().size();
            cells_.split(difference_, sides_.sides(), site, window, &listed_);
            columns_.append(cells_.newVertices(), columns_.first());
            findVertexWinners(vertices);
            winner_.resize(cells_.cells().size(), -1);
            open_.insert(open_.end(), cells_.partedCells().begin(), cells_.partedCells().end());
            for (const std::int32_t c : listed_) winner_[c] = -1;
            for (const std::int32_t c : cells_.partedCells()) winner_[c] = 0;
            for (const std::int32_t c : listed_)
                if (winner_[c] < 0) settleByMiddle(c);
            for (std::size_t c = before; c < cells_.cells().size(); ++c)
                open_.push_back(static_cast<std::int32_t>(c));
            if (isOver()) return false;
        }
    }
    return true;
}

void WindowCuts::findVertexWinners(std::size_t from) {
    const std::size_t count = cells_.vertices().size();
    most_.resize(count);
    vertexWinner_.resize(count);
    for (std::size_t v = from; v < count; ++v) most_[v] = columns_.column(members_[0])[v];
    for (const std::int32_t member : members_) {
        const auto value = columns_.column(member);
        for (std::size_t v = from; v < count; ++v) most_[v] = std::max(most_[v], value[v]);
    }
    std::fill(vertexWinner_.begin() + static_cast<std::ptrdiff_t>(from), vertexWinner_.end(), -1);
    for (std::size_t m = 0; m < members_.size(); ++m) {
        const auto value = columns_.column(members_[m]);
        for (std::size_t v = from; v < count; ++v)
            if (vertexWinner_[v] < 0 && value[v] >= most_[v] - noise_)
                vertexWinner_[v] = static_cast<std::int32_t>(m);
    }
}

bool WindowCuts::settle(std::int32_t c, Pair& pair) {
    const auto& cell = cells_.cells()[c];
    const std::int32_t first = vertexWinner_[cells_.verticesOf(cells_.faces()[cells_.facesOf(cell)[0]])[0]];
    bool isOne = true;
    for (const std::int32_t f : cells_.facesOf(cell))
        for (const std::int32_t v : cells_.verticesOf(cells_.faces()[f]))
            isOne = isOne && vertexWinner_[v] == first;
    winner_[c] = first;
    if (isOne) return true;
    cells_.verticesOf(cell, vertices_);
    for (std::size_t m = 0; m < members_.size(); ++m) {
        const auto value = columns_.column(members_[m]);
        if (!std::all_of(vertices_.begin(), vertices_.end(),
                         [&](std::int32_t v) { return value[v] >= most_[v] - noise_; }))
            continue;
        winner_[c] = static_cast<std::int32_t>(m);
        return true;
    }
    candidates_.clear();
    for (const std::int32_t v : vertices_) candidates_.push_back(vertexWinner_[v]);
    std::sort(candidates_.begin(), candidates_.end());
    candidates_.erase(std::unique(candidates_.begin(), candidates_.end()), candidates_.end());
    for (std::size_t i = 0; i < candidates_.size(); ++i)
        for (std::size_t j = i + 1; j < candidates_.size(); ++j)
            if (pair = {candidates_[i], candidates_[j]}; parts(pair)) return false;
    settleByMiddle(c);
    return true;
}

bool WindowCuts::parts(Pair pair) const {
    const auto a = columns_.column(members_[pair.first]), b = columns_.column(members_[pair.second]);
    bool above = false, below = false;
    for (const std::int32_t v : vertices_) {
        above = above || a[v] - b[v] > noise_;
        below = below || a[v] - b[v] < -noise_;
    }
    return above && below;
}

// Forms that differ by rounding alone, or a cut that rounding did not let through.
void WindowCuts::settleByMiddle(std::int32_t c) {
    cells_.verticesOf(cells_.cells()[c], vertices_);
    double most = 0;
    for (std::size_t m = 0; m < members_.size(); ++m) {
        const auto value = columns_.column(members_[m]);
        double sum = 0;
        for (const std::int32_t v : vertices_) sum += value[v];
        if (m > 0 && sum <= most) continue;
        most = sum;
        winner_[c] = static_cast<std::int32_t>(m);
    }
    ++unresolved_;
}

}  // namespace tessera
