// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/class_map.h"

#include "core/probes/class_map_sampler.h"

namespace tessera {

std::vector<Parameter> ClassMap::Options::parameters() {
    const Options standard;
    return {
        {"resolution", "Resolution", "Points along the longer side of the window.", "points",
         std::int64_t{standard.resolution}, 2, 8192},
        {"coarse", "First picture", "Points along the longer side of the first picture shown.", "points",
         std::int64_t{standard.coarse}, 2, 8192},
        {"adaptive", "Adaptive", "Evaluate only where neighbouring points differ and interpolate elsewhere.",
         "", standard.adaptive},
    };
}

Result<ClassMap::Output> ClassMap::run(const Model& model, const SlicePlane& plane, const Options& options,
                                       std::stop_token stop, Progress& progress, const Level& onLevel) {
    auto valid = validatePlane(plane);
    if (!valid.isOk()) return std::move(valid).propagate<Output>();
    const auto& info = model.info();
    if (elementCount(plane.inputShape) != elementCount(info.inputShape))
        return inputError("The slice lives in inputs of shape " + shapeText(plane.inputShape) + " but " +
                          info.path.string() + " takes " + shapeText(info.inputShape) +
                          "; make the slice from samples of that shape.");
    if (options.resolution < 2 || options.resolution > 8192 || options.coarse < 2)
        return inputError("The class map's resolution is " + std::to_string(options.resolution) +
                          " with a first picture of " + std::to_string(options.coarse) +
                          "; give 2 to 8192 for both.");
    return ClassMapSampler(model, plane, options, std::move(stop), progress).run(onLevel);
}

}  // namespace tessera
