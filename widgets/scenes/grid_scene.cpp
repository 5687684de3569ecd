// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/grid_scene.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "widgets/scenes/plot_legend.h"
#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr double kCellShape = 1.15;  // width / height that a cell should have

}  // namespace

// As near to the wanted shape of a cell as whole numbers allow.
GridScene::Shape GridScene::shapeFor(const QSizeF& size) const {
    const int count = std::max(1, static_cast<int>(cells_.size()));
    Shape best;
    double least = INFINITY;
    for (int across = 1; across <= count; ++across) {
        const int down = (count + across - 1) / across;
        const double shape = (size.width() / across) / std::max(1e-9, size.height() / down);
        const double off = std::abs(std::log(shape / kCellShape)) + 0.15 * (across * down - count);
        if (off < least) least = off, best = {across, down};
    }
    return best;
}

double GridScene::heightForWidth(double widthPt, const PanelStyle&) const {
    const int count = std::max(1, static_cast<int>(cells_.size()));
    const int across = std::min(count, std::max(1, static_cast<int>(std::ceil(std::sqrt(count * 1.2)))));
    const int down = (count + across - 1) / across;
    return widthPt / across / kCellShape * down;
}

std::vector<LegendItem> GridScene::legend() const {
    std::vector<LegendItem> all;
    for (const auto& cell : cells_)
        for (const auto& item : cell->legend())
            if (std::find(all.begin(), all.end(), item) == all.end()) all.push_back(item);
    return all;
}

void GridScene::paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
                      std::stop_token stop) const {
    if (style.theme.paper.alpha() > 0) painter.fillRect(QRectF(QPointF(0, 0), sizePt), style.theme.paper);
    const SceneText text(style);
    const double p = style.fontPt * 0.6;
    QRectF room(QPointF(0, 0), sizePt);
    if (style.title && !title_.isEmpty()) {
        text.draw(painter, {p, p}, Qt::AlignTop, text.elided(title_, sizePt.width() - 2 * p, 1.15, true),
                  style.theme.ink, 1.15, true);
        room.setTop(p + text.height(1.15));
    }
    PanelStyle inner = style;
    inner.legend = false;
    if (style.legend) {
        const auto items = legend();
        const double width = room.width() - 2 * p;
        const double foot = flowLegend(nullptr, items, style, QRectF(0, 0, width, 0));
        room.setBottom(room.bottom() - foot - p);
        flowLegend(&painter, items, style, QRectF(room.left() + p, room.bottom() + p / 2, width, foot));
    }
    const auto shape = shapeFor(room.size());
    const QSizeF cell(room.width() / shape.across, room.height() / shape.down);
    for (std::size_t i = 0; i < cells_.size() && !stop.stop_requested(); ++i) {
        const auto at = static_cast<int>(i);
        painter.save();
        painter.translate(room.left() + (at % shape.across) * cell.width(),
                          room.top() + (at / shape.across) * cell.height());
        cells_[i]->paint(painter, inner, cell, stop);
        painter.restore();
    }
}

std::vector<Table> GridScene::numbers() const {
    std::vector<Table> all;
    for (std::size_t i = 0; i < cells_.size(); ++i)
        for (auto& table : cells_[i]->numbers()) {
            table.name += "_" + std::to_string(i + 1);
            table.title = cells_[i]->title().toStdString() + ": " + table.title;
            all.push_back(std::move(table));
        }
    return all;
}

}  // namespace tessera
