// SPDX-License-Identifier: GPL-3.0-or-later
// A slice as a panel, so that slices and plots stand on one sheet.
#pragma once

#include "widgets/scenes/panel_scene.h"
#include "widgets/scenes/slice_scene.h"

namespace tessera {

// How a slice is painted within a panel of this style.
SliceStyle sliceStyle(const PanelStyle& style);

class SlicePanelScene : public PanelScene {
  public:
    explicit SlicePanelScene(SliceScene scene) : scene_(std::move(scene)) {}
    const SliceScene& scene() const { return scene_; }

    QString title() const override { return scene_.title; }
    double heightForWidth(double widthPt, const PanelStyle& style) const override;
    void paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
               std::stop_token stop) const override;
    // Of an arrangement its faces, their corners and the boundary; of a sampled map its points.
    std::vector<Table> numbers() const override;

  private:
    SliceScene themed(const PanelStyle& style) const;
    SliceScene scene_;
};

}  // namespace tessera
