// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/histogram_scene.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "widgets/scenes/column_values.h"
#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr double kLowestCount = 0.7;  // foot of a logarithmic count axis, so that a count of one has a bar

}  // namespace

HistogramScene::HistogramScene(std::shared_ptr<const HistogramBins> bins,
                               const std::vector<unsigned char>& selected)
    : bins_(std::move(bins)) {
    if (std::find(selected.begin(), selected.end(), 1) == selected.end()) return;
    selected_.assign(bins_->edges.size() - 1, 0);
    for (std::size_t row = 0; row < std::min(selected.size(), bins_->binOfRow.size()); ++row)
        if (selected[row] && bins_->binOfRow[row] >= 0)
            ++selected_[static_cast<std::size_t>(bins_->binOfRow[row])];
}

std::vector<LegendItem> HistogramScene::legend() const {
    std::vector<LegendItem> items;
    if (bins_->groups.size() > 1) {
        const Column* column = bins_->table->column(bins_->choice.groupColumn);
        items.push_back({bins_->choice.groups == HistogramChoice::Groups::Correct || !column
                             ? QStringLiteral("prediction")
                             : QString::fromStdString(column->label),
                         {},
                         LegendItem::Mark::Heading});
        for (std::size_t i = 0; i < bins_->groups.size(); ++i)
            if (std::any_of(bins_->counts[i].begin(), bins_->counts[i].end(), [](auto n) { return n > 0; }))
                items.push_back(bins_->groups[i]);
    }
    if (keepsLegend || !selected_.empty())
        items.push_back({QStringLiteral("selected"), QColor(90, 90, 90), LegendItem::Mark::Line});
    if (bins_->notCounted > 0)
        items.push_back({QStringLiteral("%1 without a value").arg(grouped(qint64(bins_->notCounted))),
                         {},
                         LegendItem::Mark::Note});
    return items;
}

PlotFrame HistogramScene::frame(const PanelStyle& style, const QSizeF& sizePt) const {
    PlotSpec spec;
    spec.title = heading;
    spec.x = bins_->xAxis;
    spec.y = {bins_->table->sampleColumn.empty() ? QStringLiteral("Rows") : QStringLiteral("Samples"), {}};
    spec.y.logarithmic = bins_->choice.logCounts;
    spec.y.wholeNumbers = true;
    spec.y.low = bins_->choice.logCounts ? kLowestCount : 0;
    const auto highest = static_cast<double>(std::max<std::int64_t>(bins_->highest, 1));
    spec.y.high = bins_->choice.logCounts ? highest * 1.5 : highest * 1.06;
    spec.grid = grid;
    spec.legend = legend();
    for (auto& item : spec.legend)
        if (item.mark == LegendItem::Mark::Line) item.colour = style.theme.ink;
    return PlotFrame(std::move(spec), style, sizePt);
}

void HistogramScene::paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
                           std::stop_token stop) const {
    const PlotFrame plot = frame(style, sizePt);
    plot.paintPaper(painter);
    plot.paintGrid(painter);
    plot.clip(painter);
    painter.setRenderHint(QPainter::Antialiasing, style.vector);
    const double floorY = plot.plot().bottom();
    const auto heightOf = [&](std::int64_t count) {
        return count <= 0 ? floorY : plot.drawingY(static_cast<double>(count));
    };
    const std::size_t bins = bins_->edges.size() - 1;
    // Neighbours meet on a whole pixel: no seams.
    const auto onPixel = [&](double x) {
        return style.vector ? x : std::round(x * style.pixelsPerPoint) / style.pixelsPerPoint;
    };
    const double gap =
        plot.plot().width() / static_cast<double>(bins) > style.fontPt * 0.6 ? style.linePt : 0;
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const double left = onPixel(plot.drawingX(bins_->edges[bin])),
                     right = onPixel(plot.drawingX(bins_->edges[bin + 1]));
        std::int64_t below = 0;
        for (std::size_t group = 0; group < bins_->groups.size(); ++group) {
            const auto count = bins_->counts[group][bin];
            if (count == 0) continue;
            QColor colour = bins_->groups[group].colour;
            const double top = heightOf(below + count), foot = heightOf(below);
            painter.fillRect(QRectF(left, top, std::max(right - left - onPixel(gap), 0.25), foot - top),
                             colour);
            below += count;
        }
    }
    // The selected rows as an outline: it can be told from any stack below it.
    if (!selected_.empty()) {
        painter.setRenderHint(QPainter::Antialiasing);
        QPolygonF outline{{plot.drawingX(bins_->edges.front()), floorY}};
        for (std::size_t bin = 0; bin < bins; ++bin) {
            const double y = heightOf(selected_[bin]);
            outline << QPointF(plot.drawingX(bins_->edges[bin]), y)
                    << QPointF(plot.drawingX(bins_->edges[bin + 1]), y);
        }
        outline << QPointF(plot.drawingX(bins_->edges.back()), floorY);
        QColor shade = style.theme.ink;
        shade.setAlpha(50);
        painter.setPen(Qt::NoPen);
        painter.setBrush(shade);
        painter.drawPolygon(outline);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(style.theme.ink, style.linePt * 2, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin));
        painter.drawPolyline(outline);
    }
    painter.restore();
    if (!stop.stop_requested()) plot.paintAxes(painter);
}

std::vector<Table> HistogramScene::numbers() const {
    Table table{"histogram", heading.toStdString(), {}};
    const auto& edges = bins_->edges;
    const Column* column = bins_->table->column(bins_->choice.column);
    const std::string unit = column ? column->unit : std::string();
    table.columns.push_back({"low", "From", unit, "Lower edge of the bin, counted in it.",
                             std::vector<double>(edges.begin(), edges.end() - 1)});
    table.columns.push_back({"high", "To", unit, "Upper edge of the bin, counted in the next.",
                             std::vector<double>(edges.begin() + 1, edges.end())});
    for (std::size_t i = 0; i < bins_->groups.size(); ++i) {
        const std::string name = bins_->groups[i].text.toStdString();
        table.columns.push_back({name.empty() ? "count" : "count_" + name, name.empty() ? "Count" : name, "",
                                 "Rows in the bin.", bins_->counts[i]});
    }
    if (!selected_.empty())
        table.columns.push_back({"selected", "Selected", "", "Selected rows in the bin.", selected_});
    return {std::move(table)};
}

}  // namespace tessera
