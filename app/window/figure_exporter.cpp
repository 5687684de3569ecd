// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/figure_exporter.h"

#include <QFileInfo>
#include <optional>

#include "app/session_figures.h"
#include "app/window/probe_runner.h"
#include "app/window/session_keeper.h"
#include "app/window/view_area.h"
#include "widgets/scenes/slice_panel_scene.h"

namespace tessera {

namespace {
const QString kResultView = QStringLiteral("view-result-");
}

FigureExporter::FigureExporter(Workspace& workspace, JobRunner& jobs, ViewArea& views, ResultList& results,
                               SessionKeeper& keeper, const ProbeRunner& runner, QObject* parent)
    : QObject(parent),
      workspace_(workspace),
      jobs_(jobs),
      views_(views),
      results_(results),
      keeper_(keeper),
      runner_(runner) {}

std::vector<FigureChoice> FigureExporter::choices() const {
    std::vector<FigureChoice> choices;
    for (QDockWidget* dock : views_.docks()) {
        const std::size_t before = choices.size();
        if (auto* slice = qobject_cast<SliceView*>(dock->widget()))
            addSlice(*slice, choices);
        else if (auto* view = qobject_cast<ResultView*>(dock->widget()))
            addResult(*view, dock->objectName().mid(kResultView.size()), choices);
        for (std::size_t i = before; i < choices.size(); ++i)
            choices[i].isCurrent = dock == views_.currentDock();
    }
    return choices;
}

void FigureExporter::addSlice(SliceView& view, std::vector<FigureChoice>& choices) const {
    if (!view.computation().field() && !view.computation().arrangement()) return;
    FigureChoice choice;
    choice.title = views_.sliceTitle(&view);
    choice.panel.slice = view.objectName().toStdString();
    choice.scene = std::make_shared<SlicePanelScene>(view.scene());
    choices.push_back(std::move(choice));
}

// The pictures of the catalogue, which replay draws too; a view without them gives what it shows.
void FigureExporter::addResult(const ResultView& view, const QString& id,
                               std::vector<FigureChoice>& choices) const {
    const ResultEntry* entry = results_.entry(id);
    if (!view.record()) return;
    if (!entry) {  // of no result: what is seen, which is not kept
        for (const auto& scene : view.panels()) {
            FigureChoice choice;
            choice.title = scene->title();
            choice.scene = scene;
            choices.push_back(std::move(choice));
        }
        return;
    }
    const CatalogueEntry* probe = runner_.probe(entry->about.probe);
    SceneContext context = sceneContext(workspace_);
    context.view = view.viewState();
    const bool isKept = probe && probe->scenes;
    const auto scenes = isKept ? probe->scenes(view.record(), context) : view.panels();
    const QString title = QString::fromStdString(entry->about.title) + QStringLiteral(" · ") + id;
    for (std::size_t i = 0; i < scenes.size(); ++i) {
        FigureChoice choice;
        choice.title = scenes.size() > 1 ? title + QStringLiteral(": ") + scenes[i]->title() : title;
        choice.scene = scenes[i];
        if (isKept) choice.panel.result = id.toStdString(), choice.panel.view = context.view;
        choice.panel.scene = static_cast<int>(i);
        choices.push_back(std::move(choice));
    }
}

void FigureExporter::write(const QString& path, FigureSheet sheet, const std::vector<FigureChoice>& panels) {
    sheet.panels.clear();
    bool isKept = true;
    for (const FigureChoice& choice : panels) {
        sheet.panels.push_back({choice.scene, {}});
        isKept = isKept && !(choice.panel.result.empty() && choice.panel.slice.empty());
    }
    std::optional<SessionFigure> figure;
    if (isKept) {
        figure = sessionFigureOf(path, sheet);
        for (const FigureChoice& choice : panels) figure->panels.push_back(choice.panel);
    }
    jobs_.start<FigureReport>(
        this, QStringLiteral("figure-") + path, tr("Writing %1").arg(QFileInfo(path).fileName()),
        JobLane::Background,
        [path, sheet = std::move(sheet), snapshot = keeper_.snapshot(figure ? &*figure : nullptr),
         hashes = keeper_.hashes()](std::stop_token stop,
                                    Progress& progress) mutable -> Result<FigureReport> {
            progress.beginStep(1, 2, "naming the files it was made from");
            if (auto done = hashes->complete(snapshot, stop); !done.isOk())
                return std::move(done).propagate<FigureReport>();
            // The numbers stay in the session file: a figure only says what was asked and held.
            for (auto& result : snapshot.document.results) result.hasNumbers = false;
            sheet.session = sessionText(snapshot.document);
            progress.beginStep(2, 2, "drawing and writing");
            return writeFigureSheet(path.toStdString(), sheet, stop);
        },
        [this, figure, session = keeper_.sessionsOpened()](Result<FigureReport> result) {
            if (!result.isOk()) return;
            if (figure && session == keeper_.sessionsOpened()) keeper_.addFigure(*figure);
            QStringList files;
            for (const auto& file : result.value().files) files << QString::fromStdString(file.string());
            for (const auto& note : result.value().notes) Q_EMIT notice(QString::fromStdString(note));
            Q_EMIT notice(tr("Figure written: %1").arg(files.value(0)));
            Q_EMIT written(files);
        });
}

}  // namespace tessera
