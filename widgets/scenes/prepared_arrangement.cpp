// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/prepared_arrangement.h"

#include <algorithm>
#include <numeric>

namespace tessera {

PreparedArrangement::PreparedArrangement(std::shared_ptr<const Arrangement> arrangement)
    : arrangement_(std::move(arrangement)), locator_(arrangement_) {
    const Arrangement& a = *arrangement_;
    const auto faces = static_cast<std::size_t>(a.faceCount());
    slopeNorm_.resize(faces);
    for (std::size_t f = 0; f < faces; ++f) {
        slopeNorm_[f] = static_cast<float>(a.slopeNorm(static_cast<std::int64_t>(f)));
        depthMax_ = std::max(depthMax_, static_cast<int>(a.depth[f]));
    }

    // The colour bar ends where 99 % of the area is covered: one tiny steep face must not flatten all others.
    std::vector<std::int32_t> order(faces);
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](auto x, auto y) { return slopeNorm_[x] < slopeNorm_[y]; });
    const double total = std::accumulate(a.area.begin(), a.area.end(), 0.0);
    double sum = 0;
    for (const auto f : order) {
        sum += a.area[static_cast<std::size_t>(f)];
        slopeTop_ = slopeNorm_[static_cast<std::size_t>(f)];
        if (sum >= 0.99 * total) break;
    }
    if (faces > 0) slopeMax_ = slopeNorm_[static_cast<std::size_t>(order.back())];
    if (!(slopeTop_ > 0)) slopeTop_ = 1;

    cellBegin_.assign(faces + 1, 0);
    for (const auto& cell : a.cells) ++cellBegin_[static_cast<std::size_t>(cell.face) + 1];
    std::partial_sum(cellBegin_.begin(), cellBegin_.end(), cellBegin_.begin());
    cellIndex_.resize(a.cells.size());
    auto next = cellBegin_;
    for (std::size_t c = 0; c < a.cells.size(); ++c)
        cellIndex_[static_cast<std::size_t>(next[static_cast<std::size_t>(a.cells[c].face)]++)] =
            static_cast<std::int32_t>(c);

    const auto box = boundingBox(a.window);
    low_ = box.low;
    high_ = box.high;
}

std::pair<const std::int32_t*, const std::int32_t*> PreparedArrangement::cellsOf(std::int32_t face) const {
    const auto f = static_cast<std::size_t>(face);
    return {cellIndex_.data() + cellBegin_[f], cellIndex_.data() + cellBegin_[f + 1]};
}

}  // namespace tessera
