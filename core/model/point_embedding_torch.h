// SPDX-License-Identifier: GPL-3.0-or-later
// Where the points of a site network lie in input space: on a slice, or on segments between inputs.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/geometry/slice_plane.h"

namespace tessera {

class PointEmbedding {
  public:
    virtual ~PointEmbedding() = default;
    virtual at::Tensor inputs(std::span<const Eigen::Vector2d> points) const = 0;  // points x input shape
    // Derivatives of the input by the first and the second coordinate, points x input shape. An undefined
    // tensor stands for zero.
    virtual std::pair<at::Tensor, at::Tensor> directions(std::span<const Eigen::Vector2d> points) const = 0;
    virtual double halfWidth() const = 0;  // of the coordinates' range
};

std::shared_ptr<const PointEmbedding> embeddingOfSlice(const SlicePlane& plane, const Shape& inputShape);
// The point (t, k) lies at the fraction t of segment k, which joins two rows of `anchors`.
std::shared_ptr<const PointEmbedding> embeddingOfSegments(
    std::shared_ptr<const std::vector<Eigen::VectorXd>> anchors,
    std::vector<std::pair<std::int32_t, std::int32_t>> segments, const Shape& inputShape);

}  // namespace tessera
