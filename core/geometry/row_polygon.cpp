// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/row_polygon.h"

namespace tessera {

void RowPolygon::clear(int newWidth) {
    width = newWidth;
    rows.clear(), vertex.clear(), tie.clear(), touch.clear();
}

void RowPolygon::add(std::span<const double> values, std::int32_t ofVertex, std::int32_t sideTie,
                     std::int32_t sideTouch) {
    rows.insert(rows.end(), values.begin(), values.end());
    vertex.push_back(ofVertex), tie.push_back(sideTie), touch.push_back(sideTouch);
}

bool clipRows(const RowPolygon& in, std::span<const double> d, double noise, std::int32_t tie,
              RowPolygon& out) {
    out.clear(in.width);
    const std::size_t n = in.size();
    bool hasInside = false;
    std::vector<double> cut(static_cast<std::size_t>(in.width));
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t j = (i + 1) % n;
        const bool isIn = d[i] >= -noise, isNextIn = d[j] >= -noise;
        const bool isOn = isIn && d[i] <= noise, isNextOn = isNextIn && d[j] <= noise;
        const auto addCut = [&](std::int32_t side, std::int32_t sideTouch) {
            const double along = d[i] / (d[i] - d[j]);
            const auto from = in.row(i), to = in.row(j);
            for (std::size_t c = 0; c < cut.size(); ++c) cut[c] = from[c] + along * (to[c] - from[c]);
            out.add(cut, -1, side, sideTouch);
        };
        if (isIn) {
            hasInside = hasInside || !isOn;
            const bool leavesHere = !isNextIn && isOn;
            out.add(in.row(i), in.vertex[i], leavesHere ? tie : in.tie[i],
                    isOn && isNextOn && tie >= 0 ? tie : (leavesHere ? -1 : in.touch[i]));
            if (!isNextIn && !isOn) addCut(tie, -1);
        } else if (isNextIn && !isNextOn) {
            addCut(in.tie[i], in.touch[i]);
        }
    }
    return hasInside && out.size() >= 3;
}

}  // namespace tessera
