// SPDX-License-Identifier: GPL-3.0-or-later
// What a figure will look like, painted in a worker by the figure's own painter; the old picture stays until
// the new one is there.
#pragma once

#include <QImage>
#include <QWidget>

#include "widgets/jobs/job_runner.h"
#include "widgets/scenes/figure_sheet.h"

namespace tessera {

class SheetPreview : public QWidget {
    Q_OBJECT
  public:
    explicit SheetPreview(QWidget* parent = nullptr);
    void setSheet(FigureSheet sheet);  // without panels: empty
    bool isUpToDate() const { return !isPainting_ && shownVersion_ == version_; }
    QSize sizeHint() const override { return {420, 420}; }
    QSize minimumSizeHint() const override { return {200, 160}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void request();

    JobRunner jobs_;  // its own: a dialog is closed at any time
    FigureSheet sheet_;
    QImage image_;
    quint64 version_ = 0, shownVersion_ = 0;
    bool isPainting_ = false;
};

}  // namespace tessera
