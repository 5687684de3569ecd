// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/dock_title.h"

#include <QDockWidget>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QToolButton>

#include "widgets/panels/theme.h"

namespace tessera {

namespace {
constexpr int kMarkWidth = 3;
}

DockTitle::DockTitle(QDockWidget* dock) : QWidget(dock), dock_(dock), text_(new QLabel) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 1, 2, 1);
    layout->setSpacing(0);
    text_->setText(dock->windowTitle());
    text_->setMinimumWidth(20);
    layout->addWidget(text_, 1);
    const auto add = [&](const QString& icon, const QString& tip) {
        auto* button = new QToolButton;
        button->setIcon(themedIcon(icon));
        button->setIconSize({14, 14});
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::NoFocus);
        button->setToolTip(tip);
        button->setAccessibleName(tip);
        layout->addWidget(button);
        return button;
    };
    maximise_ = add(QStringLiteral("maximise"), tr("Fill the window with this view (Ctrl+M)"));
    maximise_->setObjectName(QStringLiteral("maximiseView"));
    auto* detach = add(QStringLiteral("detach"), tr("Into a window of its own, and back"));
    detach->setObjectName(QStringLiteral("floatView"));
    auto* close = add(QStringLiteral("close"), tr("Close this view (Ctrl+W)"));
    close->setObjectName(QStringLiteral("closeView"));
    connect(maximise_, &QToolButton::clicked, this, &DockTitle::maximiseRequested);
    connect(detach, &QToolButton::clicked, dock, [dock] { dock->setFloating(!dock->isFloating()); });
    connect(close, &QToolButton::clicked, dock, &QWidget::close);
    connect(dock, &QWidget::windowTitleChanged, text_, &QLabel::setText);
    // A window of its own has the whole screen already.
    connect(dock, &QDockWidget::topLevelChanged, maximise_, &QWidget::setHidden);
}

void DockTitle::setCurrent(bool current) {
    if (current == isCurrent_) return;
    isCurrent_ = current;
    QFont font = text_->font();
    font.setBold(current);
    text_->setFont(font);
    update();
}

void DockTitle::setMaximised(bool maximised) {
    maximise_->setIcon(themedIcon(maximised ? QStringLiteral("restore") : QStringLiteral("maximise")));
}

void DockTitle::mouseDoubleClickEvent(QMouseEvent* event) {
    event->accept();
    if (!dock_->isFloating()) Q_EMIT maximiseRequested();
}

void DockTitle::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::AlternateBase));
    if (isCurrent_) painter.fillRect(QRect(0, 0, kMarkWidth, height()), palette().color(QPalette::Highlight));
}

}  // namespace tessera
