// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/message_log.h"

#include <QCoreApplication>

namespace tessera {

namespace {
constexpr qsizetype kKept = 2000;
}

QString severityText(Message::Severity severity) {
    switch (severity) {
        case Message::Severity::Note:
            return QCoreApplication::translate("MessageLog", "Note");
        case Message::Severity::Warning:
            return QCoreApplication::translate("MessageLog", "Warning");
        case Message::Severity::Problem:
            return QCoreApplication::translate("MessageLog", "Problem");
    }
    return {};
}

QString severityIconName(Message::Severity severity) {
    return severity == Message::Severity::Note      ? QStringLiteral("note")
           : severity == Message::Severity::Warning ? QStringLiteral("warning")
                                                    : QStringLiteral("problem");
}

void MessageLog::append(Message::Severity severity, const QString& sentence) {
    if (sentence.isEmpty()) return;
    if (!messages_.isEmpty() && messages_.back().sentence == sentence &&
        messages_.back().severity == severity) {
        ++messages_.back().count;
        messages_.back().time = QDateTime::currentDateTime();
        Q_EMIT countChanged();
        return;
    }
    if (messages_.size() >= kKept) messages_.removeFirst();
    messages_.push_back({severity, sentence, QDateTime::currentDateTime(), 1});
    Q_EMIT appended();
}

}  // namespace tessera
