// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/path_scene.h"

#include <QCoreApplication>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "widgets/scenes/plot_legend.h"
#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr std::size_t kMostColoured = 12;
constexpr double kTitle = 1.15;       // of the style's font size, as in PlotFrame
constexpr double kVectorColumns = 4;  // a point, in a vector figure
constexpr std::size_t kMostNamedLanes = 6;
constexpr float kShade = 0.3F;  // of the deviation

QString tr(const char* text) {
    return QCoreApplication::translate("tessera::PathScene", text);
}

double columnsPerPoint(const PanelStyle& style) {
    return style.vector ? kVectorColumns : style.pixelsPerPoint;
}

QColor tint(const QColor& colour, const PanelStyle& style) {
    return QColor(
        shadedClass(colour, kShade, style.theme.paper.alpha() > 0 ? style.theme.paper : QColor(Qt::white)));
}

}  // namespace

PathLogitsScene::PathLogitsScene(std::shared_ptr<const PathPicture> picture, PathLook look)
    : picture_(std::move(picture)), look_(look) {
    const auto whole = static_cast<double>(picture_->anchorNames().size()) - 1;
    if (!(look_.high > look_.low)) look_.low = 0, look_.high = std::max(whole, picture_->end());
    if (look_.logit < 0 || static_cast<std::size_t>(look_.logit) >= picture_->outputs())
        look_.logit = static_cast<int>(picture_->byDeviation().front());
}

QString PathLogitsScene::title() const {
    return picture_->record()->provenance.complete ? tr("Logits along the path")
                                                   : tr("Logits along the path (partial)");
}

std::vector<std::size_t> PathLogitsScene::coloured() const {
    const auto& order = picture_->byDeviation();
    std::vector<std::size_t> shown(order.begin(), order.end());
    if (shown.size() > kMostColoured) {
        shown.resize(kMostColoured);
        const auto chosen = static_cast<std::size_t>(look_.logit);
        if (std::find(shown.begin(), shown.end(), chosen) == shown.end()) shown.back() = chosen;
    }
    std::sort(shown.begin(), shown.end());
    return shown;
}

std::vector<LegendItem> PathLogitsScene::legend() const {
    auto items = legendOfLogits();
    items.push_back({tr("Crossings"), {}, LegendItem::Mark::Heading});
    const auto& layers = picture_->layers();
    for (std::size_t i = 0; i < layers.size(); ++i)
        items.push_back({laneName(i), pathLayerColour(i, layers.size()), LegendItem::Mark::Swatch});
    return items;
}

std::vector<LegendItem> PathLogitsScene::legendOfLogits() const {
    using Mark = LegendItem::Mark;
    std::vector<LegendItem> items;
    const auto shown = coloured();
    const auto chosen = static_cast<std::size_t>(look_.logit);
    const double deviation = picture_->deviation(chosen);
    QColor area = picture_->logitColour(chosen);
    area.setAlphaF(kShade);
    items.push_back({tr("Deviation of %1").arg(picture_->logitName(chosen)), {}, Mark::Heading});
    items.push_back(
        {std::isnan(deviation) ? tr("no whole segment") : tr("area: %1").arg(shortNumber(deviation, 4)), area,
         Mark::Swatch});
    items.push_back({tr("straight line"), picture_->logitColour(chosen), Mark::Dashes});
    items.push_back({tr("Logits"), {}, Mark::Heading});
    for (const auto k : shown)
        items.push_back({picture_->logitName(k), picture_->logitColour(k), Mark::Line});
    if (const auto others = picture_->outputs() - shown.size(); others > 0)
        items.push_back({tr("%1 others").arg(others), QColor(150, 150, 150), Mark::Line});
    return items;
}

QString PathLogitsScene::laneName(std::size_t layer) const {
    const auto& l = picture_->layers()[layer];
    return QStringLiteral("%1: %2").arg(l.name, grouped(l.crossings));
}

// Few enough layers for each to have its name beside its lane.
bool PathLogitsScene::namesLanes() const {
    return picture_->layers().size() <= kMostNamedLanes;
}

PlotSpec PathLogitsScene::spec() const {
    PlotSpec spec;
    spec.x.title = tr("position on the path (segments)");
    spec.x.low = look_.low, spec.x.high = look_.high;
    spec.y.title = tr("logit");
    const double ends[] = {picture_->lowestLogit(), picture_->highestLogit()};
    const AxisRange range = axisRange(ends, false, 0.05);
    spec.y.low = range.low, spec.y.high = range.high;
    return spec;
}

PathLogitsScene::Layout PathLogitsScene::layout(const PanelStyle& style, const QSizeF& size) const {
    const SceneText text(style);
    const double em = style.fontPt, gap = em * 0.35;
    double top = style.title ? em * 0.45 + text.height(kTitle) + gap : style.linePt;
    const double namesTop = top;
    top += style.axes ? text.height(0.92) + gap : 0;
    const double namesBottom = top;
    const double probabilitiesHeight =
        look_.probabilities && size.height() > em * 20 ? std::min(em * 3, size.height() * 0.14) : 0;
    const double probabilitiesTop = top;
    if (probabilitiesHeight > 0) top += probabilitiesHeight + gap;
    const auto layers = static_cast<double>(std::max<std::size_t>(picture_->layers().size(), 1));
    const double lanesHeight = std::min(layers * em * (namesLanes() ? 1.15 : 0.8), size.height() * 0.25),
                 lanesTop = top;
    top += lanesHeight + gap;
    PanelStyle inner = style;
    inner.title = inner.legend = false;
    // A legend that would take more than 45 % of the width is left out.
    const auto items = namesLanes() ? legendOfLogits() : legend();
    double column = style.legend ? legendWidth(items, style) + em * 1.5 : 0;
    if (column > size.width() * 0.45) column = 0;
    // The frame keeps half a line free above its plot for the topmost label.
    const double overlap = style.axes ? text.height() / 2 : 0;
    top -= overlap;
    Layout layout{{},
                  {},
                  {},
                  {},
                  PlotFrame(spec(), inner, {size.width() - column, std::max(size.height() - top, em * 4)}),
                  top};
    const double left = layout.frame.plot().left(), width = layout.frame.plot().width();
    layout.names = QRectF(left, namesTop, width, namesBottom - namesTop);
    layout.probabilities = QRectF(left, probabilitiesTop, width, probabilitiesHeight);
    layout.lanes = QRectF(left, lanesTop, width, lanesHeight);
    if (column > 0) {
        const double legendTop = namesLanes() ? layout.plot().top() : probabilitiesTop;
        layout.legend = QRectF(size.width() - column + em, legendTop, column - em * 1.2,
                               layout.plot().bottom() - legendTop);
    }
    return layout;
}

void PathLogitsScene::paintDeviation(QPainter& painter, const PanelStyle& style, const Layout& layout,
                                     const std::stop_token& stop) const {
    const auto k = static_cast<std::size_t>(look_.logit);
    const auto map = [&](const QPointF& point) {
        return layout.frame.toDrawing(point.x(), point.y()) + QPointF(0, layout.top);
    };
    const double perPoint = columnsPerPoint(style);
    const auto first = static_cast<qint64>(std::max(0.0, std::floor(look_.low)));
    const auto last = static_cast<qint64>(std::min(std::ceil(look_.high), std::floor(picture_->end())));
    QPainterPath area, chord;
    area.setFillRule(Qt::OddEvenFill);
    for (qint64 segment = first; segment < last; ++segment) {
        if (stop.stop_requested()) return;
        const double low = std::max(look_.low, static_cast<double>(segment)),
                     high = std::min(look_.high, static_cast<double>(segment + 1));
        if (!(high > low)) continue;
        const auto columns =
            static_cast<int>((layout.toDrawing(high) - layout.toDrawing(low)) * perPoint) + 1;
        const double middle = (low + high) / 2,
                     from = 2 * picture_->chordAt(middle, k) - picture_->chordAt(high, k);
        const QPointF start = map({low, from}), end = map({high, picture_->chordAt(high, k)});
        area.moveTo(start);
        for (const auto& point : picture_->curve(k, low, high, columns)) area.lineTo(map(point));
        area.lineTo(end);
        area.closeSubpath();
        chord.moveTo(start);
        chord.lineTo(end);
    }
    const QColor colour = picture_->logitColour(k);
    painter.setPen(Qt::NoPen);
    painter.setBrush(tint(colour, style));
    painter.drawPath(area);
    painter.setBrush(Qt::NoBrush);
    QPen dashes(colour, style.linePt * 1.3, Qt::CustomDashLine, Qt::FlatCap);
    dashes.setDashPattern({4, 3});
    painter.setPen(dashes);
    painter.drawPath(chord);
}

void PathLogitsScene::paintCurves(QPainter& painter, const PanelStyle& style, const Layout& layout,
                                  const std::stop_token& stop) const {
    const int columns = static_cast<int>(layout.plot().width() * columnsPerPoint(style)) + 1;
    const auto chosen = static_cast<std::size_t>(look_.logit);
    const auto shown = coloured();
    const auto draw = [&](std::size_t k, const QColor& colour, double width) {
        if (stop.stop_requested()) return;
        QPolygonF line;
        for (const auto& point : picture_->curve(k, look_.low, look_.high, columns))
            line << layout.frame.toDrawing(point.x(), point.y()) + QPointF(0, layout.top);
        painter.setPen(QPen(colour, width, Qt::SolidLine, Qt::FlatCap, Qt::BevelJoin));
        painter.drawPolyline(line);
    };
    if (shown.size() < picture_->outputs()) {
        QColor faint = style.theme.faintInk;
        faint.setAlphaF(0.35F);
        for (std::size_t k = 0; k < picture_->outputs(); ++k)
            if (!std::binary_search(shown.begin(), shown.end(), k)) draw(k, faint, style.linePt * 0.8);
    }
    for (const auto k : shown)
        if (k != chosen) draw(k, picture_->logitColour(k), style.linePt * 1.4);
    draw(chosen, picture_->logitColour(chosen), style.linePt * 2.4);
}

void PathLogitsScene::paint(QPainter& painter, const PanelStyle& style, const QSizeF& size,
                            std::stop_token stop) const {
    const Layout layout = this->layout(style, size);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    if (style.theme.paper.alpha() > 0) painter.fillRect(QRectF(QPointF(0, 0), size), style.theme.paper);
    painter.save();
    painter.setClipRect(layout.plot(), Qt::IntersectClip);
    paintDeviation(painter, style, layout, stop);
    painter.restore();
    paintNames(painter, style, layout);
    paintLanes(painter, style, layout, stop);
    paintProbabilities(painter, style, layout, stop);
    painter.save();
    painter.setClipRect(layout.plot(), Qt::IntersectClip);
    paintCurves(painter, style, layout, stop);
    painter.restore();
    painter.save();
    painter.translate(0, layout.top);
    layout.frame.paintAxes(painter);
    painter.restore();
    if (!layout.legend.isEmpty())
        paintLegend(painter,
                    fittedLegend(namesLanes() ? legendOfLogits() : legend(), style, layout.legend.height()),
                    style, layout.legend);
    if (style.title) {
        const SceneText text(style);
        text.draw(painter, {layout.plot().left(), style.fontPt * 0.45}, Qt::AlignTop,
                  text.elided(title(), size.width() - layout.plot().left(), kTitle, true), style.theme.ink,
                  kTitle, true);
    }
    painter.restore();
}

std::vector<Table> PathLogitsScene::numbers() const {
    Table table{"logits_along_path", title().toStdString(), {}};
    const auto positions = picture_->positions();
    table.columns.push_back({"position", "Position", "", "Segment plus the fraction t of it.",
                             std::vector<double>(positions.begin(), positions.end())});
    for (std::size_t k = 0; k < picture_->outputs(); ++k) {
        std::vector<double> values(positions.size());
        for (std::size_t row = 0; row < values.size(); ++row) values[row] = picture_->logit(row, k);
        table.columns.push_back({"logit_" + std::to_string(k), picture_->logitName(k).toStdString(), "logits",
                                 "Logit at the breakpoint; affine between rows.", std::move(values)});
    }
    std::vector<Table> tables{std::move(table)};
    for (const char* name : {"crossings", "anchors", "logits"})
        if (const Table* found = picture_->record()->table(name)) tables.push_back(*found);
    return tables;
}

}  // namespace tessera
