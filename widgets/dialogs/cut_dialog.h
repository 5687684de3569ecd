// SPDX-License-Identifier: GPL-3.0-or-later
// Asks where to cut a model: the values of that layer become data, what follows it may become a head.
#pragma once

#include <QDialog>
#include <functional>
#include <memory>

#include "core/data/dataset.h"
#include "core/model/model.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace tessera {

class LayerChooser;
class SplitForm;

class CutDialog : public QDialog {
    Q_OBJECT
  public:
    // `proposePath`: where the values of a layer would be written.
    CutDialog(std::shared_ptr<const Model> model, std::shared_ptr<const Dataset> data,
              std::function<QString(const std::string& layer)> proposePath, QWidget* parent = nullptr);
    // Valid when accepted.
    std::string layer() const;
    QString path() const;  // with the suffix .npz
    bool keepsHead() const;
    const SplitForm& split() const { return *split_; }

  private:
    void browse();
    void takeLayer();
    void check();
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const Dataset> data_;
    std::function<QString(const std::string&)> proposePath_;
    LayerChooser* layer_;
    SplitForm* split_;
    QLineEdit* path_;
    QCheckBox* head_;
    QLabel *headText_, *size_, *problem_;
    QPushButton* ok_ = nullptr;
    bool isPathChosen_ = false;
};

}  // namespace tessera
