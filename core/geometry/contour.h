// SPDX-License-Identifier: GPL-3.0-or-later
// The lines on which a sampled field takes a value, by marching squares: exact where the field is linear
// along the sides of its cells.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

namespace tessera {

// Row-major rows x columns of values at cell centres over low..high, row 0 at the largest t, as in
// SampledField. Values that are not finite have no line beside them; 2 x 2 values at least.
struct GridField {
    int rows = 0, columns = 0;
    Eigen::Vector2d low = Eigen::Vector2d::Zero(), high = Eigen::Vector2d::Zero();
    std::span<const float> values;
    Eigen::Vector2d centre(int row, int column) const {
        return {low.x() + (column + 0.5) * (high.x() - low.x()) / columns,
                high.y() - (row + 0.5) * (high.y() - low.y()) / rows};
    }
};

struct ContourSegment {
    Eigen::Vector2d from, to;
};
// In no order that matters. Saddles are cut by the mean of their corners.
std::vector<ContourSegment> contourOf(const GridField& field, double level);

}  // namespace tessera
