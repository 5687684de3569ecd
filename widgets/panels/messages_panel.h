// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that was said, newest last, with its time; can be copied.
#pragma once

#include <QWidget>

#include "widgets/panels/message_log.h"

class QTreeWidget;
class QTreeWidgetItem;

namespace tessera {

class MessagesPanel : public QWidget {
    Q_OBJECT
  public:
    explicit MessagesPanel(MessageLog& log, QWidget* parent = nullptr);
    void copy() const;

  private:
    void add(const Message& message);
    static void fill(QTreeWidgetItem* item, const Message& message);
    MessageLog& log_;
    QTreeWidget* list_;
};

}  // namespace tessera
