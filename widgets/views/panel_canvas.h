// SPDX-License-Identifier: GPL-3.0-or-later
// Shows a panel scene, painted in a worker; the old picture stays until the new one is there. Subclasses draw
// over it and take the mouse.
#pragma once

#include <QImage>
#include <QWidget>
#include <memory>

#include "widgets/jobs/job_runner.h"
#include "widgets/scenes/panel_scene.h"

namespace tessera {

class PanelCanvas : public QWidget {
    Q_OBJECT
  public:
    explicit PanelCanvas(JobRunner& jobs, QWidget* parent = nullptr);

    void setScene(std::shared_ptr<const PanelScene> scene);  // null: empty
    const std::shared_ptr<const PanelScene>& scene() const { return scene_; }
    void setEmptyText(const QString& text);
    // The picture on screen is of this scene, size and theme.
    bool isUpToDate() const { return !scene_ || (!isPainting_ && shownVersion_ == version_); }

    PanelStyle panelStyle() const;  // of this widget on its screen
    double pointScale() const;      // widget pixels in a point
    QSizeF sizeInPoints() const { return QSizeF(size()) / pointScale(); }
    QSize sizeHint() const override { return {480, 280}; }
    QSize minimumSizeHint() const override { return {160, 90}; }

  Q_SIGNALS:
    void painted();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    virtual void paintOverlay(QPainter& painter);  // in points

  private:
    void requestImage();

    JobRunner& jobs_;
    std::shared_ptr<const PanelScene> scene_;
    QString emptyText_;
    QImage image_;
    quint64 version_ = 0, shownVersion_ = 0;
    bool isPainting_ = false;
};

}  // namespace tessera
