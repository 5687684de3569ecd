// SPDX-License-Identifier: GPL-3.0-or-later
// The plane that `regions` works on: from a file, or through samples of a data set.
#pragma once

#include "app/command_line_model.h"
#include "core/geometry/slice_plane.h"

namespace tessera {

struct ChosenPlane {
    SlicePlane plane;
    std::vector<std::int64_t> samples;          // the plane goes through these
    std::vector<Eigen::Vector2d> samplePoints;  // where, in slice coordinates
    std::vector<std::int32_t> sampleLabels;
    std::vector<std::string> sampleNames;
    std::vector<std::string> classNames;  // of the data; empty: unknown
};

Result<ChosenPlane> choosePlane(const Model& model, const RegionsOptions& options, std::uint64_t seed);

}  // namespace tessera
