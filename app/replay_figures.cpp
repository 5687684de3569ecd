// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/replay_figures.h"

#include "app/catalogue.h"
#include "app/replay_slice.h"
#include "core/probes/regions_record.h"
#include "core/session/record_json.h"
#include "widgets/scenes/figure_sheet.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using Records = std::map<std::string, std::shared_ptr<const ResultRecord>>;
using Scene = std::shared_ptr<const PanelScene>;

SceneContext contextFor(const SessionResult& result, ReplayInputs& inputs) {
    SceneContext context;
    if (auto dataset = inputs.dataset(); dataset.isOk() && dataset.value())
        for (const auto& name : dataset.value()->classNames())
            context.classNames.push_back(QString::fromStdString(name));
    if (auto model = inputs.model(result.model); model.isOk())
        context.classCount = model.value()->classCount();
    return context;
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
    const auto scenes = entry->scenes(record->second, contextFor(*result, inputs));
    if (static_cast<std::size_t>(panel.scene) >= scenes.size())
        return inputError("Result " + panel.result + " has " + std::to_string(scenes.size()) +
                          " pictures, and number " + std::to_string(panel.scene + 1) + " is wanted.");
    return scenes[static_cast<std::size_t>(panel.scene)];
}

FigureSheet sheetOf(const SessionFigure& figure, const SessionDocument& document) {
    FigureSheet sheet;
    sheet.widthMm = figure.widthMm;
    sheet.heightMm = figure.heightMm;
    sheet.columns = figure.columns;
    sheet.fontPt = figure.fontPt;
    sheet.linePt = figure.linePt;
    sheet.dpi = figure.dpi;
    sheet.theme = figure.theme == "dark"          ? FigureTheme::Dark
                  : figure.theme == "transparent" ? FigureTheme::Transparent
                                                  : FigureTheme::Light;
    sheet.title = QString::fromStdString(figure.title);
    sheet.letters = figure.letters;
    sheet.titles = figure.titles;
    sheet.axes = figure.axes;
    sheet.legend = figure.legend;
    sheet.colourBar = figure.colourBar;
    sheet.sharedColourBar = figure.sharedColourBar;
    sheet.csv = true;
    sheet.npz = true;
    sheet.session = sessionText(document);
    return sheet;
}

}  // namespace

ReplayedFigure replayFigure(const SessionFigure& figure, const fs::path& folder, const Records& records,
                            ReplayInputs& inputs, std::stop_token stop, Progress& progress) {
    ReplayedFigure drawn{figure.id, figure.title, {}, {}};
    auto sheet = sheetOf(figure, inputs.document());
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
