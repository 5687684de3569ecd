// SPDX-License-Identifier: GPL-3.0-or-later
// Logits along a path, to zoom and pan along it and to read at a position under the pointer or the arrow
// keys.
#pragma once

#include "widgets/scenes/path_scene.h"
#include "widgets/views/panel_canvas.h"

namespace tessera {

class PathPlot : public PanelCanvas {
    Q_OBJECT
  public:
    explicit PathPlot(JobRunner& jobs, QWidget* parent = nullptr);

    void setPicture(std::shared_ptr<const PathPicture> picture);  // null: empty
    const std::shared_ptr<const PathPicture>& picture() const { return picture_; }
    void setLogit(int logit);  // whose deviation is shaded; -1: the largest
    void setProbabilities(bool shown);
    const PathLook& look() const { return look_; }
    // The position read off; NaN without a record.
    double position() const { return position_; }
    void setPosition(double position);
    void setRange(double low, double high);
    void fit();
    QPointF pointOf(double position) const;  // in the widget, mid-height of the plot

  Q_SIGNALS:
    void positionChanged(double position);

  protected:
    void paintOverlay(QPainter& painter) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void rebuild();
    PathLogitsScene::Layout layout() const;
    double positionAt(const QPointF& inWidget) const;
    void zoom(double factor, double about);
    double whole() const;  // position of the last sample

    std::shared_ptr<const PathPicture> picture_;
    std::shared_ptr<const PathLogitsScene> logits_;
    PathLook look_;
    double position_;
    double dragFrom_ = 0;
    bool isDragging_ = false;
};

}  // namespace tessera
