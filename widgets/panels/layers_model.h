// SPDX-License-Identifier: GPL-3.0-or-later
// The layers of a model as rows: name, kind, output shape, parameters, mark and why.
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "core/model/model.h"

namespace tessera {

class LayersModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { Name, MarkColumn, Kind, OutputShape, Parameters, Why, kColumns };
    using QAbstractTableModel::QAbstractTableModel;

    void setLayers(std::vector<LayerInfo> layers);
    QString asText() const;  // tab-separated, with a header line

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : kColumns; }
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    QString text(const LayerInfo& layer, int column) const;
    std::vector<LayerInfo> layers_;
};

QString markMeaning(Mark mark);   // one sentence
QString markIconName(Mark mark);  // of resources/icons

}  // namespace tessera
