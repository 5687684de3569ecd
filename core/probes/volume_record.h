// SPDX-License-Identifier: GPL-3.0-or-later
// A volume's result as a record, and back.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/record.h"
#include "core/base/result.h"
#include "core/geometry/cell_complex.h"
#include "core/geometry/slice_volume.h"

namespace tessera {

inline constexpr const char* kVolumeProbe = "volume";

struct VolumeSample {
    std::int64_t sample = 0;
    std::int32_t label = -1, prediction = 0;
    Eigen::Vector3d at = Eigen::Vector3d::Zero();
    double offVolume = 0;  // distance, in input units
};

// The decision boundary of sampled logits.
struct SampledBoundary {
    std::shared_ptr<const SurfaceMesh> surface;
    std::int64_t cells = 0;        // of the grid, along the longest side
    std::int64_t evaluations = 0;  // of the network
    bool complete = true;          // to the resolution asked for
};

// A counterfactual search, with what is known of it step by step.
struct VolumePath {
    std::int64_t sample = -1;                             // where it begins; -1: in the middle of the box
    std::int32_t predicted = 0, target = 0, landing = 0;  // classes; untargeted: target is the runner-up
    bool flipped = false;
    std::int32_t steps = 0;  // taken
    double distance = 0;     // of the end from the start, in input units
    double radius = 0;       // that it was kept within
    // Of the points kept, the first and the last among them.
    std::vector<std::int32_t> step;
    std::vector<Eigen::Vector3d> points;   // projected onto the volume
    std::vector<double> offVolume;         // distance from it, in input units
    std::vector<double> margin;            // target minus predicted logit
    std::vector<std::int32_t> prediction;  // class there
};

struct VolumeResult {
    SliceVolume volume;
    std::int32_t outputs = 0;
    std::shared_ptr<const CellComplex> cells;  // null: not asked for, or the model is not exact
    std::optional<SampledBoundary> sampled;
    std::vector<VolumeSample> samples;
    std::vector<VolumePath> paths;
    int classCount() const { return outputs == 1 ? 2 : outputs; }
    // The exact boundary where there is one, else the sampled one; may be empty.
    SurfaceMesh boundary() const;
};

// The arrays point into the complex and keep it alive.
ResultRecord volumeRecord(const VolumeResult& result);
// The record may come from any file: every size and index is checked, so that whatever is accepted can be
// drawn.
Result<VolumeResult> volumeFromRecord(const ResultRecord& record, const std::string& what);

}  // namespace tessera
