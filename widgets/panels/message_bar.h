// SPDX-License-Identifier: GPL-3.0-or-later
// A strip above the picture for what needs attention: it takes no focus, stops nothing, and stays until
// dismissed. At most one remedy button.
#pragma once

#include <QFrame>
#include <functional>

#include "widgets/panels/message_log.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace tessera {

class MessageBar : public QFrame {
    Q_OBJECT
  public:
    explicit MessageBar(MessageLog& log, QWidget* parent = nullptr);

    QString sentence() const { return sentence_; }
    // Warnings and problems of the log show up by themselves; this adds a button to the one with the same
    // sentence.
    void offer(const QString& sentence, const QString& remedy, std::function<void()> action);
    void dismiss();

  Q_SIGNALS:
    void logRequested();

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void show(const Message& message);
    void recolour();

    MessageLog& log_;
    Message::Severity severity_ = Message::Severity::Note;
    QString sentence_;
    std::function<void()> action_;
    QLabel* icon_;
    QLabel* text_;
    QPushButton* remedy_;
    QToolButton* more_;
    bool isRecolouring_ = false;
};

}  // namespace tessera
