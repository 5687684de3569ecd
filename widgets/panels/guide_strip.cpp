// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/guide_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "widgets/panels/theme.h"

namespace tessera {

GuideStrip::GuideStrip(QWidget* parent)
    : QFrame(parent), count_(new QLabel), text_(new QLabel), show_(new QPushButton), skip_(new QPushButton) {
    setObjectName(QStringLiteral("guide"));
    setAccessibleName(tr("First steps"));
    setFrameShape(QFrame::StyledPanel);
    QFont bold = count_->font();
    bold.setBold(true);
    count_->setFont(bold);
    text_->setObjectName(QStringLiteral("guideText"));
    text_->setWordWrap(true);
    show_->setObjectName(QStringLiteral("guideShow"));
    skip_->setObjectName(QStringLiteral("guideSkip"));
    skip_->setText(tr("Skip"));
    skip_->setFlat(true);
    auto* close = new QToolButton;
    close->setObjectName(QStringLiteral("guideClose"));
    close->setIcon(themedIcon(QStringLiteral("close")));
    close->setAutoRaise(true);
    close->setToolTip(tr("Dismiss the guide; Help › First Steps brings it back"));
    close->setAccessibleName(tr("Dismiss the guide"));
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(10, 4, 6, 4);
    line->setSpacing(10);
    line->addWidget(count_);
    line->addWidget(text_, 1);
    line->addWidget(show_);
    line->addWidget(skip_);
    line->addWidget(close);
    connect(show_, &QPushButton::clicked, this, [this] {
        if (isRunning() && steps_[step_].show) steps_[step_].show();
    });
    connect(skip_, &QPushButton::clicked, this, [this] {
        ++step_;
        showStep();
    });
    connect(close, &QToolButton::clicked, this, &GuideStrip::dismiss);
    hide();
}

void GuideStrip::start(std::vector<GuideStep> steps) {
    steps_ = std::move(steps);
    step_ = 0;
    check();
    showStep();
}

void GuideStrip::check() {
    const std::size_t before = step_;
    while (isRunning() && steps_[step_].isDone()) ++step_;
    if (step_ != before) showStep();
}

void GuideStrip::dismiss() {
    step_ = steps_.size();
    showStep();
}

void GuideStrip::showStep() {
    if (!isRunning()) {
        if (!isHidden()) {
            hide();
            Q_EMIT finished();
        }
        return;
    }
    const GuideStep& step = steps_[step_];
    count_->setText(tr("Step %1 of %2").arg(step_ + 1).arg(steps_.size()));
    text_->setText(step.sentence);
    show_->setText(step.showText);
    show_->setVisible(!step.showText.isEmpty());
    show();
}

}  // namespace tessera
