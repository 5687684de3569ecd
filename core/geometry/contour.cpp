// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/contour.h"

#include <cmath>

namespace tessera {

std::vector<ContourSegment> contourOf(const GridField& field, double level) {
    std::vector<ContourSegment> segments;
    const auto value = [&](int row, int column) {
        return static_cast<double>(
            field.values[static_cast<std::size_t>(row) * static_cast<std::size_t>(field.columns) +
                         static_cast<std::size_t>(column)]);
    };
    for (int row = 0; row + 1 < field.rows; ++row)
        for (int column = 0; column + 1 < field.columns; ++column) {
            // Round the cell; side i runs from corner i to the next.
            const int rows[] = {row, row, row + 1, row + 1},
                      columns[] = {column, column + 1, column + 1, column};
            double at[4];
            bool isFinite = true;
            int above = 0;
            for (int i = 0; i < 4; ++i) {
                at[i] = value(rows[i], columns[i]) - level;
                isFinite = isFinite && std::isfinite(at[i]);
                above += at[i] > 0;
            }
            if (!isFinite || above == 0 || above == 4) continue;
            Eigen::Vector2d crossings[4];
            int count = 0;
            for (int i = 0; i < 4; ++i) {
                const int next = (i + 1) % 4;
                if ((at[i] > 0) == (at[next] > 0)) continue;
                const double share = at[i] / (at[i] - at[next]);
                const Eigen::Vector2d from = field.centre(rows[i], columns[i]),
                                      to = field.centre(rows[next], columns[next]);
                crossings[count++] = from + share * (to - from);
            }
            if (count == 2) {
                segments.push_back({crossings[0], crossings[1]});
                continue;
            }
            // All four sides cross: the corners of the middle's own sign belong together, and each of the
            // other two is cut off by the sides that meet in it.
            const bool middleAbove = at[0] + at[1] + at[2] + at[3] > 0;
            const bool cutsFirst = (at[0] > 0) != middleAbove;  // corners 0 and 2, else 1 and 3
            if (cutsFirst) {
                segments.push_back({crossings[3], crossings[0]});
                segments.push_back({crossings[1], crossings[2]});
            } else {
                segments.push_back({crossings[0], crossings[1]});
                segments.push_back({crossings[2], crossings[3]});
            }
        }
    return segments;
}

}  // namespace tessera
