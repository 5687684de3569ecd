// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps the selection of the gallery's view and that of the workspace the same. The workspace's is the truth:
// samples that a filter hides stay selected while Ctrl is held.
#pragma once

#include <QAbstractItemView>
#include <QItemSelection>
#include <QObject>

#include "widgets/panels/gallery_model.h"

namespace tessera {

class GallerySelection : public QObject {
    Q_OBJECT
  public:
    // More ranges than this are only painted: Qt's selection model is quadratic in them.
    static constexpr int kMostRanges = 2000;
    GallerySelection(Workspace& workspace, GalleryModel& model, QAbstractItemView& view);

  private:
    void takeFromView(const QItemSelection& selected, const QItemSelection& deselected);
    void showInView();
    std::vector<qint64> samplesOf(const QItemSelection& selection) const;
    QItemSelection rowsOf(const std::vector<qint64>& samples) const;

    Workspace& workspace_;
    GalleryModel& model_;
    QAbstractItemView& view_;
    bool isShowing_ = false, isTaking_ = false;
};

}  // namespace tessera
