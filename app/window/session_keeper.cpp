// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/session_keeper.h"

#include <QDir>
#include <QFileInfo>
#include <QLocale>
#include <algorithm>
#include <utility>

#include "app/window/session_slices.h"
#include "app/window/view_area.h"
#include "core/probes/regions_record.h"
#include "widgets/scenes/figure_sheet.h"

namespace tessera {

namespace {

const char* const kSaveKey = "save-session";
const char* const kOpenKey = "open-session";
constexpr int kSoonMs = 1500;  // after a result, which may have cost minutes
}  // namespace

SessionKeeper::SessionKeeper(Workspace& workspace, JobRunner& jobs, MessageLog& log, Opener& opener,
                             ViewArea& views, ResultList& results, UndoRecorder& undo, QObject* parent)
    : QObject(parent),
      workspace_(workspace),
      jobs_(jobs),
      log_(log),
      opener_(opener),
      views_(views),
      results_(results),
      undo_(undo) {
    connect(&undo.stack(), &QUndoStack::indexChanged, this, &SessionKeeper::touch);
    connect(&views, &ViewArea::viewsChanged, this, &SessionKeeper::touch);
    for (const auto changed :
         {&Workspace::modelsChanged, &Workspace::modelChanged, &Workspace::datasetChanged})
        connect(&workspace, changed, this, &SessionKeeper::touch);
    connect(&results, &ResultList::removed, this, &SessionKeeper::touch);
    connect(&results, &ResultList::viewChanged, this, &SessionKeeper::touch);
    connect(&results, &ResultList::changed, this, [this](int row) {
        if (results_.entries()[static_cast<std::size_t>(row)].isRunning) return;
        touch();
        if (autosaveTimer_.isActive()) QTimer::singleShot(kSoonMs, this, &SessionKeeper::autosave);
    });
    connect(&autosaveTimer_, &QTimer::timeout, this, &SessionKeeper::autosave);
}

void SessionKeeper::touch() {
    if (isTaking_) return;
    isAutosaveDue_ = true;
    if (isModified_) return;
    isModified_ = true;
    Q_EMIT changed();
}

bool SessionKeeper::isWorthSaving() const {
    return isModified_ && (!path_.isEmpty() || !results_.entries().empty() || !workspace_.subsets().empty());
}

int SessionKeeper::runningProbes() const {
    return static_cast<int>(std::count_if(results_.entries().begin(), results_.entries().end(),
                                          [](const auto& entry) { return entry.isRunning; }));
}

void SessionKeeper::setPath(const QString& path, bool isModified) {
    path_ = path;
    isModified_ = isModified;
    Q_EMIT changed();
}

void SessionKeeper::save(const QString& path) {
    if (isSaving_) {  // what changed since that began is saved after it
        saveAgain_ = path;
        return;
    }
    isSaving_ = true;
    isModified_ = false;  // what changes from here on is not in the file
    jobs_.start<OpenedSession>(
        this, QLatin1String(kSaveKey), tr("Saving %1").arg(QFileInfo(path).fileName()), JobLane::Background,
        [path = path.toStdString(), snapshot = snapshot(), hashes = hashes_](
            std::stop_token stop, Progress& progress) mutable -> Result<OpenedSession> {
            progress.report(0, 0, "checking files");
            if (auto done = hashes->complete(snapshot, stop); !done.isOk())
                return std::move(done).propagate<OpenedSession>();
            return saveSession(path, std::move(snapshot.document), snapshot.numbers, stop, progress);
        },
        [this, path](Result<OpenedSession> result) {
            isSaving_ = false;
            const QString again = std::exchange(saveAgain_, {});
            const bool isAnother = !again.isEmpty() && again != path;
            if (!result.isOk()) {
                isModified_ = true;
                Q_EMIT changed();
                if (isAnother) return save(again);
                return Q_EMIT saveFailed();
            }
            for (const auto& [id, stored] : result.value().numbers) results_.cache().setStored(id, stored);
            for (const auto& note : result.value().notes) log_.note(QString::fromStdString(note));
            setPath(path, isModified_);
            // Whoever waits for `saved`, to quit for one, relies on all of it being on the disk.
            if (isAnother || (!again.isEmpty() && isModified_)) return save(again);
            Q_EMIT saved(path);
        });
}

void SessionKeeper::open(const QString& path, const Replacements& replacements) {
    load(
        tr("Opening %1").arg(QFileInfo(path).fileName()),
        [file = path.toStdString()] { return openSession(file); }, path, replacements,
        [this, path](Replacements found) { open(path, found); },
        [this, path] {
            setPath(path, false);
            Q_EMIT opened(path);
        });
}

void SessionKeeper::openFigure(const QString& path, const Replacements& replacements) {
    load(
        tr("Opening what made %1").arg(QFileInfo(path).fileName()),
        [file = path.toStdString()]() -> Result<OpenedSession> {
            auto text = readFigureSession(file);
            if (!text.isOk()) return std::move(text).propagate<OpenedSession>();
            OpenedSession session;
            auto document = parseSession(text.value(), file, &session.notes);
            if (!document.isOk()) return std::move(document).propagate<OpenedSession>();
            session.document = std::move(document).value();
            return session;
        },
        path, replacements, [this, path](Replacements found) { openFigure(path, found); },
        [this] { setPath({}, true); });
}

void SessionKeeper::load(const QString& title, std::function<Result<OpenedSession>()> read,
                         const QString& path, const Replacements& replacements,
                         std::function<void(Replacements)> again, std::function<void()> then) {
    isOpening_ = true;
    // Never saved: its files are where they were; only a search beside the session has nowhere to start.
    const std::string folder =
        (path.isEmpty() ? QDir::homePath() : QFileInfo(path).absolutePath()).toStdString();
    jobs_.start<std::shared_ptr<LoadedSession>>(
        this, QLatin1String(kOpenKey), title, JobLane::Background,
        [read = std::move(read), folder, replacements, device = opener_.device()](
            std::stop_token stop, Progress& progress) -> Result<std::shared_ptr<LoadedSession>> {
            auto session = read();
            if (!session.isOk()) return std::move(session).propagate<std::shared_ptr<LoadedSession>>();
            auto loaded =
                loadSession(std::move(session).value(), folder, replacements, device, stop, progress);
            if (!loaded.isOk()) return std::move(loaded).propagate<std::shared_ptr<LoadedSession>>();
            return std::make_shared<LoadedSession>(std::move(loaded).value());
        },
        [this, path, again = std::move(again),
         then = std::move(then)](Result<std::shared_ptr<LoadedSession>> result) {
            isOpening_ = false;
            if (!result.isOk()) return;
            LoadedSession& loaded = *result.value();
            if (!loaded.resolved.isAllThere()) return Q_EMIT filesMissing(path, loaded.resolved, again);
            take(std::move(loaded));
            then();
        });
}

void SessionKeeper::take(LoadedSession loaded) {
    const SessionDocument& document = loaded.session.document;
    isTaking_ = true;
    ++sessionsOpened_;
    for (const ResultEntry& entry : results_.entries())
        if (entry.isRunning) jobs_.cancel(entry.job);
    views_.axes().setLocked(false);
    views_.replaceSlices(static_cast<int>(document.slices.size()));
    std::vector<std::shared_ptr<const Model>> models;
    for (const auto& entry : document.models)
        if (const auto found = loaded.models.find(entry.id); found != loaded.models.end())
            models.push_back(found->second);
    const auto current = loaded.models.find(document.currentModel);
    workspace_.setModels(std::move(models));
    opener_.takeSession(current == loaded.models.end() ? nullptr : current->second, loaded.dataset,
                        document.normalisation, {document.anchors.begin(), document.anchors.end()},
                        QString::fromStdString(loaded.pair));
    if (loaded.dataset) {
        for (const auto& [name, samples] : document.subsets)
            workspace_.setSubset(QString::fromStdString(name), {samples.begin(), samples.end()});
        workspace_.setSelection({document.selection.begin(), document.selection.end()});
        workspace_.setReferenceSample(document.referenceSample);
        workspace_.setCurrentSample(document.currentSample);
    }
    takeResults(loaded);
    for (const auto& result : document.results)
        if (result.id.starts_with("regions"))
            lastRegions_ = std::max(lastRegions_, std::atoi(result.id.c_str() + 7));
    const auto slices = views_.slices();
    figures_ = document.figures;
    for (auto& figure : figures_)
        for (auto& panel : figure.panels)
            for (std::size_t i = 0; i < document.slices.size() && i < std::size_t(slices.size()); ++i)
                if (document.slices[i].id == panel.slice) {
                    panel.slice = slices[qsizetype(i)]->objectName().toStdString();
                    break;
                }
    bool isLocked = false;
    for (std::size_t i = 0; i < document.slices.size() && i < std::size_t(slices.size()); ++i) {
        applySliceState(*slices[qsizetype(i)], sliceStateOf(document.slices[i]));
        for (const auto& id : document.slices[i].results)
            if (const auto found = loaded.regions.find(id); found != loaded.regions.end()) {
                slices[qsizetype(i)]->computation().offerRegions(found->second);
                regionIds_[found->second] = id;
            }
        isLocked = isLocked || !document.slices[i].lock.empty();
        if (document.slices[i].id == document.currentView) views_.showView(slices[qsizetype(i)]);
    }
    views_.axes().setLocked(isLocked);
    for (const auto& note : loaded.session.notes) log_.note(QString::fromStdString(note));
    for (const auto& problem : loaded.problems) log_.problem(QString::fromStdString(problem));
    undo_.forget();
    isTaking_ = false;
}

void SessionKeeper::takeResults(LoadedSession& loaded) {
    const SessionDocument& document = loaded.session.document;
    results_.cache().clear();
    std::vector<ResultEntry> entries;
    for (const SessionResult& result : document.results) {
        if (!result.slice.empty()) continue;  // belongs to a slice, which has it
        ResultEntry entry;
        entry.about = result;
        if (const SessionModel* model = document.model(result.model)) entry.model = *model;
        for (const auto& other : result.others)
            if (const SessionModel* model = document.model(other)) entry.others.push_back(*model);
        entry.scope = result.samples.empty() ? tr("All samples")
                      : result.samples.size() == 1
                          ? tr("1 sample")
                          : tr("%1 samples").arg(QLocale().toString(qulonglong(result.samples.size())));
        if (const auto found = loaded.session.numbers.find(result.id); found != loaded.session.numbers.end())
            results_.cache().add({result.id, nullptr, found->second}, result.requestKey);
        entries.push_back(std::move(entry));
    }
    results_.reset(std::move(entries));
}

}  // namespace tessera
