// SPDX-License-Identifier: GPL-3.0-or-later
// The samples nearest to a point as small pictures with their distances.
#pragma once

#include <QWidget>
#include <vector>

#include "widgets/views/thumbnail_cache.h"

namespace tessera {

class NeighbourStrip : public QWidget {
    Q_OBJECT
  public:
    explicit NeighbourStrip(ThumbnailCache& thumbnails, QWidget* parent = nullptr);

    struct Neighbour {
        qint64 sample = -1;
        double distance = 0;
    };
    // `names` what they are for the tooltip, in their order. `point`: the point itself as a picture, shown
    // first; null if it has none.
    void show(std::vector<Neighbour> neighbours, QStringList names, QImage point = {});
    const std::vector<Neighbour>& neighbours() const { return neighbours_; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  Q_SIGNALS:
    void chosen(qint64 sample);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

  private:
    int side() const;
    QRect cellAt(int place) const;           // from -1, the point's own, on
    int placeAt(const QPoint& point) const;  // -2: none

    ThumbnailCache& thumbnails_;
    std::vector<Neighbour> neighbours_;
    QStringList names_;
    QImage point_;
};

}  // namespace tessera
