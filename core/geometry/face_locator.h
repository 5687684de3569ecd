// SPDX-License-Identifier: GPL-3.0-or-later
// Which face of an arrangement a point lies in: a uniform grid over the window, for hover and picking.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/geometry/arrangement.h"

namespace tessera {

class FaceLocator {
  public:
    explicit FaceLocator(std::shared_ptr<const Arrangement> arrangement);
    // -1 outside the window or where a partial arrangement has no face.
    std::int32_t faceAt(const Eigen::Vector2d& pointInSlice) const;
    // Every face that meets the rectangle, and perhaps a few beside it (for drawing only what is visible).
    std::vector<std::int32_t> facesIn(const Eigen::Vector2d& low, const Eigen::Vector2d& high) const;

  private:
    std::shared_ptr<const Arrangement> arrangement_;
    Eigen::Vector2d low_ = Eigen::Vector2d::Zero(), cellsPerUnit_ = Eigen::Vector2d::Zero();
    int columns_ = 0, rows_ = 0;
    std::vector<std::int32_t> cellBegin_, cellFaces_;
};

}  // namespace tessera
