// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/replay_figures.h"

#include "app/catalogue.h"
#include "app/replay_slice.h"
#include "app/scene_context.h"
#include "app/session_figures.h"
#include "core/probes/regions_record.h"
#include "core/session/record_json.h"
#include "widgets/scenes/figure_sheet.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using Records = std::map<std::string, std::shared_ptr<const ResultRecord>>;
using Scene = std::shared_ptr<const PanelScene>;

SceneContext contextFor(const SessionResult& result, ReplayInputs& inputs) {
    const auto model = inputs.model(result.model);
    const auto dataset = inputs.dataset();
    return sceneContext(model.isOk() ? model.value().get() : nullptr,
                        dataset.isOk() ? dataset.value().get() : nullptr);
}

Result<Scene> resultScene(const SessionPanel& panel, const Records& records, ReplayInputs& inputs,
                          std::stop_token stop, Progress& progress) {
    const auto* result = inputs.document().result(panel.result);
    const auto record = records.find(panel.result);
    if (result == nullptr || record == records.end() || !record->second)
        return inputError("Result " + panel.result + " has no numbers to draw.");
    // A slice's result by itself is drawn as its slice was, with nothing else on it.
    if (result->probe == kRegionsProbe || result->probe == kClassMapProbe) {
        const auto* held = inputs.document().slice(result->slice);
        SessionSlice slice = held == nullptr ? SessionSlice{} : *held;
        slice.model = result->model;
        slice.results = {panel.result};
        return sliceScene(slice, records, inputs, stop, progress);
    }
    const auto* entry = catalogueEntry(result->probe);
    if (entry == nullptr || entry->scenes == nullptr)
        return unsupported("Results of probe \"" + result->probe.substr(0, 60) + "\" have no picture here.");
    auto context = contextFor(*result, inputs);
    context.view = panel.view;
    const auto scenes = entry->scenes(record->second, context);
    if (static_cast<std::size_t>(panel.scene) >= scenes.size())
        return inputError("Result " + panel.result + " has " + std::to_string(scenes.size()) +
                          " pictures, and number " + std::to_string(panel.scene + 1) + " is wanted.");
    return scenes[static_cast<std::size_t>(panel.scene)];
}

}  // namespace

ReplayedFigure replayFigure(const SessionFigure& figure, const fs::path& folder, const Records& records,
                            ReplayInputs& inputs, std::stop_token stop, Progress& progress) {
    ReplayedFigure drawn{figure.id, figure.title, {}, {}};
    auto sheet = figureSheetOf(figure);
    sheet.csv = sheet.npz = true;
    sheet.session = sessionText(inputs.document());
    for (const auto& panel : figure.panels) {
        const auto* slice = panel.slice.empty() ? nullptr : inputs.document().slice(panel.slice);
        auto scene = slice != nullptr ? sliceScene(*slice, records, inputs, stop, progress)
                                      : resultScene(panel, records, inputs, stop, progress);
        if (!scene.isOk()) {
            drawn.problem = scene.isError() ? scene.error().message : "cancelled";
            return drawn;
        }
        sheet.panels.push_back({std::move(scene).value(), QString::fromStdString(panel.title)});
    }
    if (sheet.panels.empty()) {
        drawn.problem = "It has no pictures.";
        return drawn;
    }
    // The name alone: a session decides nothing about where files go.
    const auto name = fs::path(figure.file).filename();
    auto report =
        writeFigureSheet(folder / (name.empty() ? fs::path(figure.id + ".pdf") : name), sheet, stop);
    if (!report.isOk()) {
        drawn.problem = report.isError() ? report.error().message : "cancelled";
        return drawn;
    }
    for (const auto& file : report.value().files) drawn.files.push_back(file.string());
    return drawn;
}

}  // namespace tessera
