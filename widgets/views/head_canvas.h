// SPDX-License-Identifier: GPL-3.0-or-later
// One picture of the compare view under the mouse: dragging moves the shared camera, the wheel zooms it, the
// start of the search is taken by hand.
#pragma once

#include "widgets/scenes/head_scene.h"
#include "widgets/views/panel_canvas.h"

namespace tessera {

class HeadCanvas : public PanelCanvas {
    Q_OBJECT
  public:
    explicit HeadCanvas(JobRunner& jobs, QWidget* parent = nullptr);

    std::optional<HeadFrame> frame() const;  // of what is shown; none: nothing is
    // In widget coordinates.
    QPointF widgetPoint(const Eigen::Vector2d& pointInSlice) const;
    Eigen::Vector2d slicePoint(const QPointF& widgetPoint) const;
    QSize sizeHint() const override { return {300, 280}; }
    QSize minimumSizeHint() const override { return {220, 200}; }

  Q_SIGNALS:
    void cameraChanged(const tessera::HeadCamera& camera);
    void cameraSettled();  // a drag or a turn of the wheel has ended
    void fitRequested();
    void startDragged(const Eigen::Vector2d& pointInSlice);
    void startDropped();
    void resized();

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;  // tooltip: what is under the pointer

  private:
    const SharedSliceScene* picture() const;  // null: nothing is shown
    bool isAtStart(const QPointF& widgetPoint) const;
    void zoomAt(const QPointF& widgetPoint, double factor);
    QString textAt(const QPointF& widgetPoint) const;

    enum class Drag { None, Camera, Start };
    Drag drag_ = Drag::None;
    QPointF last_;
};

}  // namespace tessera
