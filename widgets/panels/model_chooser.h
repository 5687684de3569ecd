// SPDX-License-Identifier: GPL-3.0-or-later
// Which of the open models all views follow, and a button to close it. Hidden while there is no choice.
#pragma once

#include <QWidget>

#include "widgets/workspace.h"

class QComboBox;

namespace tessera {

class ModelChooser : public QWidget {
    Q_OBJECT
  public:
    explicit ModelChooser(Workspace& workspace, QWidget* parent = nullptr);
    // The shortest names that tell the models apart: with their folder where files have the same name.
    static QStringList namesOf(const std::vector<std::shared_ptr<const Model>>& models);

  Q_SIGNALS:
    void chosen(std::shared_ptr<const tessera::Model> model);
    void closeRequested(std::shared_ptr<const tessera::Model> model);
    void visibilityWanted(bool visible);  // for a tool bar, which shows actions, not widgets

  private:
    void fill();
    Workspace& workspace_;
    QComboBox* list_;
};

}  // namespace tessera
