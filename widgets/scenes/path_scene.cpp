// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/path_scene.h"

#include <QCoreApplication>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr std::size_t kMostColoured = 12;
constexpr double kTitle = 1.15;       // of the style's font size, as in PlotFrame
constexpr double kVectorColumns = 4;  // a point, in a vector figure
constexpr std::size_t kMostNamedLanes = 6;
constexpr float kShade = 0.3F;  // of the deviation
constexpr double kLaneText = 0.85;
constexpr std::size_t kFewCrossings = 100;  // shown as lines across the plot as well

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

std::pair<const double*, const double*> within(const std::vector<double>& positions, double low,
                                               double high) {
    const auto first = std::lower_bound(positions.begin(), positions.end(), low),
               last = std::upper_bound(first, positions.end(), high);
    return {positions.data() + (first - positions.begin()), positions.data() + (last - positions.begin())};
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
    spec.legend = namesLanes() ? legendOfLogits() : legend();
    return spec;
}

PathLogitsScene::Layout PathLogitsScene::layout(const PanelStyle& style, const QSizeF& size) const {
    const SceneText text(style);
    const double em = style.fontPt, gap = em * 0.35;
    double top = style.title ? em * 0.45 + text.height(kTitle) + gap : style.linePt;
    const double namesTop = top;
    top += style.axes ? text.height(0.92) + gap : 0;
    const double namesBottom = top;
    const double probabilitiesHeight = look_.probabilities ? std::min(em * 3, size.height() * 0.14) : 0;
    const double probabilitiesTop = top;
    if (probabilitiesHeight > 0) top += probabilitiesHeight + gap;
    const auto layers = static_cast<double>(std::max<std::size_t>(picture_->layers().size(), 1));
    const double lanesHeight = std::min(layers * em * (namesLanes() ? 1.15 : 0.8), size.height() * 0.25),
                 lanesTop = top;
    top += lanesHeight + gap;
    PanelStyle inner = style;
    inner.title = false;
    // The frame keeps half a line free above its plot for the topmost label.
    const double overlap = style.axes ? text.height() / 2 : 0;
    top -= overlap;
    Layout layout{{},  {},
                  {},  PlotFrame(spec(), inner, {size.width(), std::max(size.height() - top, em * 4)}),
                  top, size.width()};
    const double left = layout.frame.plot().left(), width = layout.frame.plot().width();
    layout.names = QRectF(left, namesTop, width, namesBottom - namesTop);
    layout.probabilities = QRectF(left, probabilitiesTop, width, probabilitiesHeight);
    layout.lanes = QRectF(left, lanesTop, width, lanesHeight);
    return layout;
}

void PathLogitsScene::paintNames(QPainter& painter, const PanelStyle& style, const Layout& layout) const {
    const SceneText text(style);
    const auto& names = picture_->anchorNames();
    const double spacing = layout.toDrawing(1) - layout.toDrawing(0), em = style.fontPt;
    // Every second, fifth, ... name where they would run into each other.
    double widest = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 64); ++i)
        widest = std::max(widest, text.width(names[i], 0.92));
    const auto step = static_cast<std::size_t>(std::max(1.0, std::ceil((widest + em * 0.7) / spacing)));
    QColor colour = style.theme.faintInk;
    colour.setAlphaF(
        static_cast<float>(std::clamp(spacing / (em * 8), 0.25, 1.0)));  // many must not hide the curves
    const QPen line(colour, style.linePt, Qt::SolidLine, Qt::FlatCap);
    painter.setPen(line);
    bool isAnyNamed = false;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto position = static_cast<double>(i);
        if (position < look_.low || position > look_.high) continue;
        const double x = layout.toDrawing(position);
        if (spacing > 3)
            painter.drawLine(QPointF(x, layout.names.bottom() - em * 0.2),
                             QPointF(x, layout.plot().bottom()));
        if (!style.axes || i % step != 0) continue;
        const double half = text.width(names[i], 0.92) / 2;
        const double centre =
            std::clamp(x, layout.names.left() + half - em, layout.names.right() - half + em);
        text.draw(painter, {centre, layout.names.top()}, Qt::AlignHCenter | Qt::AlignTop, names[i],
                  style.theme.ink, 0.92);
        isAnyNamed = true;
        painter.setPen(line);
    }
    const auto segment = static_cast<std::size_t>(std::max(0.0, look_.low));
    if (isAnyNamed || !style.axes || segment + 1 >= names.size()) return;
    // Deep inside a segment: which samples lie to the left and right.
    const double room = layout.names.width() / 2 - em;
    text.draw(painter, layout.names.topLeft(), Qt::AlignLeft | Qt::AlignTop,
              text.elided(QString::fromUtf8("← ") + names[segment], room, 0.92), style.theme.ink, 0.92);
    text.draw(painter, layout.names.topRight(), Qt::AlignRight | Qt::AlignTop,
              text.elided(names[segment + 1] + QString::fromUtf8(" →"), room, 0.92), style.theme.ink, 0.92);
}

void PathLogitsScene::paintProbabilities(QPainter& painter, const PanelStyle& style,
                                         const Layout& layout) const {
    const QRectF& strip = layout.probabilities;
    if (strip.height() <= 0) return;
    const double low = std::max(look_.low, 0.0), high = std::min(look_.high, picture_->end());
    const double left = layout.toDrawing(low), right = layout.toDrawing(high);
    const int columns =
        std::max(2, static_cast<int>((right - left) * (style.vector ? 2 : style.pixelsPerPoint)));
    const auto classes = static_cast<std::size_t>(picture_->classCount());
    std::vector<std::vector<QPointF>> edges(classes + 1);  // between classes, from the bottom up
    for (int i = 0; i <= columns; ++i) {
        const double position = low + (high - low) * i / columns, x = left + (right - left) * i / columns;
        const auto share = picture_->probabilitiesAt(position);
        double sum = 0;
        edges[0].emplace_back(x, strip.bottom());
        for (std::size_t c = 0; c < classes; ++c) {
            sum += share[c];
            edges[c + 1].emplace_back(x, strip.bottom() - std::min(sum, 1.0) * strip.height());
        }
    }
    painter.setPen(Qt::NoPen);
    for (std::size_t c = 0; c < classes; ++c) {
        double tallest = 0;
        for (int i = 0; i <= columns; ++i) tallest = std::max(tallest, edges[c][i].y() - edges[c + 1][i].y());
        if (tallest < 0.1) continue;  // not to be seen
        QPolygonF area;
        for (const auto& point : edges[c]) area << point;
        for (auto point = edges[c + 1].rbegin(); point != edges[c + 1].rend(); ++point) area << *point;
        painter.setBrush(picture_->outputs() == 1 ? classColour(static_cast<int>(c), 2)
                                                  : picture_->logitColour(c));
        painter.drawPolygon(area);
    }
    painter.setPen(QPen(style.theme.ink, style.linePt));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(strip);
    const SceneText text(style);
    if (style.axes && text.width(QStringLiteral("p"), 0.92) * 2 < strip.left())
        text.draw(painter, {strip.left() - style.fontPt * 0.5, strip.center().y()},
                  Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("p"), style.theme.ink, 0.92);
}

// One lane a layer. Breakpoints that fall into one column of the device are one mark, the stronger the more
// there are.
void PathLogitsScene::paintLanes(QPainter& painter, const PanelStyle& style, const Layout& layout) const {
    const auto& layers = picture_->layers();
    const QRectF& lanes = layout.lanes;
    if (layers.empty()) return;
    const double lane = lanes.height() / static_cast<double>(layers.size()),
                 step = 1 / columnsPerPoint(style);
    const int columns = static_cast<int>(std::ceil(lanes.width() / step)) + 1;
    const double mark = std::max(step, style.linePt * 0.8);
    std::size_t visible = 0;
    painter.save();
    painter.setClipRect(lanes);
    painter.setPen(Qt::NoPen);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto [first, last] = within(layers[i].positions, look_.low, look_.high);
        visible += static_cast<std::size_t>(last - first);
        std::vector<int> count(static_cast<std::size_t>(columns), 0);
        for (auto at = first; at != last; ++at)
            ++count[static_cast<std::size_t>(
                std::clamp((layout.toDrawing(*at) - lanes.left()) / step, 0.0, columns - 1.0))];
        QColor colour = pathLayerColour(i, layers.size());
        const double top = lanes.top() + lane * static_cast<double>(i) + lane * 0.06;
        for (int c = 0; c < columns;) {
            int end = c + 1;
            const int n = std::min(count[c], 4);
            while (end < columns && std::min(count[end], 4) == n) ++end;
            if (n > 0) {
                colour.setAlphaF(static_cast<float>(1 - std::pow(0.45, n)));
                painter.fillRect(
                    QRectF(lanes.left() + c * step, top, (end - c) * step + mark - step, lane * 0.88),
                    colour);
            }
            c = end;
        }
    }
    painter.restore();
    painter.setPen(QPen(style.theme.faintInk, style.linePt * 0.6));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(lanes);
    const SceneText text(style);
    const double right = lanes.right() + style.fontPt * 0.6;
    if (style.legend && namesLanes() && layout.width - right > style.fontPt * 3)
        for (std::size_t i = 0; i < layers.size(); ++i)
            text.draw(painter, {right, lanes.top() + lane * (static_cast<double>(i) + 0.5)},
                      Qt::AlignLeft | Qt::AlignVCenter,
                      text.elided(laneName(i), layout.width - right - style.fontPt * 0.3, kLaneText),
                      style.theme.ink, kLaneText);
    if (visible > kFewCrossings) return;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        QColor colour = pathLayerColour(i, layers.size());
        colour.setAlphaF(0.35F);
        painter.setPen(QPen(colour, style.linePt * 0.8, Qt::SolidLine, Qt::FlatCap));
        const auto [first, last] = within(layers[i].positions, look_.low, look_.high);
        for (auto at = first; at != last; ++at) {
            const double x = layout.toDrawing(*at);
            painter.drawLine(QPointF(x, layout.plot().top()), QPointF(x, layout.plot().bottom()));
        }
    }
}

void PathLogitsScene::paintDeviation(QPainter& painter, const PanelStyle& style, const Layout& layout) const {
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
    painter.setPen(QPen(colour, style.linePt * 1.3, Qt::CustomDashLine, Qt::FlatCap));
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
    paintDeviation(painter, style, layout);
    painter.restore();
    paintNames(painter, style, layout);
    paintLanes(painter, style, layout);
    paintProbabilities(painter, style, layout);
    painter.save();
    painter.setClipRect(layout.plot(), Qt::IntersectClip);
    paintCurves(painter, style, layout, stop);
    painter.restore();
    painter.save();
    painter.translate(0, layout.top);
    layout.frame.paintAxes(painter);
    painter.restore();
    if (style.title) {
        const SceneText text(style);
        text.draw(painter, {layout.plot().left(), style.fontPt * 0.45}, Qt::AlignTop,
                  text.elided(title(), size.width() - layout.plot().left(), kTitle), style.theme.ink, kTitle,
                  true);
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
