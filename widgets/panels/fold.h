// SPDX-License-Identifier: GPL-3.0-or-later
// A part of a panel that is shown only when it is asked for.
#pragma once

#include <QToolButton>
#include <QVBoxLayout>

namespace tessera {

// A line to click with the part below it, hidden at first.
inline QWidget* folded(const QString& title, const char* toggleName, QWidget* part) {
    auto* toggle = new QToolButton;
    toggle->setObjectName(QLatin1String(toggleName));
    toggle->setText(title);
    toggle->setCheckable(true);
    toggle->setAutoRaise(true);
    toggle->setArrowType(Qt::RightArrow);
    toggle->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    part->hide();
    QObject::connect(toggle, &QToolButton::toggled, part, [toggle, part](bool on) {
        toggle->setArrowType(on ? Qt::DownArrow : Qt::RightArrow);
        part->setVisible(on);
    });
    auto* box = new QWidget;
    auto* rows = new QVBoxLayout(box);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->addWidget(toggle);
    rows->addWidget(part);
    return box;
}

}  // namespace tessera
