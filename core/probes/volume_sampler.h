// SPDX-License-Identifier: GPL-3.0-or-later
// The decision boundary of any model on a volume, sampled on a grid from coarse to fine: each level halves
// the spacing of the one before and holds its points. Cubes in which the boundary may lie are evaluated, what
// is between others is interpolated, and the result says how many points were evaluated, how many of the
// interpolated ones were looked at, and how often interpolation had named the wrong class.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/base/provenance.h"
#include "core/base/result.h"
#include "core/geometry/logit_surface.h"
#include "core/geometry/slice_volume.h"
#include "core/model/model.h"

namespace tessera {

// One level, immutable once it is handed out.
struct SampledVolume {
    GridShape grid;                   // points, ends included; low and high are those of the box
    std::int32_t outputs = 0;         // K; 1: a two-class model with its boundary at zero
    std::vector<float> logits;        // points x K; of K > 1 less the largest where evaluated
    std::vector<std::int32_t> label;  // predicted class
    std::vector<unsigned char>
        evaluated;                 // 1: the network was run here; 0: interpolated from the level before
    int level = 0, levels = 1;     // 0: the coarsest
    bool complete = false;         // the level of the resolution asked for
    std::int64_t evaluations = 0;  // of all levels: points with evaluated 1
    // Points of the last step that nothing asked to evaluate, evaluated to see whether interpolation was
    // right there, and at how many it had named the wrong class.
    std::int64_t spotChecks = 0, spotMisses = 0;
    std::shared_ptr<const SurfaceMesh> surface;  // the boundary of these logits

    int cellsAlongLongest() const;
    std::size_t bytes() const;  // without the surface
};

struct VolumeSampling {
    struct Options {
        int resolution = 128;  // cells of the finest grid along the longest side, rounded up to whole cells
                               // of the coarsest; the others in proportion
        int coarse = 16;       // cells of the coarsest along the longest side, at most
        bool adaptive = true;  // false: every point is evaluated
        std::int64_t maxMegabytes =
            1024;  // of samples; levels that need more are left out, and the note says so
    };
    struct Output {
        std::shared_ptr<const SampledVolume> samples;  // the finest complete level
        SliceVolume volume;
        Provenance provenance;  // complete: to the resolution asked for
    };
    // Called from the running thread with each level as soon as it and its surface are there, the last one
    // too.
    using Level = std::function<void(std::shared_ptr<const SampledVolume>)>;
    // A stop after the first level keeps what is there, marked not complete; before, the run is cancelled.
    // One sentence if the volume does not fit the model, or if not even the coarsest level fits the memory.
    static Result<Output> run(const Model& model, const SliceVolume& volume, const Options& options,
                              std::stop_token stop, Progress& progress, const Level& onLevel = {});
};

}  // namespace tessera
