// SPDX-License-Identifier: GPL-3.0-or-later
// Small multiples: several pictures of one kind as one, in a grid, with one legend.
#pragma once

#include "widgets/scenes/panel_scene.h"

namespace tessera {

class GridScene : public PanelScene {
  public:
    GridScene(QString title, std::vector<std::shared_ptr<const PanelScene>> cells)
        : title_(std::move(title)), cells_(std::move(cells)) {}
    const std::vector<std::shared_ptr<const PanelScene>>& cells() const { return cells_; }

    QString title() const override { return title_; }
    double heightForWidth(double widthPt, const PanelStyle& style) const override;
    void paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
               std::stop_token stop) const override;
    // Of all cells together, each row once.
    std::vector<LegendItem> legend() const override;
    std::vector<Table> numbers() const override;

  private:
    struct Shape {
        int across = 1, down = 1;
    };
    Shape shapeFor(const QSizeF& size) const;
    QString title_;
    std::vector<std::shared_ptr<const PanelScene>> cells_;
};

}  // namespace tessera
