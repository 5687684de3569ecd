// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/job_indicator.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include "widgets/panels/jobs_panel.h"
#include "widgets/panels/theme.h"

namespace tessera {

namespace {
constexpr int kTextWidth = 360;
}

JobIndicator::JobIndicator(JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      jobs_(jobs),
      text_(new QLabel),
      bar_(new QProgressBar),
      cancel_(new QToolButton),
      list_(new QToolButton) {
    text_->setObjectName(QStringLiteral("jobText"));
    text_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    bar_->setFixedWidth(140);
    bar_->setTextVisible(false);
    bar_->setMaximumHeight(12);
    bar_->setAccessibleName(tr("Progress of the running job"));
    cancel_->setIcon(themedIcon(QStringLiteral("close")));
    cancel_->setToolTip(tr("Cancel this job (Esc)"));
    cancel_->setAccessibleName(tr("Cancel this job"));
    cancel_->setAutoRaise(true);
    cancel_->setObjectName(QStringLiteral("cancelJob"));
    list_->setAutoRaise(true);
    list_->setToolTip(tr("Show all jobs"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    for (QWidget* widget : {static_cast<QWidget*>(text_), static_cast<QWidget*>(bar_),
                            static_cast<QWidget*>(cancel_), static_cast<QWidget*>(list_)})
        layout->addWidget(widget);
    // Always the same size: a status bar that grows with each job would shift, and so recompute, the picture
    // above it.
    text_->setFixedWidth(kTextWidth);
    for (QWidget* widget : {static_cast<QWidget*>(bar_), static_cast<QWidget*>(cancel_)}) {
        QSizePolicy policy = widget->sizePolicy();
        policy.setRetainSizeWhenHidden(true);
        widget->setSizePolicy(policy);
    }
    connect(cancel_, &QToolButton::clicked, this, &JobIndicator::cancelCurrent);
    connect(list_, &QToolButton::clicked, this, &JobIndicator::listRequested);
    connect(&jobs_, &JobRunner::jobStarted, this, &JobIndicator::refresh);
    connect(&jobs_, &JobRunner::jobChanged, this, &JobIndicator::refresh);
    connect(&jobs_, &JobRunner::jobFinished, this, &JobIndicator::refresh);
    refresh();
}

void JobIndicator::cancelCurrent() {
    if (shown_) jobs_.cancel(shown_);
}

void JobIndicator::refresh() {
    int active = 0;
    JobInfo current;
    for (const JobInfo& job : jobs_.jobs()) {
        if (job.title.isEmpty() ||
            (job.state != JobInfo::State::Running && job.state != JobInfo::State::Waiting))
            continue;
        ++active;
        if (current.id == 0) current = job;
    }
    shown_ = current.id;
    bar_->setVisible(shown_ != 0);
    cancel_->setVisible(shown_ != 0);
    list_->setText(active > 1 ? tr("%1 jobs").arg(active) : tr("Jobs"));
    if (shown_ == 0) {
        text_->setText(tr("Ready"));
        return;
    }
    QString text = current.title;
    const QString progress = jobProgressText(current);
    if (!progress.isEmpty()) text += QStringLiteral(" · ") + progress;
    if (current.etaMs >= 0) text += tr(" · %1 left").arg(durationText(current.etaMs));
    text_->setToolTip(text);
    text_->setText(text_->fontMetrics().elidedText(text, Qt::ElideMiddle, kTextWidth - 4));
    constexpr int kSteps = 1000;
    const bool isKnown = current.total > 0;
    bar_->setRange(0, isKnown ? kSteps : 0);
    if (isKnown)
        bar_->setValue(static_cast<int>(double(kSteps) * double(current.done) / double(current.total)));
}

}  // namespace tessera
