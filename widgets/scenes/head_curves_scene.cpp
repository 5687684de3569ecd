// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/head_curves_scene.h"

#include <QCoreApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <optional>

#include "widgets/scenes/plot_frame.h"
#include "widgets/scenes/plot_legend.h"

namespace tessera {
namespace {

constexpr std::size_t kMostNamed = 12;
constexpr double kLogFrom = 300;      // ratio of largest to smallest loss
constexpr double kMostLegend = 0.45;  // of the width; a wider one is left out
constexpr double kUpperShare = 0.56;  // of the height

QString tr(const char* text) {
    return QCoreApplication::translate("tessera::HeadCurvesScene", text);
}

using Value = double EpochPoint::*;

PlotAxis valueAxis(const std::vector<HeadCurve>& curves, Value value, const QString& title, bool mayBeLog) {
    std::vector<double> values;
    double low = std::numeric_limits<double>::infinity(), high = 0;
    for (const auto& curve : curves)
        for (const auto& point : curve.points) {
            if (!std::isfinite(point.*value)) continue;
            values.push_back(point.*value);
            low = std::min(low, point.*value);
            high = std::max(high, point.*value);
        }
    PlotAxis axis;
    axis.title = title;
    axis.logarithmic = mayBeLog && low > 0 && high / low > kLogFrom;
    const AxisRange range = axisRange(values, axis.logarithmic);
    axis.low = range.low, axis.high = range.high;
    makeDrawable(axis);
    return axis;
}

// Epochs are counted from 1, as people do.
PlotAxis epochAxis(const std::vector<HeadCurve>& curves) {
    std::int64_t last = 1;
    for (const auto& curve : curves)
        if (!curve.points.empty()) last = std::max(last, curve.points.back().epoch + 1);
    PlotAxis axis;
    axis.title = tr("epoch");
    axis.wholeNumbers = true;
    axis.low = last > 1 ? 1 : 0;
    axis.high = last > 1 ? static_cast<double>(last) : 2;
    const double margin = 0.02 * (axis.high - axis.low);
    axis.low -= margin, axis.high += margin;
    return axis;
}

}  // namespace

QColor headCurveColour(std::size_t head, std::size_t heads) {
    constexpr std::size_t kOkabeIto = 8;
    if (heads <= kOkabeIto) return classColour(static_cast<int>(head), static_cast<int>(heads));
    constexpr double kGoldenTurn = 0.618033988749895;  // neighbours of a sweep lie far apart
    const double hue = std::fmod(static_cast<double>(head) * kGoldenTurn, 1.0);
    return QColor::fromHslF(static_cast<float>(hue), 0.65F, 0.48F);
}

HeadCurvesScene::HeadCurvesScene(std::vector<HeadCurve> curves, std::vector<std::size_t> marked)
    : curves_(std::move(curves)), marked_(std::move(marked)) {
    std::sort(marked_.begin(), marked_.end());
}

QString HeadCurvesScene::title() const {
    return tr("Training of the heads");
}

bool HeadCurvesScene::isMarked(std::size_t head) const {
    return std::binary_search(marked_.begin(), marked_.end(), head);
}

std::vector<LegendItem> HeadCurvesScene::legend() const {
    std::vector<LegendItem> items;
    const auto add = [&](std::size_t i) {
        items.push_back({curves_[i].name, headCurveColour(i, curves_.size()), LegendItem::Mark::Line});
    };
    std::size_t drawn = 0;
    for (const auto& curve : curves_) drawn += curve.points.empty() ? 0 : 1;
    const bool namesAll = drawn <= kMostNamed;
    for (std::size_t i = 0; i < curves_.size() && items.size() < kMostNamed; ++i)
        if (!curves_[i].points.empty() && (namesAll || isMarked(i))) add(i);
    if (const std::size_t others = drawn - items.size(); others > 0)
        items.push_back({items.empty() ? tr("%1 heads").arg(others) : tr("%1 others").arg(others),
                         {},
                         LegendItem::Mark::Note});
    return items;
}

void HeadCurvesScene::paintCurve(QPainter& painter, const PlotFrame& frame, const PanelStyle& style,
                                 std::size_t head, Value value, bool marksBest) const {
    const bool standsOut = isMarked(head);
    QColor colour = headCurveColour(head, curves_.size());
    if (!marked_.empty() && !standsOut) colour.setAlphaF(0.35F);
    QPolygonF line;
    std::optional<QPointF> best;
    for (const auto& point : curves_[head].points) {
        if (!std::isfinite(point.*value)) continue;
        line << frame.toDrawing(static_cast<double>(point.epoch + 1), point.*value);
        if (point.epoch == curves_[head].bestEpoch) best = line.back();
    }
    painter.setPen(
        QPen(colour, style.linePt * (standsOut ? 2.6 : 1.6), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    line.size() == 1 ? painter.drawPoint(line.front()) : painter.drawPolyline(line);
    if (!marksBest || !best) return;
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    const double radius = style.fontPt * (standsOut ? 0.32 : 0.24);
    painter.drawEllipse(*best, radius, radius);
    painter.setBrush(Qt::NoBrush);
}

void HeadCurvesScene::paint(QPainter& painter, const PanelStyle& style, const QSizeF& size,
                            std::stop_token stop) const {
    if (style.theme.paper.alpha() > 0) painter.fillRect(QRectF(QPointF(0, 0), size), style.theme.paper);
    PanelStyle inner = style;
    inner.legend = false;
    inner.theme = style.theme.withTransparentPaper();
    const auto items = legend();
    double column = style.legend && !items.empty() ? legendWidth(items, style) + style.fontPt * 1.5 : 0;
    if (column > size.width() * kMostLegend) column = 0;
    const double width = size.width() - column, upperHeight = size.height() * kUpperShare;

    PlotSpec accuracy;
    accuracy.title = title();
    accuracy.x = epochAxis(curves_);
    accuracy.x.title.clear();
    accuracy.y = valueAxis(curves_, &EpochPoint::referenceAccuracy, tr("validation accuracy"), false);
    accuracy.y.high = std::min(accuracy.y.high, 1.02);
    accuracy.grid = true;
    PlotSpec loss;
    loss.x = epochAxis(curves_);
    loss.y = valueAxis(curves_, &EpochPoint::trainLoss, tr("training loss"), true);
    loss.y.unit = tr("nats");
    loss.grid = true;

    // Both plots begin where the one with the wider labels does.
    const QSizeF upperSize(width, upperHeight), lowerSize(width, size.height() - upperHeight);
    const double upperLeft = PlotFrame(accuracy, inner, upperSize).plot().left(),
                 lowerLeft = PlotFrame(loss, inner, lowerSize).plot().left();
    const double left = std::max(upperLeft, lowerLeft);
    const auto draw = [&](const PlotSpec& spec, Value value, const QSizeF& whole, double own, double top,
                          bool marksBest) {
        const double shift = left - own;
        painter.save();
        painter.translate(shift, top);
        const PlotFrame frame(spec, inner, {whole.width() - shift, whole.height()});
        frame.paintGrid(painter);
        frame.clip(painter);
        painter.setRenderHint(QPainter::Antialiasing);
        // Those that stand out lie above the others.
        for (const bool above : {false, true})
            for (std::size_t i = 0; i < curves_.size() && !stop.stop_requested(); ++i)
                if (isMarked(i) == above) paintCurve(painter, frame, style, i, value, marksBest);
        painter.restore();
        frame.paintAxes(painter);
        painter.restore();
        return frame.plot().translated(shift, top);
    };
    const QRectF plot = draw(accuracy, &EpochPoint::referenceAccuracy, upperSize, upperLeft, 0, true);
    draw(loss, &EpochPoint::trainLoss, lowerSize, lowerLeft, upperHeight, false);
    if (column > 0) {
        const QRectF room(width + style.fontPt * 0.5, plot.top(), column - style.fontPt * 0.7,
                          size.height() - plot.top() - style.fontPt);
        paintLegend(painter, fittedLegend(items, style, room.height()), style, room);
    }
}

std::vector<Table> HeadCurvesScene::numbers() const {
    std::vector<std::string> names;
    std::vector<std::int64_t> epochs;
    std::vector<double> trainLoss, referenceLoss, referenceAccuracy;
    for (const auto& curve : curves_)
        for (const auto& point : curve.points) {
            names.push_back(curve.name.toStdString());
            epochs.push_back(point.epoch + 1);
            trainLoss.push_back(point.trainLoss);
            referenceLoss.push_back(point.referenceLoss);
            referenceAccuracy.push_back(point.referenceAccuracy);
        }
    Table table{"training_curves", title().toStdString(), {}};
    table.columns = {
        {"head", "Head", "", "Method and what varies.", std::move(names)},
        {"epoch", "Epoch", "", "From 1.", std::move(epochs)},
        {"train_loss", "Training loss", "nats", "Mean over the epoch's batches, before each step.",
         std::move(trainLoss)},
        {"validation_loss", "Validation loss", "nats", "After the epoch.", std::move(referenceLoss)},
        {"validation_accuracy", "Validation accuracy", "", "After the epoch.", std::move(referenceAccuracy)}};
    return {std::move(table)};
}

}  // namespace tessera
