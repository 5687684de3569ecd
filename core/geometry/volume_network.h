// SPDX-License-Identifier: GPL-3.0-or-later
// What the exact engine needs to know of a network restricted to a volume (slice_volume.h). Implemented over
// the layer graph in core/model and for chains in volume_chain.h; tests implement it by hand.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "core/geometry/piecewise_linear.h"

namespace tessera {

class VolumeNetwork {
  public:
    virtual ~VolumeNetwork() = default;
    virtual const std::vector<Site>& sites() const = 0;
    virtual std::int32_t outputs() const = 0;
    // Inputs [first, first + count) of a site, or of the logits at sites().size(), at the points, run from
    // the points themselves in float64: out[(i - first) * stride + p] for input i and point p.
    virtual void inputsOfSite(int site, std::int64_t first, std::int64_t count,
                              std::span<const Eigen::Vector3d> pointsInVolume, double* out,
                              std::int64_t stride) const = 0;
    // The affine map of the region that each point lies in: the derivatives of every logit along s, t and r,
    // written points x outputs x 3; and the pattern hash at the point (piecewise_linear.h).
    virtual void slopesAt(std::span<const Eigen::Vector3d> pointsInVolume, double* slopes,
                          std::uint64_t* patternHash) const = 0;
};

}  // namespace tessera
