// SPDX-License-Identifier: GPL-3.0-or-later
// One run of a probe from the command line: read, run, draw, write.
#include <QGuiApplication>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "app/command_line.h"
#include "app/command_line_console.h"
#include "app/command_line_figure.h"
#include "app/command_line_model.h"
#include "app/command_line_probes.h"
#include "app/record_text.h"
#include "app/report.h"
#include "app/scene_context.h"
#include "core/session/record_csv.h"
#include "widgets/scenes/figure_sheet.h"

namespace tessera {
namespace {

using Record = std::shared_ptr<const ResultRecord>;

Result<ProbeInputs> readInputs(const ProbeOptions& options) {
    ProbeInputs inputs;
    auto model = loadModelFor(options.common);
    if (!model.isOk()) return std::move(model).propagate<ProbeInputs>();
    inputs.model = std::move(model).value();
    for (const auto& other : options.others) {
        auto common = options.common;
        common.model = other;
        auto opened = loadModelFor(common);
        if (!opened.isOk()) return std::move(opened).propagate<ProbeInputs>();
        inputs.others.push_back(std::move(opened).value());
    }
    inputs.seed = options.common.seed;
    inputs.threads = threadCount(options.common.threads);
    inputs.samples = options.samples;
    if (options.source.data.empty()) return inputs;
    auto data = openDataFor(*inputs.model, options.source, options.common.seed);
    if (!data.isOk()) return std::move(data).propagate<ProbeInputs>();
    inputs.dataset = data.value().dataset;
    inputs.normalisation = data.value().normalisation;
    if (options.limit > 0) {  // listed even if they are all: some probes take none as none chosen
        inputs.samples.resize(static_cast<std::size_t>(std::min(options.limit, inputs.dataset->size())));
        std::iota(inputs.samples.begin(), inputs.samples.end(), 0);
    }
    return inputs;
}

Result<Done> writeFigures(const CatalogueEntry& entry, const ProbeOptions& options, const Record& record,
                          const ProbeInputs& inputs) {
    if (options.figures.empty()) return Done{};
    quietQtMessages();
    const auto application = offscreenApplication();  // text needs fonts, and fonts an application
    FigureSheet sheet;
    auto context = sceneContext(inputs.model.get(), inputs.dataset.get());
    context.view = options.view;
    for (auto& scene : entry.scenes(record, context)) {
        sheet.panels.push_back({std::move(scene), {}});
        if (!options.view.empty()) break;  // the one that was described
    }
    if (sheet.panels.empty())
        return inputError(record->probe + ": there is nothing to draw in this result; leave --figure out.");
    sheet.widthMm = options.figureWidth;
    sheet.dpi = options.figureDpi;
    auto origin = recordJson(*record, {.columnValues = false});
    origin["program"] = "tessera";
    sheet.provenance = origin.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    for (const auto& figure : options.figures) {
        auto written = writeFigureSheet(figure, sheet);
        if (!written.isOk()) return std::move(written).propagate<Done>();
        for (const auto& note : written.value().notes) printNote(note);
    }
    return Done{};
}

Result<Done> writeOutputs(const CatalogueEntry& entry, const ProbeOptions& options, const Record& record,
                          const ProbeInputs& inputs) {
    if (!options.csv.empty())
        if (auto written = writeCsvFolder(options.csv, record->tables); !written.isOk())
            return std::move(written).propagate<Done>();
    if (!options.npz.empty())
        if (auto written = writeRecordNpz(options.npz, *record); !written.isOk()) return written;
    for (const auto& mesh : options.meshes)
        if (auto written = entry.writeMesh(mesh, *record); !written.isOk()) return written;
    if (auto drawn = writeFigures(entry, options, record, inputs); !drawn.isOk()) return drawn;
    auto document = recordJson(*record, {.columnValues = !options.common.json.empty()});
    document["model"] = options.common.model;
    if (!options.source.data.empty()) document["data"] = options.source.data;
    return writeReport(document, recordText(*record, entry.probe->description()), options.common.json);
}

}  // namespace

int runProbeCommand(const CatalogueEntry& entry, const ProbeOptions& options) {
    const InterruptGuard interrupt;
    ConsoleProgress progress;
    progress.report(0, 0, "opening the model");
    auto inputs = readInputs(options);
    if (!inputs.isOk()) return progress.clear(), failWith(std::move(inputs).error(), options.common.model);
    auto result = runProbe(*entry.probe, inputs.value(), options.parameters, interrupt.token(), progress);
    progress.clear();
    if (result.isCancelled())
        return failWith(inputError("cancelled before anything was found; nothing was written."),
                        options.common.model);
    if (result.isError()) return failWith(std::move(result).error(), "");
    const auto& record = result.value();
    if (const auto written = writeOutputs(entry, options, record, inputs.value()); !written.isOk())
        return failWith(written.error(), "");
    if (record->provenance.complete) return kExitDone;
    if (interrupt.wasInterrupted())
        return failWith(inputError("cancelled; what was found so far is written and marked partial."),
                        options.common.model);
    printNote("partial result: " + record->provenance.note + ".");
    return kExitDone;
}

}  // namespace tessera
