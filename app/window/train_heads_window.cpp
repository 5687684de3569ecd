// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/train_heads_window.h"

#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QTableView>
#include <algorithm>
#include <chrono>
#include <mutex>

#include "app/window/opening.h"
#include "widgets/panels/field_problem.h"
#include "widgets/panels/head_runs_model.h"
#include "widgets/panels/head_source_form.h"
#include "widgets/panels/head_sweep_form.h"
#include "widgets/panels/jobs_panel.h"
#include "widgets/panels/split_form.h"
#include "widgets/views/panel_canvas.h"

namespace tessera {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kBetweenPosts = std::chrono::milliseconds(200);
const char* const kKey = "train-heads";

QString text(const std::filesystem::path& path) {
    return QString::fromStdString(path.string());
}

}  // namespace

// What the job gives: heads, and what the window needs to show them.
struct TrainHeadsWindow::Outcome {
    MadeHeads made;
    std::vector<std::shared_ptr<const Model>> models;  // of those that came out
    Opened data;
};

// Points between the training threads and the window.
struct TrainHeadsWindow::Live {
    std::mutex mutex;
    std::vector<std::pair<std::size_t, EpochPoint>> points;
    Clock::time_point posted = Clock::now();
};

void TrainHeadsWindow::setFolder(const QString& folder) {
    if (isFolderChosen_ || isTraining()) return;
    folder_->setText(folder);
}

std::shared_ptr<const PanelScene> TrainHeadsWindow::curves() const {
    return scene_;
}

MakeHeadsRequest TrainHeadsWindow::request() const {
    MakeHeadsRequest request;
    request.on.data = workspace_.dataset();
    request.on.splitSeed = source_->split().seed();
    request.on.referenceShare = source_->split().referenceShare();
    request.on.testShare = source_->split().testShare();
    if (source_->isLayer()) {
        request.on.model = workspace_.model();
        request.on.layer = source_->layer();
        request.on.normalisation = workspace_.normalisation();
    }
    request.recipes = sweep_->recipes();
    request.folder = folder_->text().trimmed().toStdString();
    request.threads = computeThreads();
    request.device = opener_.device();
    request.cache.folder = standardEmbedCache();
    return request;
}

// What can be told before it is started, so that Train is only offered when it can begin.
void TrainHeadsWindow::check() {
    const bool isFolder = !folder_->text().trimmed().isEmpty();
    const std::size_t heads = sweep_->recipes().size();
    const QString problem = !source_->problem().isEmpty()  ? source_->problem()
                            : !sweep_->problem().isEmpty() ? sweep_->problem()
                            : !isFolder                    ? tr("Say which folder the heads go to.")
                                                           : QString();
    const auto byEpochs = std::count_if(sweep_->recipes().begin(), sweep_->recipes().end(),
                                        [](const auto& recipe) { return isTrainedByEpochs(recipe.method); });
    const QString number = QLocale().toString(qulonglong(heads));
    train_->setText(problem.isEmpty() ? (heads == 1 ? tr("Train 1 Head") : tr("Train %1 Heads").arg(number))
                                      : tr("Train"));
    train_->setEnabled(problem.isEmpty() && !isTraining());
    if (!problem.isEmpty()) return showProblem(*count_, problem);
    showNote(*count_, heads == 1 ? tr("This makes one head.")
                      : byEpochs == 0 || byEpochs == qsizetype(heads)
                          ? tr("This makes %1 heads.").arg(number)
                          : tr("This makes %1 heads, %2 of them trained by epochs.")
                                .arg(number, QLocale().toString(qlonglong(byEpochs))));
}

void TrainHeadsWindow::train() {
    if (isTraining() || !train_->isEnabled()) return;
    const MakeHeadsRequest wanted = request();
    runs_->begin(wanted.recipes);
    showCurves();
    writtenTo_.clear();
    openFolder_->hide();
    auto live = std::make_shared<Live>();
    job_ = jobs_.start<std::shared_ptr<Outcome>>(
        this, QLatin1String(kKey),
        wanted.recipes.size() == 1 ? tr("Training a head")
                                   : tr("Training %1 heads").arg(wanted.recipes.size()),
        JobLane::Background,
        [this, &jobs = jobs_, wanted, live](std::stop_token stop,
                                            Progress& progress) -> Result<std::shared_ptr<Outcome>> {
            // At a calm rate: what is not told now goes with the next, the last with the answer.
            const auto listener = [&, id = JobRunner::currentJob()](std::size_t head,
                                                                    const EpochPoint& point) {
                const std::scoped_lock lock(live->mutex);
                live->points.emplace_back(head, point);
                if (Clock::now() - live->posted < kBetweenPosts) return;
                live->posted = Clock::now();
                jobs.post(this, id, [this, live] { takePoints(*live); });
            };
            auto made = makeHeads(wanted, stop, progress, listener);
            if (!made.isOk()) return std::move(made).propagate<std::shared_ptr<Outcome>>();
            auto outcome = std::make_shared<Outcome>();
            outcome->made = std::move(made).value();
            for (const auto& head : outcome->made.heads)
                if (head.model) outcome->models.push_back(head.model);
            outcome->data.dataset = outcome->made.embeddings;
            preparePair(outcome->data, outcome->models.front().get(), *outcome->made.embeddings);
            return outcome;
        },
        [this](Result<std::shared_ptr<Outcome>> result) { finish(std::move(result)); });
    form_->setEnabled(false);
    folder_->setEnabled(false);
    cancel_->setEnabled(true);
    cancel_->show();
    progress_->setRange(0, 0);
    progress_->show();
    say(tr("Starting…"));
    check();
}

void TrainHeadsWindow::takePoints(Live& live) {
    std::vector<std::pair<std::size_t, EpochPoint>> points;
    {
        const std::scoped_lock lock(live.mutex);
        points.swap(live.points);
    }
    for (const auto& [head, point] : points) runs_->add(head, point);
    runs_->announce();
    showCurves();
}

void TrainHeadsWindow::finish(Result<std::shared_ptr<Outcome>> result) {
    job_ = 0;
    form_->setEnabled(true);
    folder_->setEnabled(true);
    cancel_->hide();
    progress_->hide();
    if (!result.isOk()) {
        runs_->abandon();
        say(result.isCancelled() ? tr("Cancelled before a head was finished; nothing was written.")
                                 : QString::fromStdString(result.error().message),
            result.isError());
        return check();
    }
    const auto& [made, models, data] = *result.value();
    std::vector<HeadRunsModel::Outcome> outcomes;
    int stopped = 0;
    for (const auto& head : made.heads) {
        outcomes.push_back({&head.trained, head.test.accuracy, text(head.file)});
        stopped += head.model && !head.trained.isComplete ? 1 : 0;
    }
    runs_->finish(outcomes);
    showCurves();
    writtenTo_ = text(made.folder);
    openFolder_->show();
    const QLocale locale;
    const QString count = locale.toString(qulonglong(models.size()));
    QString sentence = models.size() == 1
                           ? tr("One head was written to %2 and opened.").arg(writtenTo_)
                           : tr("%1 heads were written to %2 and opened.").arg(count, writtenTo_);
    if (stopped > 0)
        sentence +=
            ' ' + (stopped == 1 ? tr("One was stopped early and holds its best epoch so far.")
                                : tr("%1 were stopped early and hold their best epoch so far.").arg(stopped));
    if (models.size() < made.heads.size())
        sentence += ' ' + tr("%1 gave no head; the table says why.").arg(made.heads.size() - models.size());
    say(sentence);
    Q_EMIT notice(sentence);
    isFolderChosen_ = false;
    opener_.adopt(models, data);
    Q_EMIT folderProposalWanted();
    check();
}

void TrainHeadsWindow::showCurves() {
    auto curves = runs_->curves();
    const bool isAny = std::any_of(curves.begin(), curves.end(),
                                   [](const HeadCurve& curve) { return !curve.points.empty(); });
    std::vector<std::size_t> marked;
    const auto rows = table_->selectionModel()->selectedRows();
    for (const auto& row : rows) marked.push_back(row.data(HeadRunsModel::kRowRole).toULongLong());
    scene_ = isAny ? std::make_shared<const HeadCurvesScene>(std::move(curves), std::move(marked)) : nullptr;
    canvas_->setScene(scene_);
    const bool isDirectOnly = !runs_->runs().empty() &&
                              std::none_of(runs_->runs().begin(), runs_->runs().end(), [](const auto& run) {
                                  return isTrainedByEpochs(run.recipe.method);
                              });
    canvas_->setEmptyText(runs_->runs().empty()
                              ? tr("Curves of validation accuracy and training loss are drawn "
                                   "here while heads are trained.")
                          : isDirectOnly ? tr("These heads follow from the data without epochs, so they "
                                              "have no curves.")
                                         : tr("The first epoch is not through yet."));
    export_->setEnabled(scene_ != nullptr);
    table_->setColumnHidden(HeadRunsModel::NoteColumn,
                            std::all_of(runs_->runs().begin(), runs_->runs().end(),
                                        [](const HeadRun& run) { return run.note.isEmpty(); }));
}

void TrainHeadsWindow::showJob() {
    if (!isTraining()) return;
    const JobInfo info = jobs_.job(job_);
    progress_->setRange(0, info.total > 0 ? 1000 : 0);
    if (info.total > 0) progress_->setValue(int(1000 * double(info.done) / double(info.total)));
    QString sentence = info.what.isEmpty() ? tr("Starting…") : info.what;
    sentence[0] = sentence[0].toUpper();
    if (info.state == JobInfo::State::Waiting) sentence = tr("Waiting for another job to end");
    const QLocale locale;
    if (info.total > 0 && !info.isShare)
        sentence = tr("%1: %2 of %3").arg(sentence, locale.toString(info.done), locale.toString(info.total));
    if (info.etaMs >= 0) sentence += tr(", at most %1 left").arg(durationText(info.etaMs));
    say(sentence);
}

void TrainHeadsWindow::say(const QString& sentence, bool isProblem) {
    isProblem ? showProblem(*status_, sentence) : showNote(*status_, sentence);
}

}  // namespace tessera
