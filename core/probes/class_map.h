// SPDX-License-Identifier: GPL-3.0-or-later
// Probe "class-map": predicted class and confidence sampled on a grid over a slice, coarse to fine; works for
// every model. Refinement is adaptive: points whose neighbourhood agrees at the coarser level are
// interpolated, not evaluated, and the result says which are which.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/parameter.h"
#include "core/base/progress.h"
#include "core/base/provenance.h"
#include "core/base/result.h"
#include "core/geometry/slice_plane.h"
#include "core/model/model.h"

namespace tessera {

// Row-major rows x columns over the bounding box of the window; row 0 at the largest t (top of the picture).
// Cell centres are at s = low.x + (column + 0.5) * size.x / columns.
struct SampledField {
    int rows = 0, columns = 0;
    Eigen::Vector2d low = Eigen::Vector2d::Zero(), high = Eigen::Vector2d::Zero();
    std::int32_t outputs = 0;
    std::vector<std::int32_t> label;       // predicted class
    std::vector<float> confidence;         // of the predicted class
    std::vector<unsigned char> evaluated;  // 1: the network was run here; 0: filled from neighbours
    std::int64_t evaluations = 0;
};

struct ClassMap {
    struct Options {
        int resolution = 256;  // final grid is resolution along the longer side
        int coarse = 32;       // first grid shown
        bool adaptive = true;  // false: every point is evaluated
        static std::vector<Parameter> parameters();
    };
    struct Output {
        std::shared_ptr<const SampledField> field;
        SlicePlane plane;
        Provenance provenance;
    };
    // `onLevel` is called from the running thread with each complete coarser field as soon as it is there.
    using Level = std::function<void(std::shared_ptr<const SampledField>)>;
    static Result<Output> run(const Model& model, const SlicePlane& plane, const Options& options,
                              std::stop_token stop, Progress& progress, const Level& onLevel = {});
};

}  // namespace tessera
