// SPDX-License-Identifier: GPL-3.0-or-later
// What heads are trained on: the open data as it is, or what a layer of the open model makes of it.
#pragma once

#include <QWidget>

#include "widgets/workspace.h"

class QComboBox;
class QLabel;

namespace tessera {

class LayerChooser;
class SplitForm;

class HeadSourceForm : public QWidget {
    Q_OBJECT
  public:
    explicit HeadSourceForm(Workspace& workspace, QWidget* parent = nullptr);
    bool isLayer() const;       // the values of a layer
    std::string layer() const;  // of the open model
    const SplitForm& split() const { return *split_; }
    QString problem() const { return problem_; }  // one sentence; empty: none

  Q_SIGNALS:
    void changed();

  private:
    void takeWorkspace();
    void check();
    Workspace& workspace_;
    QComboBox* source_;
    LayerChooser* layer_;
    QWidget* layerRow_;
    SplitForm* split_;
    QLabel* problemText_;
    QString problem_;
    std::shared_ptr<const Dataset> known_;  // whose standing choice has been made
};

}  // namespace tessera
