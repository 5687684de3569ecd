// SPDX-License-Identifier: GPL-3.0-or-later
// A three-dimensional slice as a panel, so that volumes, slices and plots stand on one sheet. Painted with no
// display; the window shows the same drawing and camera with VTK.
#pragma once

#include "widgets/scenes/panel_scene.h"
#include "widgets/scenes/volume_picture.h"

namespace tessera {

class VolumePanelScene : public PanelScene {
  public:
    VolumePanelScene(std::shared_ptr<const VolumeDrawing> drawing, VolumeCamera camera, QString title,
                     std::vector<LegendItem> legend = {}, std::optional<ColourBar> bar = {})
        : drawing_(std::move(drawing)),
          camera_(std::move(camera)),
          title_(std::move(title)),
          legend_(std::move(legend)),
          bar_(std::move(bar)) {}

    // Fills the panel with the box where all of it is in sight; false: framed as the window frames it.
    bool isFitted = true;
    // What is known of the picture's numbers; empty: the points of what is drawn.
    std::vector<Table> tables = {};

    const VolumeDrawing& drawing() const { return *drawing_; }
    const VolumeCamera& camera() const { return camera_; }

    QString title() const override { return title_; }
    double heightForWidth(double widthPt, const PanelStyle& style) const override;
    void paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
               std::stop_token stop) const override;
    std::optional<ColourBar> colourBar() const override { return bar_; }
    std::vector<LegendItem> legend() const override { return legend_; }
    std::vector<Table> numbers() const override;

    // Where the volume is painted, beside title, legend and colour bar.
    QRectF room(const PanelStyle& style, const QSizeF& sizePt) const;

  private:
    struct Places {
        QRectF room, legend, bar;
        std::vector<LegendItem> items;
    };
    Places places(const PanelStyle& style, const QSizeF& sizePt) const;
    std::shared_ptr<const VolumeDrawing> drawing_;
    VolumeCamera camera_;
    QString title_;
    std::vector<LegendItem> legend_;
    std::optional<ColourBar> bar_;
};

}  // namespace tessera
