// SPDX-License-Identifier: GPL-3.0-or-later
// One sentence below a field: that it holds something it cannot take, or what it means.
#pragma once

#include <QLabel>
#include <QString>

#include "widgets/panels/theme.h"

namespace tessera {

inline QLabel* fieldProblem(const char* name) {
    auto* label = new QLabel;
    label->setObjectName(QLatin1String(name));
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->hide();
    return label;
}

// What a field means, quieter than the rest.
inline QLabel* fieldNote(const QString& sentence = {}) {
    auto* label = new QLabel(sentence);
    label->setWordWrap(true);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

// Takes no room when there is nothing to say.
inline void showProblem(QLabel& label, const QString& sentence) {
    QPalette colours;  // what is not set follows the theme
    colours.setColor(QPalette::WindowText, wrongColour(label.palette()));
    label.setPalette(colours);
    label.setText(sentence);
    label.setVisible(!sentence.isEmpty());
}
// The same label for something that is no problem.
inline void showNote(QLabel& label, const QString& sentence) {
    label.setPalette({});
    label.setText(sentence);
    label.setVisible(!sentence.isEmpty());
}

}  // namespace tessera
