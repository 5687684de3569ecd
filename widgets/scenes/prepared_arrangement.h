// SPDX-License-Identifier: GPL-3.0-or-later
// An arrangement with what drawing and hovering need beside it, made once in a worker.
#pragma once

#include <memory>
#include <vector>

#include "core/geometry/arrangement.h"
#include "core/geometry/face_locator.h"

namespace tessera {

class PreparedArrangement {
  public:
    explicit PreparedArrangement(std::shared_ptr<const Arrangement> arrangement);

    const Arrangement& arrangement() const { return *arrangement_; }
    const std::shared_ptr<const Arrangement>& shared() const { return arrangement_; }
    const FaceLocator& locator() const { return locator_; }

    const std::vector<float>& slopeNorm() const { return slopeNorm_; }  // per face, logits per input unit
    double slopeTop() const {
        return slopeTop_;
    }  // 99 % of the area lies at or below it: the top of the colour bar
    double slopeMax() const { return slopeMax_; }
    int depthMax() const { return depthMax_; }

    // Cells of a face, as a range of indices into arrangement().cells; empty: the face has one class.
    std::pair<const std::int32_t*, const std::int32_t*> cellsOf(std::int32_t face) const;

    Eigen::Vector2d low() const { return low_; }  // bounding box of the window
    Eigen::Vector2d high() const { return high_; }

  private:
    std::shared_ptr<const Arrangement> arrangement_;
    FaceLocator locator_;
    std::vector<float> slopeNorm_;
    double slopeTop_ = 1, slopeMax_ = 1;
    int depthMax_ = 0;
    std::vector<std::int32_t> cellBegin_, cellIndex_;
    Eigen::Vector2d low_ = Eigen::Vector2d::Zero(), high_ = Eigen::Vector2d::Zero();
};

}  // namespace tessera
