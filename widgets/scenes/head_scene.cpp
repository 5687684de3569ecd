// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/head_scene.h"

#include <QObject>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "widgets/scenes/scene_text.h"
#include "widgets/scenes/slice_panel_scene.h"

namespace tessera {
namespace {

// rho / tau - 1 at the ends of the colour scale, the same in every column; the threshold is its middle.
constexpr double kMostExcess = 0.5;
constexpr double kVeil = 0.62;  // of the paper, where the target is not supported

QPen penOf(const QColor& colour, double width, Qt::PenStyle style = Qt::SolidLine) {
    return QPen(colour, width, style, Qt::RoundCap, Qt::RoundJoin);
}

void strokeWithHalo(QPainter& painter, const QPainterPath& path, const QColor& colour, const QColor& halo,
                    double width, Qt::PenStyle style = Qt::SolidLine) {
    painter.setBrush(Qt::NoBrush);
    QColor under = halo;
    under.setAlphaF(0.75f);
    painter.setPen(penOf(under, width * 2.6));
    painter.drawPath(path);
    painter.setPen(penOf(colour, width, style));
    painter.drawPath(path);
}

// One colour a cell, put down as an image: smooth, so that a coarse grid shows no steps.
void drawCells(QPainter& painter, const QImage& cells, const Eigen::Vector2d& low,
               const Eigen::Vector2d& high, const SliceMap& map, bool isSmooth) {
    const QRectF target(map.toDrawing({low.x(), high.y()}), map.toDrawing({high.x(), low.y()}));
    painter.setRenderHint(QPainter::SmoothPixmapTransform, isSmooth);
    painter.drawImage(target, cells);
}

}  // namespace

QColor outcomeColour(FlipOutcome outcome) {
    constexpr QRgb kColours[] = {0xff009e73, 0xffd55e00, 0xff8a8f98};
    return QColor(kColours[static_cast<int>(outcome)]);
}

QString HeadShared::className(int label) const {
    const auto at = static_cast<std::size_t>(label);
    if (label >= 0 && at < classNames.size() && !classNames[at].isEmpty()) return classNames[at];
    return QObject::tr("class %1").arg(label);
}

// --- a picture on the shared slice ---

std::vector<LegendItem> SharedSliceScene::legend() const {
    if (!commonLegend.empty()) return commonLegend;
    return shared && look.legend ? ownLegend() : std::vector<LegendItem>();
}

HeadFrame SharedSliceScene::frame(const PanelStyle& style, const QSizeF& size) const {
    const auto& camera = look.camera;
    PlotSpec spec;
    spec.title = title(), spec.subtitle = subtitle();
    spec.legend = legend(), spec.bar = colourBar();
    const auto named = [](const char* axis, const std::string& direction) {
        return direction.empty()
                   ? QString::fromLatin1(axis)
                   : QStringLiteral("%1: %2").arg(QLatin1String(axis), QString::fromStdString(direction));
    };
    spec.x.title = named("s", shared->laid->first);
    spec.y.title = named("t", shared->laid->second);
    spec.x.unit = spec.y.unit = QObject::tr("input units");
    double halfX = camera.reach, halfY = camera.reach;
    const auto ranged = [&] {
        spec.x.low = camera.centre.x() - halfX, spec.x.high = camera.centre.x() + halfX;
        spec.y.low = camera.centre.y() - halfY, spec.y.high = camera.centre.y() + halfY;
        return PlotFrame(spec, style, size);
    };
    PlotFrame frame = ranged();
    // The shape of the plot follows from its labels, and these from what it shows: two rounds settle it.
    for (int round = 0; round < 2; ++round) {
        const double shorter = std::max(1e-9, std::min(frame.plot().width(), frame.plot().height()));
        halfX = camera.reach * frame.plot().width() / shorter;
        halfY = camera.reach * frame.plot().height() / shorter;
        frame = ranged();
    }
    const Eigen::Vector2d half(halfX, halfY), low = camera.centre - half;
    // One scale for both axes, whatever rounding to pixels left between them.
    const SliceMap map{low, frame.plot().width() / (2 * halfX), frame.plot().bottomLeft()};
    return {std::move(frame), map, low, camera.centre + half};
}

void SharedSliceScene::paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
                             std::stop_token stop) const {
    if (!shared || !shared->laid) return;
    const auto on = frame(style, sizePt);
    on.frame.paintPaper(painter);
    on.frame.clip(painter);  // saves
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(on.frame.plot(), style.theme.notComputed);
    paintContents(painter, style, on, std::move(stop));
    painter.restore();
    on.frame.paintAxes(painter);
}

void SharedSliceScene::paintStart(QPainter& painter, const PanelStyle& style, const HeadFrame& on) const {
    painter.setPen(penOf(style.theme.ink, style.linePt * 1.6));
    painter.setBrush(style.theme.halo);
    painter.drawEllipse(on.map.toDrawing(shared->startInSlice()), style.fontPt * 0.34, style.fontPt * 0.34);
}

// --- one head ---

std::size_t HeadScene::markedStep() const {
    return trace ? trace->placeOf(look.step) : 0;
}

QString HeadScene::subtitle() const {
    if (!trace) return QObject::tr("searching…");
    const auto& flip = trace->flip;
    const QString steps = QObject::tr("%n steps", nullptr, flip.steps);
    if (trace->outcome == FlipOutcome::NoFlip)
        return QObject::tr("no flip to %1 within %2 and radius %3")
            .arg(shared->className(flip.target), steps, shortNumber(radius));
    return QObject::tr("%1 flip to %2: distance %3, %4")
        .arg(trace->outcome == FlipOutcome::Supported ? QObject::tr("supported") : QObject::tr("unsupported"),
             shared->className(flip.landing), shortNumber(flip.distance), steps);
}

std::optional<ColourBar> HeadScene::colourBar() const {
    if (look.fill != HeadLook::Fill::Support) return std::nullopt;
    ColourBar bar;
    bar.map = ColourBar::Map::Diverging;
    bar.low = -kMostExcess, bar.high = kMostExcess;
    bar.label = QString::fromUtf8("support radius / threshold − 1");
    return bar;
}

std::vector<LegendItem> HeadScene::ownLegend() const {
    std::vector<LegendItem> items;
    const QColor ink(128, 128, 128);
    if (look.fill == HeadLook::Fill::Class) {
        items.push_back({QObject::tr("Predicted"), {}, LegendItem::Mark::Heading});
        std::vector<char> seen(static_cast<std::size_t>(std::max(1, shared->classCount)), 0);
        if (field)
            for (const auto label : field->label)
                if (label >= 0 && label < shared->classCount) seen[static_cast<std::size_t>(label)] = 1;
        for (int label = 0; label < shared->classCount; ++label)
            if (seen[static_cast<std::size_t>(label)])
                items.push_back({shared->className(label), classColour(label, shared->classCount),
                                 LegendItem::Mark::Swatch});
    }
    if (look.path) {
        items.push_back({QObject::tr("Search"), {}, LegendItem::Mark::Heading});
        items.push_back({QObject::tr("start"), ink, LegendItem::Mark::Ring});
        for (const auto outcome : {FlipOutcome::Supported, FlipOutcome::Unsupported, FlipOutcome::NoFlip})
            items.push_back({outcome == FlipOutcome::NoFlip
                                 ? QObject::tr("end, no flip")
                                 : QObject::tr("%1 flip").arg(QLatin1String(flipOutcomeText(outcome))),
                             outcomeColour(outcome),
                             outcome == FlipOutcome::Supported     ? LegendItem::Mark::Dot
                             : outcome == FlipOutcome::Unsupported ? LegendItem::Mark::Diamond
                                                                   : LegendItem::Mark::Cross});
    }
    if (look.support) items.push_back({QObject::tr("support threshold"), ink, LegendItem::Mark::Dashes});
    if (look.ball) items.push_back({QObject::tr("trust radius"), ink, LegendItem::Mark::Line});
    return items;
}

Eigen::Vector2d HeadScene::inPlane(const Eigen::RowVectorXd& point) const {
    return shared->laid->plane.pointInSlice(point.transpose());
}

void HeadScene::paintClasses(QPainter& painter, const PanelStyle& style, const HeadFrame& on, Part part,
                             std::stop_token stop) const {
    SliceScene slice;
    slice.field = field;
    slice.arrangement = arrangement;
    slice.classCount = shared->classCount;
    slice.classNames = shared->classNames;
    slice.low = on.low, slice.high = on.high;
    slice.theme = style.theme;
    // Lines go over the veil, which would pale them.
    const bool isFill = part == Part::Fill;
    slice.switches.edges = !isFill && look.edges;
    slice.switches.boundary = !isFill;
    slice.switches.samples = slice.switches.legend = slice.switches.caption = false;
    // Names in the picture only where there is no legend to read them from.
    slice.switches.classLabels = !isFill;
    if (!isFill) slice.switches.fill = SliceFill::None;
    paintPlot(painter, slice, sliceStyle(style), on.frame.plot(), std::move(stop));
}

void HeadScene::paintSupport(QPainter& painter, const PanelStyle& style, const HeadFrame& on) const {
    const double tau = support->threshold;
    const bool isHeat = look.fill == HeadLook::Fill::Support;
    QImage cells(support->columns, support->rows, QImage::Format_ARGB32_Premultiplied);
    cells.fill(Qt::transparent);
    const QColor paper = style.theme.paper.alpha() > 0 ? style.theme.paper : QColor(Qt::white);
    for (int row = 0; row < support->rows; ++row) {
        auto* line = reinterpret_cast<QRgb*>(cells.scanLine(row));
        for (int column = 0; column < support->columns; ++column) {
            const double radiusHere =
                support->radius[static_cast<std::size_t>(row) * static_cast<std::size_t>(support->columns) +
                                static_cast<std::size_t>(column)];
            if (isHeat) {
                const double excess = tau > 0 ? radiusHere / tau - 1 : kMostExcess;
                line[column] = diverging(excess / kMostExcess);
            } else if (!(radiusHere <= tau)) {
                line[column] = qPremultiply(
                    qRgba(paper.red(), paper.green(), paper.blue(), static_cast<int>(255 * kVeil)));
            }
        }
    }
    drawCells(painter, cells, support->low, support->high, on.map, true);
    if (support->thresholdLine.empty()) return;
    QPainterPath line;
    for (const auto& segment : support->thresholdLine) {
        line.moveTo(on.map.toDrawing(segment.from));
        line.lineTo(on.map.toDrawing(segment.to));
    }
    QColor halo = style.theme.halo;
    halo.setAlphaF(0.7f);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(penOf(halo, style.linePt * 4));
    painter.drawPath(line);
    // The segments are short: a dashed pen would draw each solid, so every other one is left out.
    QPainterPath dashes;
    double gone = 0;
    const double dash = style.fontPt * 0.5;
    for (const auto& segment : support->thresholdLine) {
        const QPointF from = on.map.toDrawing(segment.from), to = on.map.toDrawing(segment.to);
        // By place, so that neighbours agree whatever their order.
        gone = (from.x() + to.x() + from.y() + to.y()) / 2;
        if (static_cast<long>(std::floor(gone / dash)) % 3 == 0) continue;
        dashes.moveTo(from);
        dashes.lineTo(to);
    }
    painter.setPen(penOf(style.theme.ink, style.linePt * 2));
    painter.drawPath(dashes);
}

void HeadScene::paintTrace(QPainter& painter, const PanelStyle& style, const HeadFrame& on) const {
    const auto& theme = style.theme;
    const double unit = style.fontPt;
    const auto drawn = [&](const Eigen::RowVectorXd& point) { return on.map.toDrawing(inPlane(point)); };
    const QPointF start = on.map.toDrawing(shared->startInSlice());
    if (look.ball && radius > 0 && on.map.unit * radius < 1e6) {
        QPainterPath ball;
        ball.addEllipse(start, on.map.unit * radius, on.map.unit * radius);
        strokeWithHalo(painter, ball, theme.faintInk, theme.halo, style.linePt);
    }
    if (!trace) return;
    if (look.references && shared->references) {
        const auto& pool = shared->references->pool;
        const auto at = static_cast<std::int64_t>(markedStep());
        for (const auto index : trace->nearest.indices(at)) {
            if (index < 0) continue;
            const QPointF place = drawn(pool.points().row(pool.placeOf(index)));
            painter.setPen(penOf(theme.ink, style.linePt));
            painter.setBrush(classColour(trace->flip.target, shared->classCount));
            painter.drawRect(
                QRectF(place - QPointF(unit * 0.28, unit * 0.28), QSizeF(unit * 0.56, unit * 0.56)));
        }
    }
    if (look.minimalFlip && trace->minimal) {
        const QPointF tip = drawn(trace->minimal->point);
        QPainterPath arrow;
        arrow.moveTo(start);
        arrow.lineTo(tip);
        strokeWithHalo(painter, arrow, theme.ink, theme.halo, style.linePt * 1.4, Qt::DotLine);
        painter.setPen(penOf(theme.ink, style.linePt * 1.4));
        painter.setBrush(theme.halo);
        const double d = unit * 0.32;
        painter.drawPolygon(QPolygonF(
            {tip + QPointF(0, -d), tip + QPointF(d, 0), tip + QPointF(0, d), tip + QPointF(-d, 0)}));
    }
    if (!look.path) return;
    QPainterPath path;
    const auto& points = trace->path.points;
    for (Eigen::Index i = 0; i < points.rows(); ++i) {
        const QPointF place = drawn(points.row(i));
        i == 0 ? path.moveTo(place) : path.lineTo(place);
    }
    const QColor colour = outcomeColour(trace->outcome);
    strokeWithHalo(painter, path, colour, theme.halo, style.linePt * 3);
    paintStart(painter, style, on);
    const QPointF end = drawn(points.row(points.rows() - 1));
    painter.setPen(penOf(theme.halo, style.linePt * 1.2));
    painter.setBrush(colour);
    const double r = unit * 0.45;
    switch (trace->outcome) {
        case FlipOutcome::Supported:
            painter.drawEllipse(end, r, r);
            break;
        case FlipOutcome::Unsupported:
            painter.drawPolygon(QPolygonF({end + QPointF(0, -r * 1.25), end + QPointF(r * 1.25, 0),
                                           end + QPointF(0, r * 1.25), end + QPointF(-r * 1.25, 0)}));
            break;
        case FlipOutcome::NoFlip: {
            QPainterPath cross;
            cross.moveTo(end + QPointF(-r, -r));
            cross.lineTo(end + QPointF(r, r));
            cross.moveTo(end + QPointF(-r, r));
            cross.lineTo(end + QPointF(r, -r));
            strokeWithHalo(painter, cross, colour, theme.halo, style.linePt * 3.5);
            break;
        }
    }
    if (markedStep() + 1 == trace->steps()) return;  // the end has its own mark
    const QPointF here = drawn(points.row(static_cast<Eigen::Index>(markedStep())));
    painter.setBrush(Qt::NoBrush);
    painter.setPen(penOf(theme.halo, style.linePt * 5));
    painter.drawEllipse(here, unit * 0.7, unit * 0.7);
    painter.setPen(penOf(theme.ink, style.linePt * 2));
    painter.drawEllipse(here, unit * 0.7, unit * 0.7);
}

void HeadScene::paintContents(QPainter& painter, const PanelStyle& style, const HeadFrame& on,
                              std::stop_token stop) const {
    const bool isHeat = look.fill == HeadLook::Fill::Support, areClasses = field || arrangement;
    if (areClasses && !isHeat) paintClasses(painter, style, on, Part::Fill, stop);
    if (support && (isHeat || look.support)) paintSupport(painter, style, on);
    if (areClasses) paintClasses(painter, style, on, Part::Lines, stop);
    if (!stop.stop_requested()) paintTrace(painter, style, on);
}

std::vector<Table> HeadScene::numbers() const {
    std::vector<Table> tables;
    if (!trace || !shared || !shared->laid) return tables;
    const auto count = trace->steps();
    std::vector<std::int64_t> step(trace->path.step.begin(), trace->path.step.end()), predicted;
    std::vector<double> s, t, off, margin, radiusAt(trace->support.begin(), trace->support.end());
    for (std::size_t i = 0; i < count; ++i) {
        const Eigen::VectorXd point = trace->path.points.row(static_cast<Eigen::Index>(i)).transpose();
        const auto at = shared->laid->plane.pointInSlice(point);
        s.push_back(at.x()), t.push_back(at.y());
        off.push_back(shared->laid->plane.offPlaneDistance(point));
        margin.push_back(trace->margin(i));
        Eigen::Index best = 0;
        trace->logits.row(static_cast<Eigen::Index>(i)).maxCoeff(&best);
        predicted.push_back(best);
    }
    for (auto& value : radiusAt)
        if (!std::isfinite(value)) value = NAN;
    Table path{"path", QObject::tr("Search under %1").arg(name).toStdString(), {}};
    path.columns = {
        {"step", "Step", "", "Of the search, from 0.", std::move(step)},
        {"s", "s", "input units", "Slice coordinate.", std::move(s)},
        {"t", "t", "input units", "Slice coordinate.", std::move(t)},
        {"off_plane", "Off the plane", "input units", "Distance of the point from the slice.",
         std::move(off)},
        {"predicted", "Predicted", "", "Class of the largest logit.", std::move(predicted)},
        {"margin", "Margin", "logits", "Target minus the class predicted at the start.", std::move(margin)},
        {"support", "Support radius", "input units", "Of the target; none: too few references.",
         std::move(radiusAt)}};
    tables.push_back(std::move(path));
    return tables;
}

// --- where they differ ---

QString HeadDifferenceScene::title() const {
    return QObject::tr("Where they differ");
}

std::vector<int> HeadDifferenceScene::differing() const {
    if (fields.size() < 2) return {};
    for (const auto& field : fields)
        if (!field || field->rows != fields.front()->rows || field->columns != fields.front()->columns ||
            field->low != fields.front()->low || field->high != fields.front()->high)
            return {};
    const auto cells = fields.front()->label.size();
    std::vector<int> found(cells, 0), votes;
    for (std::size_t cell = 0; cell < cells; ++cell) {
        votes.assign(static_cast<std::size_t>(std::max(2, shared->classCount)), 0);
        for (const auto& field : fields) {
            const auto label = static_cast<std::size_t>(field->label[cell]);
            if (label < votes.size()) ++votes[label];
        }
        found[cell] = static_cast<int>(fields.size()) - *std::max_element(votes.begin(), votes.end());
    }
    return found;
}

QString HeadDifferenceScene::subtitle() const {
    const auto found = differing();
    if (found.empty()) return QObject::tr("sampling…");
    const auto differ = std::count_if(found.begin(), found.end(), [](int count) { return count > 0; });
    return QObject::tr("on %1 % of the sampled area")
        .arg(100.0 * static_cast<double>(differ) / static_cast<double>(found.size()), 0, 'f', 1);
}

namespace {
// With K classes at most heads - ceil(heads / K) can dissent from what most predict.
int mostDissenting(std::size_t heads, int classCount) {
    const int classes = std::max(2, classCount), all = static_cast<int>(heads);
    return all - (all + classes - 1) / classes;
}

// The more heads dissent, the darker.
QColor dissentColour(int differing, int most) {
    const double share = most > 1 ? std::min(1.0, (differing - 1.0) / (most - 1.0)) : 0;
    return QColor::fromHsvF(0.02f, static_cast<float>(0.55 + 0.45 * share),
                            static_cast<float>(0.95 - 0.45 * share));
}
}  // namespace

std::vector<LegendItem> HeadDifferenceScene::ownLegend() const {
    std::vector<LegendItem> items;
    items.push_back({QObject::tr("Heads that differ"), {}, LegendItem::Mark::Heading});
    items.push_back({QObject::tr("none (class colour)"), QColor(200, 200, 200), LegendItem::Mark::Swatch});
    const auto heads = fields.size();
    const int most = mostDissenting(heads, shared->classCount);
    const int shown = std::min(most, 4);
    for (int count = 1; count <= shown; ++count)
        items.push_back({count == shown && most > shown
                             ? QObject::tr("%1 or more of %2").arg(count).arg(heads)
                             : QObject::tr("%1 of %2").arg(count).arg(heads),
                         dissentColour(count, most), LegendItem::Mark::Swatch});
    return items;
}

void HeadDifferenceScene::paintContents(QPainter& painter, const PanelStyle& style, const HeadFrame& on,
                                        std::stop_token) const {
    if (const auto found = differing(); !found.empty()) {
        const auto& first = *fields.front();
        QImage cells(first.columns, first.rows, QImage::Format_RGB32);
        const QColor paper = style.theme.paper.alpha() > 0 ? style.theme.paper : QColor(Qt::white);
        const int most = mostDissenting(fields.size(), shared->classCount);
        for (int row = 0; row < first.rows; ++row) {
            auto* line = reinterpret_cast<QRgb*>(cells.scanLine(row));
            for (int column = 0; column < first.columns; ++column) {
                const auto cell = static_cast<std::size_t>(row) * static_cast<std::size_t>(first.columns) +
                                  static_cast<std::size_t>(column);
                line[column] =
                    found[cell] == 0
                        ? shadedClass(classColour(first.label[cell], shared->classCount), 0.15, paper)
                        : dissentColour(found[cell], most).rgb();
            }
        }
        drawCells(painter, cells, first.low, first.high, on.map, false);
    }
    paintStart(painter, style, on);
}

}  // namespace tessera
