// SPDX-License-Identifier: GPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/command_line_console.h"
#include "app/command_line_figure.h"
#include "app/command_line_model.h"
#include "app/command_line_options.h"
#include "app/command_line_plane.h"
#include "app/report.h"
#include "core/data/plane_file.h"

namespace tessera {
namespace {

using Json = nlohmann::ordered_json;

// What both the exact and the sampled answer say about the question.
void addQuestion(Json& document, const CommonOptions& common, const RegionsOptions& options,
                 const ChosenPlane& chosen) {
    document["model"] = common.model;
    if (!options.plane.empty()) document["plane"] = options.plane;
    if (options.source.data.empty()) return;
    document["data"] = options.source.data;
    Json samples = Json::array();
    for (std::size_t i = 0; i < chosen.samples.size(); ++i)
        samples.push_back({{"index", chosen.samples[i]},
                           {"label", chosen.sampleLabels[i]},
                           {"at", {chosen.samplePoints[i].x(), chosen.samplePoints[i].y()}}});
    document["samples"] = std::move(samples);
}

void addFiles(Provenance& provenance, const ModelInfo& info, const RegionsOptions& options) {
    if (provenance.files.empty()) provenance.files.push_back({info.path.string(), info.sha256});
    if (options.plane.empty()) return;
    if (auto hash = sha256OfFile(options.plane); hash.isOk())
        provenance.files.push_back({options.plane, hash.value()});
}

int finish(const CommonOptions& common, const Json& document, const std::string& text, bool wasInterrupted) {
    const auto written = writeReport(document, text, common.json);
    if (!written.isOk()) return failWith(written.error(), "");
    if (wasInterrupted)
        return failWith(inputError("cancelled; what was found so far is written and marked partial."),
                        common.model);
    return kExitDone;
}

int runExact(const CommonOptions& common, const RegionsOptions& options, const Model& model,
             const ChosenPlane& chosen, const InterruptGuard& interrupt, ConsoleProgress& progress) {
    LinearRegions::Options regions;
    regions.maxRegions = options.maxRegions;
    regions.maxSeconds = options.maxSeconds;
    regions.maxMegabytes = options.maxMemory;
    regions.relativeTolerance = options.tolerance;
    regions.threads = threadCount(common.threads);
    regions.engine = options.engine;
    auto result = LinearRegions::run(model, chosen.plane, regions, interrupt.token(), progress);
    progress.clear();
    if (result.isCancelled())
        return failWith(inputError("cancelled before the first regions were found; nothing was written."),
                        common.model);
    if (result.isError()) {
        auto error = std::move(result).error();
        if (error.kind == ErrorKind::Unsupported && !model.isExact())
            error.message += " --sampled draws a sampled class map instead.";
        return failWith(error, common.model);
    }
    auto& output = result.value();
    output.provenance.seed = common.seed;
    addFiles(output.provenance, model.info(), options);

    if (!options.mesh.empty())
        if (const auto written = writeMeshFile(options.mesh, *output.arrangement); !written.isOk())
            return failWith(written.error(), options.mesh);
    if (const auto drawn = writeExactFigures(options, output, chosen); !drawn.isOk())
        return failWith(drawn.error(), "");
    if (!output.arrangement->complete && !interrupt.wasInterrupted())
        printNote("partial result, " + output.arrangement->stopReason + ": it " +
                  output.arrangement->coverageNote() + ".");
    if (!output.arrangement->resolutionNote.empty() && !interrupt.wasInterrupted())
        printNote(output.arrangement->resolutionNote);
    auto document = regionsJson(output);
    addQuestion(document, common, options, chosen);
    return finish(common, document, regionsText(output),
                  interrupt.wasInterrupted() && !output.arrangement->complete);
}

int runSampled(const CommonOptions& common, const RegionsOptions& options, const Model& model,
               const ChosenPlane& chosen, const InterruptGuard& interrupt, ConsoleProgress& progress) {
    ClassMap::Options map;
    map.resolution = options.resolution;
    auto result = ClassMap::run(model, chosen.plane, map, interrupt.token(), progress);
    progress.clear();
    if (result.isCancelled())
        return failWith(inputError("cancelled before the class map was there; nothing was written."),
                        common.model);
    if (result.isError()) return failWith(std::move(result).error(), common.model);
    auto& output = result.value();
    output.provenance.seed = common.seed;
    addFiles(output.provenance, model.info(), options);
    if (const auto drawn = writeSampledFigures(options, output, chosen); !drawn.isOk())
        return failWith(drawn.error(), "");
    auto document = classMapJson(output);
    addQuestion(document, common, options, chosen);
    return finish(common, document, classMapText(output),
                  interrupt.wasInterrupted() && !output.provenance.complete);
}

}  // namespace

int runRegions(const CommonOptions& common, const RegionsOptions& options) {
    const InterruptGuard interrupt;
    ConsoleProgress progress;
    progress.report(0, 0, "opening the model");
    auto model = loadModelFor(common);
    if (!model.isOk()) return progress.clear(), failWith(std::move(model).error(), common.model);
    auto chosen = choosePlane(*model.value(), options, common.seed);
    if (!chosen.isOk())
        return progress.clear(), failWith(std::move(chosen).error(),
                                          options.plane.empty() ? options.source.data : options.plane);
    if (!options.savePlane.empty())
        if (const auto written = writePlaneFile(options.savePlane, chosen.value().plane); !written.isOk())
            return progress.clear(), failWith(written.error(), options.savePlane);
    return (options.sampled ? runSampled : runExact)(common, options, *model.value(), chosen.value(),
                                                     interrupt, progress);
}

}  // namespace tessera
