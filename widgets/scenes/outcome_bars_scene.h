// SPDX-License-Identifier: GPL-3.0-or-later
// How the searches of several heads end: a bar a head of supported flips, unsupported flips and no flip, with
// its accuracy beside it, so that heads of equal accuracy can be told apart at a glance.
#pragma once

#include "widgets/scenes/plot_frame.h"

namespace tessera {

class OutcomeBarsScene : public PanelScene {
  public:
    struct Bar {
        QString head;
        double accuracy = 0, supported = 0, unsupported = 0, none = 0;  // shares; NaN: not known
    };
    OutcomeBarsScene(QString title, std::vector<Bar> bars)
        : title_(std::move(title)), bars_(std::move(bars)) {}
    const std::vector<Bar>& bars() const { return bars_; }

    QString title() const override { return title_; }
    double heightForWidth(double widthPt, const PanelStyle& style) const override;
    void paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
               std::stop_token stop) const override;
    std::vector<LegendItem> legend() const override;
    std::vector<Table> numbers() const override;

  private:
    QString title_;
    std::vector<Bar> bars_;
};

}  // namespace tessera
