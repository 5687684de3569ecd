// SPDX-License-Identifier: GPL-3.0-or-later
// The open session as a document.
#include <algorithm>

#include "app/window/session_keeper.h"
#include "app/window/session_slices.h"
#include "app/window/view_area.h"

namespace tessera {

namespace {

std::string modelId(std::size_t place) {
    return "m" + std::to_string(place + 1);
}

// Of a model in the list; one that was closed is added, for a result still says what it is of.
std::string idOf(const SessionModel& wanted, std::vector<SessionModel>& models) {
    for (const auto& model : models)
        if (model.file.sha256 == wanted.file.sha256 &&
            model.file.absolute == std::filesystem::absolute(wanted.file.absolute).string())
            return model.id;
    SessionModel model = wanted;
    model.id = modelId(models.size());
    model.file.relative.clear();
    models.push_back(model);
    return model.id;
}

// In place of the one that its file replaces.
void putFigure(std::vector<SessionFigure>& figures, SessionFigure figure) {
    std::erase_if(figures, [&](const auto& held) { return held.file == figure.file; });
    figures.push_back(std::move(figure));
    for (std::size_t i = 0; i < figures.size(); ++i) figures[i].id = "f" + std::to_string(i + 1);
}

}  // namespace

SessionSnapshot SessionKeeper::snapshot(const SessionFigure* added) {
    std::erase_if(regionIds_, [](const auto& known) { return known.first.expired(); });
    SessionSnapshot snapshot;
    snapshot.numbers = results_.cache().numbers();
    SessionDocument& document = snapshot.document;
    document.program = tesseraVersion();
    document.saved = utcNow();
    for (const auto& model : workspace_.models()) {
        const ModelInfo& info = model->info();
        SessionModel entry;
        entry.id = modelId(document.models.size());
        entry.file = {{}, std::filesystem::absolute(info.path).string(), info.sha256};
        entry.inputShape = info.inputShape;
        entry.device = info.device;
        if (!info.architectureFile.empty())
            entry.architecture =
                FileReference{{}, std::filesystem::absolute(info.architectureFile).string(), {}};
        if (model == workspace_.model()) document.currentModel = entry.id;
        document.models.push_back(std::move(entry));
    }
    if (const auto& dataset = workspace_.dataset()) {
        SessionData data;
        const std::string source = dataset->path().string();
        if (source.starts_with("generate:")) {
            data.generated = source;
        } else {
            data.file.absolute = std::filesystem::absolute(dataset->path()).string();
            for (const auto& part : dataset->sourceFiles())
                if (part != dataset->path())
                    data.parts.push_back({{}, std::filesystem::absolute(part).string(), {}});
        }
        document.data = std::move(data);
    }
    document.normalisation = workspace_.normalisation();
    document.anchors.assign(workspace_.anchors().begin(), workspace_.anchors().end());
    document.currentSample = workspace_.currentSample();
    document.referenceSample = workspace_.referenceSample();
    document.selection.assign(workspace_.selection().begin(), workspace_.selection().end());
    for (const auto& [name, samples] : workspace_.subsets())
        document.subsets[name.toStdString()].assign(samples.begin(), samples.end());

    std::map<std::string, std::string> sliceIds;  // by the view's name
    for (SliceView* view : views_.slices()) {
        document.slices.push_back(sessionSliceOf(*view, views_.sliceTitle(view), views_.axes().isLocked()));
        document.slices.back().id = "s" + std::to_string(document.slices.size());
        sliceIds[view->objectName().toStdString()] = document.slices.back().id;
        addRegions(*view, snapshot);
        if (view == views_.currentSlice()) document.currentView = document.slices.back().id;
    }
    for (const ResultEntry& entry : results_.entries()) {
        if (entry.isRunning) continue;
        SessionResult result = entry.about;
        result.model = idOf(entry.model, document.models);
        result.others.clear();
        for (const auto& other : entry.others) result.others.push_back(idOf(other, document.models));
        document.results.push_back(std::move(result));
    }
    auto figures = figures_;
    if (added) putFigure(figures, *added);
    for (SessionFigure& figure : figures) {
        for (auto& panel : figure.panels)
            if (const auto found = sliceIds.find(panel.slice); found != sliceIds.end())
                panel.slice = found->second;
            else
                panel.slice.clear();  // it was closed
        const bool isWhole = std::all_of(figure.panels.begin(), figure.panels.end(), [&](const auto& panel) {
            return panel.result.empty() ? document.slice(panel.slice) != nullptr
                                        : document.result(panel.result) != nullptr;
        });
        if (isWhole) document.figures.push_back(std::move(figure));
    }
    return snapshot;
}

void SessionKeeper::addRegions(const SliceView& view, SessionSnapshot& snapshot) {
    const auto& regions = view.computation().regions();
    if (!regions || snapshot.document.currentModel.empty() || view.computation().isLaying()) return;
    std::string& id = regionIds_[regions];
    if (id.empty()) id = "regions" + std::to_string(++lastRegions_);
    SessionSlice& slice = snapshot.document.slices.back();
    for (const auto& held : snapshot.regions)
        if (held.id == id) return;
    slice.results = {id};
    snapshot.regions.push_back({id, slice.id, regions, view.computation().regionsOptions()});
}

void SessionKeeper::addFigure(SessionFigure figure) {
    putFigure(figures_, std::move(figure));
    touch();
}

}  // namespace tessera
