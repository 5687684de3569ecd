// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/jobs_panel.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QLocale>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace tessera {

namespace {
enum Column { TitleColumn, StateColumn, ProgressColumn, ElapsedColumn, LeftColumn };
bool isActive(JobInfo::State state) {
    return state == JobInfo::State::Running || state == JobInfo::State::Waiting;
}
}  // namespace

QString jobStateText(JobInfo::State state) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("JobsPanel", text); };
    switch (state) {
        case JobInfo::State::Waiting:
            return tr("waiting");
        case JobInfo::State::Running:
            return tr("running");
        case JobInfo::State::Done:
            return tr("done");
        case JobInfo::State::Failed:
            return tr("failed");
        case JobInfo::State::Cancelled:
            return tr("cancelled");
    }
    return {};
}

QString durationText(qint64 milliseconds) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("JobsPanel", text); };
    const double seconds = double(milliseconds) / 1000;
    if (seconds < 10) return tr("%1 s").arg(QLocale().toString(seconds, 'f', 1));
    const auto whole = static_cast<qint64>(seconds + 0.5);
    if (whole < 60) return tr("%1 s").arg(whole);
    if (whole < 3600) return tr("%1 min %2 s").arg(whole / 60).arg(whole % 60);
    return tr("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
}

QString jobProgressText(const JobInfo& job) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("JobsPanel", text); };
    if (job.state == JobInfo::State::Failed) return job.error;
    const QLocale locale;
    QStringList parts;
    if (job.stepCount > 0 && isActive(job.state))
        parts << tr("step %1 of %2").arg(job.steps.size()).arg(job.stepCount);
    if (job.isShare)
        parts << tr("%1 %").arg(job.total > 0 ? 100 * job.done / job.total : 0);
    else if (job.total > 0)
        parts << tr("%1 of %2").arg(locale.toString(job.done), locale.toString(job.total));
    else if (job.done > 0)
        parts << locale.toString(job.done);
    if (job.perSecond > 0 && job.state == JobInfo::State::Running)
        parts << tr("%1 per second").arg(locale.toString(job.perSecond, 'f', job.perSecond < 10 ? 1 : 0));
    if (!job.what.isEmpty() && isActive(job.state)) parts << job.what;
    return parts.join(QStringLiteral(" · "));
}

JobsPanel::JobsPanel(JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      jobs_(jobs),
      list_(new QTreeWidget),
      cancel_(new QPushButton(tr("Cancel job"))),
      cancelAll_(new QPushButton(tr("Cancel all"))) {
    list_->setObjectName(QStringLiteral("jobs"));
    list_->setAccessibleName(tr("Jobs"));
    list_->setHeaderLabels({tr("Job"), tr("State"), tr("Progress"), tr("Time"), tr("Left")});
    list_->setAlternatingRowColors(true);
    list_->setColumnWidth(TitleColumn, 260);
    list_->setColumnWidth(ProgressColumn, 320);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->addWidget(list_, 1);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(cancel_);
    buttons->addWidget(cancelAll_);
    layout->addLayout(buttons);
    connect(cancel_, &QPushButton::clicked, this, &JobsPanel::cancelSelected);
    connect(cancelAll_, &QPushButton::clicked, this, [this] { jobs_.cancelAll(); });
    connect(list_, &QTreeWidget::itemSelectionChanged, this, &JobsPanel::updateButtons);
    connect(&jobs_, &JobRunner::jobStarted, this, [this](JobId id) {
        if (!jobs_.job(id).title.isEmpty()) rebuild();
    });
    connect(&jobs_, &JobRunner::jobChanged, this, &JobsPanel::refresh);
    connect(&jobs_, &JobRunner::jobFinished, this, [this](JobId id) {
        if (items_.contains(id)) rebuild();
    });
    rebuild();
}

void JobsPanel::rebuild() {
    const JobId selected =
        list_->currentItem() ? list_->currentItem()->data(0, Qt::UserRole).toULongLong() : 0;
    list_->clear();
    items_.clear();
    for (const JobInfo& job : jobs_.jobs()) {
        if (job.title.isEmpty()) continue;
        auto* item = new QTreeWidgetItem(list_);
        fill(item, job);
        items_.insert(job.id, item);
        if (job.id == selected) list_->setCurrentItem(item);
    }
    updateButtons();
}

void JobsPanel::refresh(JobId id) {
    const JobInfo job = jobs_.job(id);
    if (auto* item = items_.value(id))
        fill(item, job);
    else if (!job.title.isEmpty())
        rebuild();  // newly waiting
}

void JobsPanel::fill(QTreeWidgetItem* item, const JobInfo& job) {
    item->setData(0, Qt::UserRole, job.id);
    item->setText(TitleColumn, job.title);
    item->setText(StateColumn, jobStateText(job.state));
    item->setText(ProgressColumn, jobProgressText(job));
    item->setToolTip(ProgressColumn, item->text(ProgressColumn));
    item->setText(ElapsedColumn,
                  job.state == JobInfo::State::Waiting ? QString() : durationText(job.elapsedMs));
    item->setText(LeftColumn, job.etaMs >= 0 ? durationText(job.etaMs) : QString());
    for (qsizetype i = 0; i < job.steps.size(); ++i) {
        const bool isNew = i >= item->childCount();
        auto* child = isNew ? new QTreeWidgetItem(item) : item->child(int(i));
        const bool isLast = i + 1 == job.steps.size();
        child->setData(0, Qt::UserRole, job.id);
        child->setText(TitleColumn, tr("%1 of %2: %3").arg(i + 1).arg(job.stepCount).arg(job.steps[i].title));
        child->setText(StateColumn, jobStateText(isLast ? job.state : JobInfo::State::Done));
        child->setText(ElapsedColumn, durationText(job.steps[i].elapsedMs));
        if (isNew && i == 0) item->setExpanded(isActive(job.state));
    }
}

void JobsPanel::updateButtons() {
    bool anyActive = false;
    for (const JobInfo& job : jobs_.jobs()) anyActive |= isActive(job.state);
    cancelAll_->setEnabled(anyActive);
    cancel_->setEnabled(list_->currentItem() &&
                        isActive(jobs_.job(list_->currentItem()->data(0, Qt::UserRole).toULongLong()).state));
}

void JobsPanel::cancelSelected() {
    if (list_->currentItem()) jobs_.cancel(list_->currentItem()->data(0, Qt::UserRole).toULongLong());
}

}  // namespace tessera
