// SPDX-License-Identifier: GPL-3.0-or-later
// Logits of a model at points of a volume, as fast as the model allows: of a plain chain of linear layers
// with ReLU the first is folded with the volume's axes, so that it takes three values and not an input.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/geometry/slice_volume.h"
#include "core/model/model.h"

namespace tessera {

class VolumePoints {
  public:
    // `step`: the least distance of points that are to be told apart; decides between float32 and float64.
    VolumePoints(const Model& model, const SliceVolume& volume, double step);

    const Model& runModel() const { return folded_ ? *folded_ : model_; }  // batches are sized for it
    std::int64_t inputsOfRun() const { return elementCount(runModel().info().inputShape); }
    bool isFolded() const { return folded_ != nullptr; }
    bool isFloat32() const { return isFloat32_; }

    // Points to points x outputs. Of several logits the largest of a point is taken off all of them: float32
    // then holds what tells the classes apart. Values beyond 1e30 are cut there; NaN is an error.
    Result<Done> logitsAt(std::span<const Eigen::Vector3d> pointsInVolume, float* logits);

  private:
    template <typename Scalar>
    Result<Done> logitsAs(std::span<const Eigen::Vector3d> points, float* logits);

    const Model& model_;
    const SliceVolume& volume_;
    Eigen::Vector3d centre_;  // of the box: the folded model takes offsets from it
    std::shared_ptr<const Model> folded_;
    bool isFloat32_ = true;
};

}  // namespace tessera
