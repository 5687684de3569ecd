// SPDX-License-Identifier: GPL-3.0-or-later
// The Selection menu: select, name and bring back sets of samples, and pin the reference.
#pragma once

#include <QObject>
#include <functional>
#include <vector>

#include "widgets/workspace.h"

class QAction;
class QMenu;
class QWidget;

namespace tessera {

class GalleryPanel;

class SelectionMenu : public QObject {
    Q_OBJECT
  public:
    // Fills `menu`; `window` is the parent of its dialogs.
    SelectionMenu(Workspace& workspace, GalleryPanel& gallery, QMenu* menu, QWidget* window);

  private:
    void update();
    void fillSubsets();
    void nameSelection();
    void renameSubset(const QString& name);
    void ask(const QString& title, const QString& label, const QString& text,
             std::function<void(QString)> then);
    void selectWhere(const std::function<bool(qint64)>& isWanted);
    void togglePin();

    Workspace& workspace_;
    GalleryPanel& gallery_;
    QWidget* window_;
    QMenu* subsets_;
    QAction *pin_ = nullptr, *name_ = nullptr, *clear_ = nullptr;
    std::vector<QAction*> needData_, needPredictions_;
};

}  // namespace tessera
