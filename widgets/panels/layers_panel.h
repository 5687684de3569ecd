// SPDX-License-Identifier: GPL-3.0-or-later
// What the open model is made of, which parts are exact, and how well the layer graph reproduces the
// original.
#pragma once

#include <QWidget>

#include "widgets/panels/layers_model.h"
#include "widgets/workspace.h"

class QLabel;
class QTreeView;

namespace tessera {

class LayersPanel : public QWidget {
    Q_OBJECT
  public:
    explicit LayersPanel(Workspace& workspace, QWidget* parent = nullptr);
    QTreeView* view() const { return view_; }
    void copy() const;

  private:
    void takeModel();
    Workspace& workspace_;
    LayersModel* model_;
    QLabel* header_;
    QLabel* notes_;
    QTreeView* view_;
};

// "Self-check: on 16 points in float64 the layer graph and the original differ by at most 3e-15."
QString selfCheckSentence(const SelfCheck& check);
// "Exact: every layer is piecewise linear." or which layer is not.
QString exactnessSentence(const Model& model);

}  // namespace tessera
