// SPDX-License-Identifier: GPL-3.0-or-later
// A layer of a model to cut at, by name, kind and width; the usual place is preselected.
#pragma once

#include <QComboBox>
#include <memory>

#include "core/model/model.h"

namespace tessera {

class LayerChooser : public QComboBox {
    Q_OBJECT
  public:
    explicit LayerChooser(QWidget* parent = nullptr);
    void setModel(const std::shared_ptr<const Model>& model);  // null: empty
    std::string layer() const;                                 // empty: none

  private:
    std::shared_ptr<const Model> model_;
};

}  // namespace tessera
