// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/probe_runner.h"

#include <QFileInfo>
#include <QSaveFile>
#include <nlohmann/json.hpp>

#include "app/window/view_area.h"
#include "core/session/record_csv.h"
#include "core/session/record_json.h"
#include "widgets/views/record_view.h"

namespace tessera {

namespace {

using Record = std::shared_ptr<const ResultRecord>;

// What a run gives: new numbers, or the id of a result that answers the same request.
struct Ran {
    Record record;
    std::string key, sameAs;
};

std::string viewName(const QString& id) {
    return "view-result-" + id.toStdString();
}

SessionModel sessionModelOf(const ModelInfo& info) {
    SessionModel model;
    model.file = {{}, info.path.string(), info.sha256};
    model.inputShape = info.inputShape;
    model.device = info.device;
    return model;
}

Result<Done> writeJson(const std::string& path, const ResultRecord& record) {
    QSaveFile file(QString::fromStdString(path));
    const std::string text = recordJson(record).dump(1, ' ') + '\n';
    if (!file.open(QIODevice::WriteOnly) || file.write(text.data(), qint64(text.size())) < 0 ||
        !file.commit())
        return fileError(path + " cannot be written (" + file.errorString().toStdString() +
                         "); choose another place.");
    return Done{};
}

}  // namespace

ProbeRunner::ProbeRunner(Workspace& workspace, JobRunner& jobs, ResultList& results, ViewArea& views,
                         const Probes& probes, QObject* parent)
    : QObject(parent), workspace_(workspace), jobs_(jobs), results_(results), views_(views), probes_(probes) {
    connect(&results, &ResultList::removed, this, [this](int, const QString& id) {
        jobs_.cancelKey(this, id);
        closeView(id);
    });
}

void ProbeRunner::closeView(const QString& id) {
    for (QDockWidget* dock : views_.docks())
        if (dock->objectName().toStdString() == viewName(id)) dock->close();
}

const CatalogueEntry* ProbeRunner::probe(const std::string& name) const {
    for (const auto& entry : probes_)
        if (entry.probe->description().name == name) return &entry;
    return nullptr;
}

std::vector<ProbeDescription> ProbeRunner::descriptions() const {
    std::vector<ProbeDescription> descriptions;
    for (const auto& entry : probes_) descriptions.push_back(entry.probe->description());
    return descriptions;
}

QString ProbeRunner::run(const ProbeRequest& request) {
    const CatalogueEntry* entry = probe(request.probe);
    if (!entry || !workspace_.model()) return {};
    const auto& description = entry->probe->description();
    const ModelInfo& info = workspace_.model()->info();

    ResultEntry result;
    result.about.title = description.title;
    result.about.probe = description.name;
    result.about.parameters = request.parameters;
    result.about.normalisation = workspace_.normalisation();
    result.about.samples = request.samples;
    result.about.seed = request.seed;
    result.about.started = utcNow();
    result.scope = request.scope;
    result.model = sessionModelOf(info);
    const auto others = description.minimumModels > 1 ? workspace_.comparableModels()
                                                      : std::vector<std::shared_ptr<const Model>>();
    for (const auto& other : others) result.others.push_back(sessionModelOf(other->info()));
    result.isRunning = true;
    const QString id = results_.add(result);

    ProbeInputs inputs;
    inputs.model = workspace_.model();
    inputs.dataset = workspace_.dataset();
    inputs.normalisation = workspace_.normalisation();
    inputs.samples = request.samples;
    inputs.seed = request.seed;
    inputs.threads = threads_;
    inputs.others = others;
    const JobId job = jobs_.start<Ran>(
        this, id, QString::fromStdString(description.title), JobLane::Background,
        [this, id, inputs, parameters = request.parameters, probe = entry->probe, &cache = results_.cache()](
            std::stop_token stop, Progress& progress) -> Result<Ran> {
            Ran ran;
            ResultRequest asked;
            asked.probe = probe->description().name;
            asked.parameters = parameters;
            asked.modelSha256 = inputs.model->info().sha256;
            asked.device = inputs.model->info().device;
            for (const auto& other : inputs.others) asked.otherModels.push_back(other->info().sha256);
            if (inputs.dataset) {
                for (const auto& file : inputs.dataset->sourceFiles())
                    if (auto hash = sha256OfFile(file); hash.isOk()) asked.dataSha256.push_back(hash.value());
                if (asked.dataSha256.empty()) asked.dataSha256.push_back(inputs.dataset->path().string());
            }
            asked.normalisation = inputs.normalisation;
            asked.samples = inputs.samples;
            asked.seed = inputs.seed;
            ran.key = requestKey(asked);
            ran.sameAs = cache.find(ran.key);
            if (!ran.sameAs.empty()) return ran;
            ProbeInputs watched = inputs;
            watched.onPartial = [this, id, job = JobRunner::currentJob()](Record record) {
                jobs_.post(this, job, [this, id, record] { showPartial(id, record); });
            };
            auto outcome = runProbe(*probe, watched, parameters, stop, progress);
            if (!outcome.isOk()) return std::move(outcome).propagate<Ran>();
            ran.record = std::move(outcome).value();
            return ran;
        },
        [this, id](Result<Ran> outcome) {
            // Another session was opened, or it was deleted: the id is no longer this run's.
            const ResultEntry* held = results_.entry(id);
            if (!held || !held->isRunning) return;
            if (!outcome.isOk()) return finish(id, std::move(outcome).propagate<Record>());
            Ran& ran = outcome.value();
            if (!ran.sameAs.empty()) {
                const QString same = QString::fromStdString(ran.sameAs);
                results_.remove(id);
                Q_EMIT servedFromCache(same);
                Q_EMIT notice(tr("The same was asked before: result %1 answers it.").arg(same));
                return openView(same);
            }
            // A partial answer is kept, but does not answer the next request.
            const bool isComplete = ran.record->provenance.complete;
            ResultEntry answered = *held;
            answered.about.requestKey = isComplete ? ran.key : std::string();
            results_.cache().add({id.toStdString(), ran.record, nullptr}, answered.about.requestKey);
            results_.replace(answered);
            finish(id, ran.record);
        });
    ResultEntry running = *results_.entry(id);
    running.job = job;
    results_.replace(running);
    return id;
}

void ProbeRunner::finish(const QString& id, Result<Record> result) {
    const ResultEntry* held = results_.entry(id);
    if (!held || !held->isRunning) return;
    ResultEntry entry = *held;
    entry.isRunning = false;
    entry.job = 0;
    if (result.isOk()) {
        describeRecord(*result.value(), entry.about);
        if (entry.about.sentence.empty() && !result.value()->provenance.complete)
            entry.about.sentence = result.value()->provenance.note;
    } else if (result.isError()) {
        entry.about.outcome = Outcome::Failed;
        entry.about.sentence = result.error().message;
    } else {
        entry.about.outcome = Outcome::Cancelled;
        entry.about.sentence = tr("stopped before there was anything to show").toStdString();
    }
    results_.replace(entry);
    shownPartial_.remove(id);
    if (result.isOk()) return show(id, result.value());
    closeView(id);  // of what was shown while it ran nothing is kept
}

void ProbeRunner::show(const QString& id, Record record) {
    const ResultEntry* entry = results_.entry(id);
    if (!entry) return;
    const QString name = QString::fromStdString(viewName(id));
    const QString title = viewTitle(*entry, id);
    if (QWidget* open = views_.view(name)) {
        // What was shown while it ran gives way to what came of it.
        auto* view = qobject_cast<ResultView*>(open);
        if (view && view->record() != record) view->show(std::move(record));
        views_.setViewTitle(open, title);
        return views_.showView(open);
    }
    views_.addView(makeView(*entry, std::move(record)), name, title);
}

// Pictures of a run that goes on: shown once, and afterwards only where they are still open.
void ProbeRunner::showPartial(const QString& id, Record record) {
    const ResultEntry* entry = results_.entry(id);
    if (!entry || !entry->isRunning) return;
    const QString name = QString::fromStdString(viewName(id));
    if (auto* view = qobject_cast<ResultView*>(views_.view(name)))
        view->show(std::move(record));
    else if (!shownPartial_.contains(id))
        views_.addView(makeView(*entry, std::move(record)), name,
                       tr("%1 · %2 (running)").arg(QString::fromStdString(entry->about.title), id));
    shownPartial_.insert(id);
}

QString ProbeRunner::viewTitle(const ResultEntry& entry, const QString& id) const {
    const QString title = QString::fromStdString(entry.about.title);
    return entry.about.outcome == Outcome::Partial ? tr("%1 · %2 (partial)").arg(title, id)
                                                   : tr("%1 · %2").arg(title, id);
}

ResultView* ProbeRunner::makeView(const ResultEntry& entry, Record record) {
    // A result of a probe that this version does not know is still shown: a record says what it holds.
    const CatalogueEntry* probe = this->probe(entry.about.probe);
    const ViewContext context{workspace_, jobs_};
    ResultView* view = probe && probe->makeView
                           ? probe->makeView(context, nullptr)
                           : new RecordView(context, probe ? probe->scenes : nullptr, nullptr);
    connect(view, &ResultView::noticeRaised, this, &ProbeRunner::notice);
    connect(view, &ResultView::sliceWanted, this, [this, view](const SlicePlane& plane) {
        PlaneRecipe recipe;
        recipe.kind = PlaneKind::Pasted;
        recipe.pasted = plane;
        views_.addSlice(view)->computation().setRecipe(recipe);
    });
    view->setViewState(entry.about.view);
    connect(view, &ResultView::viewStateChanged, this,
            [this, view, id = entry.id()] { results_.setView(id, view->viewState()); });
    view->show(std::move(record));
    return view;
}

void ProbeRunner::withRecord(const QString& id, Take take) {
    const ResultEntry* entry = results_.entry(id);
    if (!entry || entry->isRunning) return;
    jobs_.start<Record>(
        this, QStringLiteral("load-") + id,
        results_.cache().isLoaded(id.toStdString()) ? QString() : tr("Reading result %1").arg(id),
        JobLane::Interactive,
        [&cache = results_.cache(), key = id.toStdString()](std::stop_token stop, Progress& progress) {
            return cache.record(key, stop, progress);
        },
        [this, id, take = std::move(take)](Result<Record> result) {
            if (result.isOk() && result.value()) take(result.value());
        });
}

void ProbeRunner::openView(const QString& id) {
    const ResultEntry* entry = results_.entry(id);
    if (!entry) return;
    if (QWidget* open = views_.view(QString::fromStdString(viewName(id)))) return views_.showView(open);
    if (entry->isRunning) return;
    if (entry->about.outcome == Outcome::Failed || entry->about.outcome == Outcome::Cancelled)
        return Q_EMIT notice(tr("Result %1 has nothing to show: %2").arg(id, outcomeSentence(*entry)));
    withRecord(id, [this, id](Record record) { show(id, std::move(record)); });
}

void ProbeRunner::exportTo(const QString& id, Format format, const QString& path) {
    withRecord(id, [this, id, format, path](Record record) {
        jobs_.start<Done>(
            this, QStringLiteral("export-") + path, tr("Writing %1").arg(QFileInfo(path).fileName()),
            JobLane::Background,
            [record, format, file = path.toStdString()](std::stop_token, Progress&) -> Result<Done> {
                switch (format) {
                    case Format::Npz:
                        return writeRecordNpz(file, *record);
                    case Format::Json:
                        return writeJson(file, *record);
                    case Format::Csv:
                        break;
                }
                if (record->tables.size() == 1) return writeCsv(file, record->tables.front());
                auto files = writeCsvFolder(std::filesystem::path(file).replace_extension(), record->tables);
                if (!files.isOk()) return std::move(files).propagate<Done>();
                return Done{};
            },
            [this, path](Result<Done> result) {
                if (result.isOk()) Q_EMIT notice(tr("Written: %1").arg(path));
            });
    });
}

}  // namespace tessera
