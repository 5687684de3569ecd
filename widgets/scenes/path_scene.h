// SPDX-License-Identifier: GPL-3.0-or-later
// The pictures of a path: logits along it with every breakpoint by layer and the deviation from the straight
// line between samples; and the crossings of each layer.
#pragma once

#include "widgets/scenes/path_picture.h"
#include "widgets/scenes/plot_frame.h"

namespace tessera {

struct PathLook {
    int logit = -1;            // whose deviation is shaded; -1: the largest
    double low = 0, high = 0;  // positions shown; equal: the whole path
    bool probabilities = false;
};

class PathLogitsScene final : public PanelScene {
  public:
    PathLogitsScene(std::shared_ptr<const PathPicture> picture, PathLook look);
    QString title() const override;
    void paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
               std::stop_token stop) const override;
    std::vector<LegendItem> legend() const override;
    std::vector<Table> numbers() const override;

    const PathLook& look() const { return look_; }  // filled in
    const std::shared_ptr<const PathPicture>& picture() const { return picture_; }

    // Where things lie: from the top, sample names, probabilities, breakpoints by layer, logits.
    struct Layout {
        QRectF names, probabilities, lanes, legend;
        PlotFrame frame;  // of the logits, moved down by `top`
        double top = 0;
        QRectF plot() const { return frame.plot().translated(0, top); }
        QRectF all() const { return QRectF(names.topLeft(), plot().bottomRight()); }
        double toDrawing(double position) const { return frame.drawingX(position); }
        double toPosition(double x) const { return frame.toData({x, 0}).x(); }
    };
    Layout layout(const PanelStyle& style, const QSizeF& sizePt) const;

  private:
    PlotSpec spec() const;
    std::vector<LegendItem> legendOfLogits() const;
    QString laneName(std::size_t layer) const;
    bool namesLanes() const;
    std::vector<std::size_t> coloured() const;  // logits with a colour and a name of their own
    void paintNames(QPainter& painter, const PanelStyle& style, const Layout& layout) const;
    void paintProbabilities(QPainter& painter, const PanelStyle& style, const Layout& layout,
                            const std::stop_token& stop) const;
    void paintLanes(QPainter& painter, const PanelStyle& style, const Layout& layout,
                    const std::stop_token& stop) const;
    void paintDeviation(QPainter& painter, const PanelStyle& style, const Layout& layout,
                        const std::stop_token& stop) const;
    void paintCurves(QPainter& painter, const PanelStyle& style, const Layout& layout,
                     const std::stop_token& stop) const;

    std::shared_ptr<const PathPicture> picture_;
    PathLook look_;
};

class PathLayersScene final : public PanelScene {
  public:
    explicit PathLayersScene(std::shared_ptr<const PathPicture> picture) : picture_(std::move(picture)) {}
    QString title() const override;
    void paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
               std::stop_token stop) const override;
    std::vector<LegendItem> legend() const override;
    std::vector<Table> numbers() const override;

  private:
    std::shared_ptr<const PathPicture> picture_;
};

// Both, of a record of "path-regions"; empty for anything else.
std::vector<std::shared_ptr<const PanelScene>> pathScenes(const std::shared_ptr<const ResultRecord>& record,
                                                          const SceneContext& context);

}  // namespace tessera
