// SPDX-License-Identifier: GPL-3.0-or-later
// How heads learn: accuracy on the validation part and training loss after each epoch, one line a head.
#pragma once

#include "core/heads/epoch_training.h"
#include "widgets/scenes/panel_scene.h"

namespace tessera {

class PlotFrame;

struct HeadCurve {
    QString name;
    std::vector<EpochPoint> points;  // ascending epochs, perhaps thinned
    std::int64_t bestEpoch = -1;     // whose weights are kept; -1: none yet
};

// Distinct for up to eight heads; of more, those that follow each other differ.
QColor headCurveColour(std::size_t head, std::size_t heads);

class HeadCurvesScene final : public PanelScene {
  public:
    // `marked`: places in the list that stand out; none: all alike.
    explicit HeadCurvesScene(std::vector<HeadCurve> curves, std::vector<std::size_t> marked = {});
    QString title() const override;
    double heightForWidth(double widthPt, const PanelStyle&) const override { return widthPt * 0.8; }
    void paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
               std::stop_token stop) const override;
    std::vector<LegendItem> legend() const override;
    std::vector<Table> numbers() const override;
    const std::vector<HeadCurve>& curves() const { return curves_; }

  private:
    bool isMarked(std::size_t head) const;
    void paintCurve(QPainter& painter, const PlotFrame& frame, const PanelStyle& style, std::size_t head,
                    double EpochPoint::*value, bool marksBest) const;
    std::vector<HeadCurve> curves_;
    std::vector<std::size_t> marked_;
};

}  // namespace tessera
