// SPDX-License-Identifier: GPL-3.0-or-later
// Probe "regions": the exact linear regions and decision boundary of a model on a 2-D slice, in float64.
// Chooses the engine: depth first for chains of affine + piecewise-linear layers, breadth first for
// everything else that is exact.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/parameter.h"
#include "core/base/progress.h"
#include "core/base/provenance.h"
#include "core/base/result.h"
#include "core/geometry/arrangement.h"
#include "core/geometry/slice_plane.h"
#include "core/model/model.h"

namespace tessera {

struct LinearRegions {
    struct Options {
        std::int64_t maxRegions = 2'000'000;  // 0: no limit
        double maxSeconds = 0;                // 0: no limit
        std::int64_t maxMegabytes = 1024;     // of working buffers
        double relativeTolerance = 1e-11;     // of the window's half-width
        int threads = 1;
        std::string engine = "auto";  // auto, depth-first, breadth-first
        static std::vector<Parameter> parameters();
    };
    struct Output {
        std::shared_ptr<const Arrangement> arrangement;
        SlicePlane plane;
        std::string engine;
        Provenance provenance;
    };
    // A model with a layer that is not exact is refused (Unsupported) with a sentence naming the first such
    // layer.
    static Result<Output> run(const Model& model, const SlicePlane& plane, const Options& options,
                              std::stop_token stop, Progress& progress);
};

}  // namespace tessera
