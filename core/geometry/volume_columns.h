// SPDX-License-Identifier: GPL-3.0-or-later
// What a block of a site's inputs is at every vertex of a complex: one column an input, which grows as cuts
// make vertices.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/geometry/breadth_first_run.h"
#include "core/geometry/cell_splitter.h"
#include "core/geometry/volume_network.h"

namespace tessera {

class VolumeColumns {
  public:
    // Runs the network at all vertices, in batches short enough for a stop to be heard. False: stopped.
    bool evaluate(const VolumeNetwork& network, int site, std::int64_t first, std::int64_t count,
                  const std::vector<Eigen::Vector3d>& vertices, RunControl& control);
    // Vertices made by a cut, for the columns from input `from` on: the rest is done with.
    void append(std::span<const CutVertex> made, std::int64_t from);

    std::int64_t first() const { return first_; }
    std::int64_t end() const { return first_ + count_; }
    std::span<const double> column(std::int64_t input) const {
        return {values_.data() + (input - first_) * stride_, static_cast<std::size_t>(rows_)};
    }
    // Largest |value| of each input when evaluated; false from isFinite if any is not a number.
    const std::vector<double>& largest() const { return largest_; }
    bool isFinite() const { return finite_; }
    std::size_t bytes() const { return values_.capacity() * sizeof(double); }

  private:
    void measure();
    std::vector<double> values_;
    std::int64_t first_ = 0, count_ = 0, rows_ = 0, stride_ = 0;
    std::vector<double> largest_;
    bool finite_ = true;
};

}  // namespace tessera
