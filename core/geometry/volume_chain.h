// SPDX-License-Identifier: GPL-3.0-or-later
// A chain of affine maps and piecewise-linear units on a volume.
#pragma once

#include <vector>

#include "core/geometry/depth_first.h"
#include "core/geometry/volume_network.h"

namespace tessera {

// Stages as in AffineChain, but the first has three columns (d/ds, d/dt, d/dr) and acts on coordinates
// relative to `origin`.
class VolumeChain final : public VolumeNetwork {
  public:
    VolumeChain(std::vector<AffineChain::Stage> stages, std::vector<Site> sites,
                const Eigen::Vector3d& origin = Eigen::Vector3d::Zero());
    const std::vector<Site>& sites() const override { return sites_; }
    std::int32_t outputs() const override { return static_cast<std::int32_t>(stages_.back().bias.size()); }
    void inputsOfSite(int site, std::int64_t first, std::int64_t count,
                      std::span<const Eigen::Vector3d> pointsInVolume, double* out,
                      std::int64_t stride) const override;
    void slopesAt(std::span<const Eigen::Vector3d> pointsInVolume, double* slopes,
                  std::uint64_t* patternHash) const override;

  private:
    void applySite(std::size_t site, double* values) const;
    std::vector<AffineChain::Stage> stages_;
    std::vector<Site> sites_;
    std::vector<char> isRelu_;
    Eigen::Vector3d origin_;
    std::size_t widest_ = 3;
    std::vector<std::uint64_t> noKeys_;
    std::vector<double> noBias_;
};

}  // namespace tessera
