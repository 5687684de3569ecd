// SPDX-License-Identifier: GPL-3.0-or-later
// One sentence below a field that holds something it cannot take.
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

// Takes no room when there is nothing to say.
inline void showProblem(QLabel& label, const QString& sentence) {
    QPalette palette = label.palette();
    palette.setColor(QPalette::WindowText, wrongColour(palette));
    label.setPalette(palette);
    label.setText(sentence);
    label.setVisible(!sentence.isEmpty());
}

}  // namespace tessera
