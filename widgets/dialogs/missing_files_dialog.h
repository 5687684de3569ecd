// SPDX-License-Identifier: GPL-3.0-or-later
// Files that a session names and that are not there: says which, and lets the user point at them.
#pragma once

#include <QDialog>

#include "core/session/resolve.h"

class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace tessera {

class MissingFilesDialog : public QDialog {
    Q_OBJECT
  public:
    MissingFilesDialog(const QString& session, const ResolvedSession& resolved, QWidget* parent = nullptr);
    Replacements replacements() const { return replacements_; }
    // As if the user had chosen it; other missing files of the same folder are found along with it.
    void locate(const QString& missing, const QString& found);

  private:
    void browse();
    void update();
    std::vector<FileReference> missing_;
    Replacements replacements_;
    QTreeWidget* list_;
    QPushButton *browse_, *open_;
};

}  // namespace tessera
