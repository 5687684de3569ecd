// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/linear_regions.h"

#include <chrono>

#include "core/geometry/breadth_first.h"
#include "core/geometry/depth_first.h"
#include "core/model/layer_graph_torch.h"
#include "core/model/slice_network_torch.h"

namespace tessera {

std::vector<Parameter> LinearRegions::Options::parameters() {
    const Options standard;
    return {
        {"max-regions", "Region budget", "Stop after this many regions and keep what is there (0: no limit).",
         "", standard.maxRegions, 0, 1e9},
        {"max-seconds", "Time budget", "Stop after this time and keep what is there (0: no limit).", "s",
         standard.maxSeconds, 0, 1e6},
        {"max-memory", "Memory budget", "Largest size of the working buffers, beyond the result itself.",
         "MiB", standard.maxMegabytes, 16, 1e6},
        {"tolerance", "Tolerance",
         "Distance, relative to the half-width of the window, below which a vertex lies on a line.", "",
         standard.relativeTolerance, 0, 1e-3},
        {"threads", "Threads", "Threads used by the exact engines; the result does not depend on it.", "",
         std::int64_t{standard.threads}, 1, 256},
        {"engine",
         "Engine",
         "Depth first for chains of layers, breadth first for everything else.",
         "",
         standard.engine,
         0,
         0,
         {"auto", "depth-first", "breadth-first"}},
    };
}

Result<LinearRegions::Output> LinearRegions::run(const Model& model, const SlicePlane& plane,
                                                 const Options& options, std::stop_token stop,
                                                 Progress& progress) {
    const auto& info = model.info();
    if (const auto* layer = model.firstInexact())
        return unsupported("Exact regions need piecewise-linear layers, but layer " + layer->name + " (" +
                           layer->kind + ") of " + info.path.string() + " is " + markText(layer->mark) +
                           ": " + layer->why + "; use the sampled class map instead.");
    auto valid = validatePlane(plane);
    if (!valid.isOk()) return std::move(valid).propagate<Output>();
    if (elementCount(plane.inputShape) != elementCount(info.inputShape))
        return inputError("The slice lives in inputs of shape " + shapeText(plane.inputShape) + " but " +
                          info.path.string() + " takes " + shapeText(info.inputShape) +
                          "; make the slice from samples of that shape.");

    ArrangementOptions engineOptions;
    engineOptions.relativeTolerance = options.relativeTolerance;
    engineOptions.threads = options.threads;
    engineOptions.budget = {options.maxRegions, options.maxSeconds, options.maxMegabytes << 20};

    const auto begin = std::chrono::steady_clock::now();
    Output output;
    output.plane = plane;
    Result<Arrangement> result = Cancelled{};
    try {
        std::optional<AffineChain> chain;
        if (options.engine != "breadth-first") chain = affineChainOnSlice(model.graph(), plane);
        if (options.engine == "depth-first" && !chain)
            return unsupported("The depth-first engine takes chains of affine and elementwise layers, and " +
                               info.path.string() + " is not one; leave the engine at auto.");
        if (chain) {
            output.engine = "depth-first";
            result = arrangementDepthFirst(*chain, plane.window, engineOptions, stop, progress);
        } else {
            output.engine = "breadth-first";
            const auto network = siteNetworkOnSlice(model.sharedGraph(), plane);
            result = arrangementBreadthFirst(*network, plane.window, engineOptions, stop, progress);
        }
    } catch (const std::bad_alloc&) {
        return Error{
            ErrorKind::Resource,
            "There is not enough memory for this slice; lower the memory or region budget, or zoom in.",
            {}};
    } catch (const std::exception& failure) {
        return Error{ErrorKind::Internal,
                     "The exact regions of " + info.path.string() +
                         " could not be computed; see the log for LibTorch's message.",
                     {failure.what()}};
    }
    if (!result.isOk()) return std::move(result).propagate<Output>();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

    auto& provenance = output.provenance;
    provenance.version = tesseraVersion();
    provenance.dtype = "float64";
    provenance.tolerance = result.value().tolerance;
    provenance.samples = static_cast<std::int64_t>(result.value().vertices.size());
    provenance.seconds = seconds;
    provenance.threads = options.threads;
    provenance.complete = result.value().complete;
    provenance.note = provenance.complete ? result.value().resolutionNote : result.value().stopReason;
    provenance.files = {{info.path.string(), info.sha256}};
    output.arrangement = std::make_shared<const Arrangement>(std::move(result).value());
    return output;
}

}  // namespace tessera
