// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/volume_probe.h"

#include <algorithm>

#include "core/geometry/volume_cells.h"
#include "core/model/layer_graph_torch.h"
#include "core/model/volume_network_torch.h"
#include "core/probes/volume_paths.h"
#include "core/probes/volume_place.h"
#include "core/probes/volume_record.h"
#include "core/probes/volume_sampler.h"

namespace tessera {
namespace {

constexpr const char* kBoth = "both";
constexpr const char* kExact = "exact";
constexpr const char* kSampled = "sampled";

ProbeDescription describe() {
    ProbeDescription d;
    d.name = kVolumeProbe;
    d.title = "Volume through samples";
    d.sentence =
        "The decision boundary as a surface, and the linear regions as cells, in a box of three dimensions "
        "through "
        "the chosen samples.";
    d.definition =
        "A point of the volume is x = origin + s u + t v + r w with orthonormal u, v, w. Sampled: logits on "
        "a grid of "
        "the box, from coarse to fine near the boundary; each grid cube is six tetrahedra, on which the "
        "logits are "
        "interpolated, and the boundary is where the two largest tie. Exact (every layer piecewise linear): "
        "the box is "
        "cut by one unit after another, layer by layer. The network is affine on each cell of the layers "
        "before, so "
        "the signs of a unit at the vertices, at which the network is run in float64, say which cells it "
        "cuts; a new "
        "vertex is shared by all cells at its edge. A region is a cell of one activation pattern; regions "
        "are cut "
        "further where the two largest logits tie. Checks: the cells' volumes add up to the box, vertices - "
        "edges + "
        "faces - cells = 1, and the network inside cells against the mean of their corners.";
    d.cost =
        "Exact: one pass of the network for each vertex and layer, and memory of about 300 bytes a cell; the "
        "number of "
        "cells grows with the cube of the units that cross the box. Sampled: passes near the boundary only.";
    d.source =
        "Exact cells: edge subdivision after Berzins, Polyhedral complex extraction from ReLU networks using "
        "edge "
        "subdivision, ICML 2023; faces and cells, degenerate position, max-pooling and several classes are "
        "derived "
        "here. Sampled surface: upper envelope of interpolated logits on tetrahedra, derived here.";
    d.needsData = false;
    d.minimumSamples = 3;
    d.maximumSamples = 4;
    d.minimumInputs = 3;
    d.parameters = {{"method",
                     "Method",
                     "Sampled first and then exact, or one of the two; a model with a layer that is not "
                     "exact is sampled whatever this says.",
                     "",
                     std::string(kBoth),
                     0,
                     0,
                     {kBoth, kExact, kSampled}}};
    for (auto& parameter : volumePlaceParameters()) d.parameters.push_back(std::move(parameter));
    for (auto& parameter : volumePathParameters()) d.parameters.push_back(std::move(parameter));
    d.parameters.push_back({"resolution", "Resolution",
                            "Cells of the finest sampling grid along the box's longest side.", "",
                            std::int64_t{VolumeSampling::Options().resolution}, 4, 1024});
    const VolumeCellOptions standard;
    d.parameters.insert(
        d.parameters.end(),
        {{"max-cells", "Cell budget",
          "Stop cutting after this many cells and keep what is there (0: no limit).", "",
          std::int64_t{1'000'000}, 0, 1e8},
         {"max-seconds", "Time budget", "Stop cutting after this time and keep what is there (0: no limit).",
          "s", 0.0, 0, 1e6},
         {"max-memory", "Memory budget", "Largest size of cells and working buffers together.", "MiB",
          std::int64_t{1024}, 16, 1e6},
         {"tolerance", "Tolerance",
          "Distance, relative to half the box's longest side, below which a vertex lies on a plane.", "",
          standard.relativeTolerance, 0, 1e-3}});
    return d;
}

Result<std::vector<VolumeSample>> describeSamples(const ProbeInputs& inputs, const VolumePlace& place) {
    std::vector<VolumeSample> samples;
    const auto outputs = inputs.model->info().outputs;
    const auto count = static_cast<std::int64_t>(place.samples.size());
    std::vector<double> logits(static_cast<std::size_t>(count * outputs));
    auto run = inputs.model->logits(place.inputs.data(), count, logits.data());
    if (!run.isOk()) return std::move(run).propagate<std::vector<VolumeSample>>();
    for (std::int64_t i = 0; i < count; ++i) {
        const auto sample = place.samples[static_cast<std::size_t>(i)];
        const Eigen::VectorXd input = place.inputs.row(i).transpose();
        samples.push_back({sample, inputs.dataset->label(sample),
                           predictedClass(logits.data() + i * outputs, outputs),
                           place.volume.pointInVolume(input), place.volume.offVolumeDistance(input)});
    }
    return samples;
}

SampledBoundary boundaryOf(const SampledVolume& level) {
    return {level.surface, level.cellsAlongLongest(), level.evaluations, level.complete};
}

Result<CellComplex> exactCells(const ProbeInputs& inputs, const SliceVolume& volume,
                               const ParameterMap& parameters, std::stop_token stop, Progress& progress) {
    VolumeCellOptions options;
    options.relativeTolerance = parameterValue<double>(parameters, "tolerance");
    options.budget = {parameterValue<std::int64_t>(parameters, "max-cells"),
                      parameterValue<double>(parameters, "max-seconds"),
                      parameterValue<std::int64_t>(parameters, "max-memory") << 20};
    const auto network = networkOnVolume(inputs.model->sharedGraph(), volume);
    return cellsOfVolume(*network, volume.low, volume.high, options, std::move(stop), progress);
}

}  // namespace

const ProbeDescription& VolumeProbe::description() const {
    static const ProbeDescription description = describe();
    return description;
}

Result<ResultRecord> VolumeProbe::run(const ProbeInputs& inputs, const ParameterMap& parameters,
                                      std::stop_token stop, Progress& progress) const {
    auto place = placeVolume(inputs, parameters, stop);
    if (!place.isOk()) return std::move(place).propagate<ResultRecord>();
    const auto& method = parameterValue<std::string>(parameters, "method");
    const auto* inexact = inputs.model->firstInexact();
    VolumeResult result;
    result.volume = place.value().volume;
    result.outputs = static_cast<std::int32_t>(inputs.model->info().outputs);
    if (stop.stop_requested()) return Cancelled{};
    auto samples = describeSamples(inputs, place.value());
    if (!samples.isOk()) return std::move(samples).propagate<ResultRecord>();
    result.samples = std::move(samples).value();
    const auto sentence = place.value().sentence;
    const bool isExact = inexact == nullptr && method != kSampled;
    const bool isSampled = !isExact || method == kBoth;
    const bool searches = searchesPaths(parameters);
    int step = 0;
    const int steps = (searches ? 1 : 0) + (isSampled ? 1 : 0) + (isExact ? 1 : 0);
    if (searches) progress.beginStep(++step, steps, "Searching for counterfactuals");
    auto paths = volumePaths(inputs, parameters, place.value(), stop);
    if (!paths.isOk()) return std::move(paths).propagate<ResultRecord>();
    result.paths = std::move(paths.value().paths);
    std::string stopReason, sampling;
    std::int64_t evaluations = 0;
    if (isSampled) {
        progress.beginStep(++step, steps, "Sampling");
        VolumeSampling::Options options;
        options.resolution = static_cast<int>(parameterValue<std::int64_t>(parameters, "resolution"));
        options.maxMegabytes = parameterValue<std::int64_t>(parameters, "max-memory");
        auto sampled = VolumeSampling::run(
            *inputs.model, result.volume, options, stop, progress, [&](const auto& level) {
                if (!inputs.onPartial || (level->complete && !isExact)) return;
                VolumeResult soFar = result;
                soFar.sampled = boundaryOf(*level);
                auto partial = std::make_shared<ResultRecord>(volumeRecord(soFar));
                partial->notes.push_back(sentence);
                partial->provenance.complete = false;
                partial->provenance.note = "still running";
                inputs.onPartial(std::move(partial));
            });
        if (!sampled.isOk()) return std::move(sampled).propagate<ResultRecord>();
        result.sampled = boundaryOf(*sampled.value().samples);
        evaluations = result.sampled->evaluations;
        sampling = sampled.value().provenance.note;
        if (!sampled.value().provenance.complete) stopReason = sampling;
    }
    if (isExact && !stop.stop_requested()) {
        progress.beginStep(++step, steps, "Cutting exact cells");
        auto cells = exactCells(inputs, result.volume, parameters, stop, progress);
        if (!cells.isOk()) return std::move(cells).propagate<ResultRecord>();
        if (!cells.value().complete) stopReason = cells.value().stopReason;
        result.cells = std::make_shared<const CellComplex>(std::move(cells).value());
    } else if (isExact) {
        stopReason = "cancelled";
    }
    auto record = volumeRecord(result);
    record.notes.push_back(sentence);
    for (auto& note : paths.value().notes) record.notes.push_back(std::move(note));
    if (!sampling.empty()) record.notes.push_back("Sampled boundary: " + sampling + ".");
    if (inexact != nullptr)
        record.notes.push_back("Layer " + inexact->name + " (" + inexact->kind + ") is " +
                               markText(inexact->mark) + ": " + inexact->why +
                               "; the boundary is sampled, and there are no exact cells.");
    if (result.cells && !result.cells->complete)
        record.notes.push_back(
            "Stopped early (" + stopReason + "): " + std::to_string(result.cells->refinedSites) + " of " +
            std::to_string(result.cells->sites.size()) +
            " layers are cut whole, so cells are parts of the box and not yet linear regions; take "
            "a smaller margin or raise the budget.");
    auto& provenance = record.provenance;
    provenance.dtype = result.cells ? "float64" : "float32";
    if (!result.cells) provenance.device = inputs.model->info().device;
    provenance.tolerance = result.cells ? result.cells->tolerance : 0;
    provenance.samples =
        evaluations + (result.cells ? static_cast<std::int64_t>(result.cells->vertices.size()) : 0);
    provenance.complete = stopReason.empty();
    provenance.note = stopReason;
    return record;
}

}  // namespace tessera
