// SPDX-License-Identifier: GPL-3.0-or-later
// The bar above a view: its name, and buttons to maximise, float and close it. A double click maximises; a
// drag is left to the dock.
#pragma once

#include <QWidget>

class QDockWidget;
class QLabel;
class QToolButton;

namespace tessera {

class DockTitle : public QWidget {
    Q_OBJECT
  public:
    explicit DockTitle(QDockWidget* dock);
    void setCurrent(bool current);  // the one that panels follow; shown only beside others
    void setMaximised(bool maximised);

    QSize minimumSizeHint() const override { return {60, sizeHint().height()}; }

  Q_SIGNALS:
    void maximiseRequested();

  protected:
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    QDockWidget* dock_;
    QLabel* text_;
    QToolButton* maximise_;
    bool isCurrent_ = false;
};

}  // namespace tessera
