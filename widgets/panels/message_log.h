// SPDX-License-Identifier: GPL-3.0-or-later
// The one sink for what the program has to say. Problems stay until dismissed; everything stays in the log.
#pragma once

#include <QDateTime>
#include <QList>
#include <QObject>
#include <QString>

namespace tessera {

struct Message {
    enum class Severity { Note, Warning, Problem };
    Severity severity = Severity::Note;
    QString sentence;
    QDateTime time;
    int count = 1;  // the same sentence in a row is counted, not repeated
};

class MessageLog : public QObject {
    Q_OBJECT
  public:
    using QObject::QObject;
    void note(const QString& sentence) { append(Message::Severity::Note, sentence); }
    void warn(const QString& sentence) { append(Message::Severity::Warning, sentence); }
    void problem(const QString& sentence) { append(Message::Severity::Problem, sentence); }
    const QList<Message>& messages() const { return messages_; }

  Q_SIGNALS:
    void appended();      // messages().back() is new
    void countChanged();  // messages().back() came again

  private:
    void append(Message::Severity severity, const QString& sentence);
    QList<Message> messages_;
};

QString severityText(Message::Severity severity);
QString severityIconName(Message::Severity severity);

}  // namespace tessera
