// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/message_bar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "widgets/panels/theme.h"

namespace tessera {

MessageBar::MessageBar(MessageLog& log, QWidget* parent)
    : QFrame(parent),
      log_(log),
      icon_(new QLabel),
      text_(new QLabel),
      remedy_(new QPushButton),
      more_(new QToolButton) {
    setObjectName(QStringLiteral("messageBar"));
    text_->setWordWrap(true);
    text_->setTextFormat(Qt::PlainText);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    text_->setObjectName(QStringLiteral("messageText"));
    more_->setText(tr("Log"));
    more_->setToolTip(tr("Show all messages"));
    more_->setAutoRaise(true);
    auto* close = new QToolButton;
    close->setObjectName(QStringLiteral("dismiss"));
    close->setIcon(themedIcon(QStringLiteral("close")));
    close->setToolTip(tr("Dismiss"));
    close->setAccessibleName(tr("Dismiss this message"));
    close->setAutoRaise(true);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 6, 6, 6);
    layout->addWidget(icon_, 0, Qt::AlignTop);
    layout->addWidget(text_, 1);
    layout->addWidget(remedy_);
    layout->addWidget(more_);
    layout->addWidget(close);
    connect(close, &QToolButton::clicked, this, &MessageBar::dismiss);
    connect(more_, &QToolButton::clicked, this, &MessageBar::logRequested);
    connect(remedy_, &QPushButton::clicked, this, [this] {
        const auto action = action_;
        dismiss();
        if (action) action();
    });
    const auto take = [this] {
        if (log_.messages().back().severity != Message::Severity::Note) show(log_.messages().back());
    };
    connect(&log_, &MessageLog::appended, this, take);
    connect(&log_, &MessageLog::countChanged, this, take);
    hide();
}

void MessageBar::show(const Message& message) {
    severity_ = message.severity;
    sentence_ = message.sentence;
    action_ = nullptr;
    remedy_->hide();
    text_->setText(sentence_);
    text_->setAccessibleName(severityText(severity_) + QStringLiteral(": ") + sentence_);
    recolour();
    setVisible(true);
}

void MessageBar::offer(const QString& sentence, const QString& remedy, std::function<void()> action) {
    if (sentence != sentence_) return;
    action_ = std::move(action);
    remedy_->setText(remedy);
    remedy_->show();
}

void MessageBar::dismiss() {
    sentence_.clear();
    action_ = nullptr;
    hide();
}

void MessageBar::recolour() {
    isRecolouring_ = true;
    const QColor mark =
        severity_ == Message::Severity::Problem ? wrongColour(palette()) : warningColour(palette());
    icon_->setPixmap(themedIcon(severityIconName(severity_)).pixmap(QSize(18, 18), devicePixelRatioF()));
    setStyleSheet(QStringLiteral("#messageBar { border: none; border-left: 4px solid %1; background: %2; }")
                      .arg(mark.name(), palette().color(QPalette::AlternateBase).name()));
    isRecolouring_ = false;
}

void MessageBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && !isRecolouring_ && !sentence_.isEmpty()) recolour();
}

}  // namespace tessera
