// SPDX-License-Identifier: GPL-3.0-or-later
// A dock's content that belongs to the current slice: one panel a slice, made when first looked at.
#pragma once

#include <QHash>
#include <QStackedWidget>
#include <functional>

namespace tessera {

class SliceView;
class ViewArea;

class FollowingPanel : public QStackedWidget {
    Q_OBJECT
  public:
    using Make = std::function<QWidget*(SliceView&)>;
    FollowingPanel(ViewArea& area, Make make, const QString& emptyText, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  private:
    void show(SliceView* view);
    Make make_;
    QHash<SliceView*, QWidget*> panels_;
};

}  // namespace tessera
