// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_axes.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "widgets/scenes/axis_ticks.h"
#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr double kLeastTicksEm = 3.5, kLeastTitleEm = 1.5;  // length of an edge on the page that has them
constexpr double kLeastTitleScale = 0.8;

QPointF page(const VolumeProjection& projection, const Eigen::Vector3d& pointInVolume) {
    const Eigen::Vector3d at = projection.pageFromVolume(pointInVolume);
    return {at.x(), at.y()};
}
double lengthOf(const QPointF& p) {
    return std::hypot(p.x(), p.y());
}

// "s (input units)" -> "s", "input units".
std::pair<QString, QString> symbolAndUnit(const QString& name) {
    const auto open = name.lastIndexOf(QStringLiteral(" ("));
    if (open <= 0 || !name.endsWith(')')) return {name, {}};
    return {name.left(open), name.mid(open + 2, name.size() - open - 3)};
}

// Everything about an edge that ticks may stand on.
struct Side {
    const BoxEdge& edge;
    QPointF from, to, outward;  // on the page; outward is a unit vector away from the box
    double length = 0;
    double clear = 0;  // how far outward what is drawn reaches beyond it
};

class AxisMaker {
  public:
    AxisMaker(const VolumeDrawing& drawing, const VolumeProjection& projection, const PanelStyle& style)
        : drawing_(drawing),
          projection_(projection),
          style_(style),
          text_(style),
          tick_(style.fontPt * 0.4),
          gap_(style.fontPt * 0.25) {}

    VolumeAxis make(const Side& side) const {
        VolumeAxis axis;
        axis.axis = side.edge.axis;
        if (side.clear > 0) axis.line = QLineF(side.from, side.to).translated(side.outward * side.clear);
        const double low = valueAt(axis.axis, side.edge.from[axis.axis]),
                     high = valueAt(axis.axis, side.edge.to[axis.axis]);
        AxisTicks ticks;
        double reach = 0;
        if (side.length > kLeastTicksEm * style_.fontPt) {
            for (int about = std::clamp(static_cast<int>(side.length / (style_.fontPt * 2.6)), 1, 5);
                 about >= 1; --about) {
                ticks = axisTicks(low, high, about);
                axis.ticks = placed(side, ticks);
                if (areApart(axis.ticks)) break;
            }
            for (const auto& tick : axis.ticks)
                reach = std::max(reach, 2 * support(tick.rect.size(), side.outward));
        }
        if (side.length > kLeastTitleEm * style_.fontPt)
            addTitle(axis, side, ticks, drawing_.axes[static_cast<std::size_t>(axis.axis)], reach);
        return axis;
    }

  private:
    double valueAt(int axis, double coordinate) const {
        return drawing_.zero[axis] + drawing_.unit[axis] * coordinate;
    }
    static double support(const QSizeF& size, const QPointF& way) {
        return (std::abs(way.x()) * size.width() + std::abs(way.y()) * size.height()) / 2;
    }
    std::vector<VolumeTick> placed(const Side& side, const AxisTicks& ticks) const {
        std::vector<VolumeTick> made;
        for (std::size_t i = 0; i < ticks.values.size(); ++i) {
            Eigen::Vector3d at = side.edge.from;
            const int axis = side.edge.axis;
            at[axis] = (ticks.values[i] - drawing_.zero[axis]) / drawing_.unit[axis];
            VolumeTick tick;
            tick.from = page(projection_, at) + side.outward * side.clear;
            tick.to = tick.from + side.outward * tick_;
            tick.text = ticks.labels[i];
            const QSizeF size(text_.width(tick.text), text_.height() * 0.8);
            const QPointF middle = tick.to + side.outward * (gap_ + support(size, side.outward));
            tick.rect = QRectF(middle - QPointF(size.width(), size.height()) / 2, size);
            made.push_back(tick);
        }
        return made;
    }
    bool areApart(const std::vector<VolumeTick>& ticks) const {
        const double margin = style_.fontPt * 0.25;
        for (std::size_t i = 1; i < ticks.size(); ++i)
            if (ticks[i].rect.adjusted(-margin, -margin, margin, margin).intersects(ticks[i - 1].rect))
                return false;
        return true;
    }
    void addTitle(VolumeAxis& axis, const Side& side, const AxisTicks& ticks, const QString& name,
                  double reach) const {
        const auto [symbol, unit] = symbolAndUnit(name);
        const QString whole = ticks.title(symbol, unit);
        const double room = std::max(side.length * 1.5, style_.fontPt * 5);
        axis.titleScale = std::clamp(room / std::max(text_.width(whole), 1e-9), kLeastTitleScale, 1.0);
        axis.title = text_.elided(whole, room, axis.titleScale);
        if (axis.title.isEmpty()) return;
        const QSizeF size(text_.width(axis.title, axis.titleScale), text_.height(axis.titleScale));
        QPointF along = (side.to - side.from) / side.length, across = side.outward;
        if (along.x() < -1e-6 || (std::abs(along.x()) <= 1e-6 && along.y() > 0)) along = -along;
        // A letter or two stay upright.
        if (axis.title.size() <= 3) along = {1, 0}, across = {0, 1};
        const QPointF half = along * (size.width() / 2), rise = across * (size.height() / 2);
        const double thickness = std::abs(QPointF::dotProduct(half, side.outward)) +
                                 std::abs(QPointF::dotProduct(rise, side.outward));
        const double apart = side.clear + tick_ + gap_ + (reach > 0 ? reach + gap_ : 0) + thickness;
        axis.titleAt = (side.from + side.to) / 2 + side.outward * apart;
        axis.titleAngle = std::atan2(along.y(), along.x()) * 180 / std::numbers::pi;
        axis.titleBox << axis.titleAt - half - rise << axis.titleAt + half - rise
                      << axis.titleAt + half + rise << axis.titleAt - half + rise;
    }

    const VolumeDrawing& drawing_;
    const VolumeProjection& projection_;
    const PanelStyle& style_;
    SceneText text_;
    double tick_, gap_;
};

QPolygonF outlineOf(const VolumeTick& tick) {
    return QPolygonF(tick.rect);
}

// Numbers as near as this could be read as one.
bool areNear(const QRectF& a, const QRectF& b) {
    const double margin = a.height() * 0.3;
    return a.adjusted(-margin, 0, margin, 0).intersects(b);
}

// How bad it is that texts of two axes lie over each other: a number can be left out, a name cannot.
double overlap(const VolumeAxis& a, const VolumeAxis& b) {
    double sum = 4 * a.titleBox.intersects(b.titleBox);
    for (const auto& tick : a.ticks) {
        for (const auto& other : b.ticks) sum += 0.3 * areNear(tick.rect, other.rect);
        sum += b.titleBox.intersects(outlineOf(tick));
    }
    for (const auto& other : b.ticks) sum += a.titleBox.intersects(outlineOf(other));
    return sum;
}

// Text on the left and below, where it is on plots, counts most.
double preference(const Side& side) {
    return side.outward.y() - 0.6 * side.outward.x();
}

void dropOverlapping(VolumeAxes& axes) {
    for (std::size_t a = 0; a < axes.axes.size(); ++a)
        for (std::size_t b = a + 1; b < axes.axes.size(); ++b) {
            auto &first = axes.axes[a], &second = axes.axes[b];
            for (auto& tick : second.ticks) {
                bool isTaken = first.titleBox.intersects(outlineOf(tick));
                for (const auto& other : first.ticks)
                    isTaken = isTaken || (!other.text.isEmpty() && areNear(other.rect, tick.rect));
                if (isTaken) tick.text.clear();
            }
            for (auto& tick : first.ticks)
                if (second.titleBox.intersects(outlineOf(tick))) tick.text.clear();
        }
}

}  // namespace

std::array<BoxEdge, 12> boxEdges(const Eigen::Vector3d& low, const Eigen::Vector3d& high,
                                 const VolumeProjection& projection) {
    const auto isSeen = [&](int axis, bool atHigh) {
        if (!projection.isParallel())
            return atHigh ? projection.eye()[axis] > high[axis] : projection.eye()[axis] < low[axis];
        const double ahead = projection.axes().ahead[axis];
        return atHigh ? ahead < -1e-9 : ahead > 1e-9;
    };
    std::array<BoxEdge, 12> edges;
    std::size_t made = 0;
    for (int axis = 0; axis < 3; ++axis)
        for (int corner = 0; corner < 4; ++corner) {
            const int second = (axis + 1) % 3, third = (axis + 2) % 3;
            const bool atSecond = corner & 1, atThird = corner & 2;
            BoxEdge& edge = edges[made++];
            edge.axis = axis;
            edge.from[axis] = low[axis], edge.to[axis] = high[axis];
            edge.from[second] = edge.to[second] = atSecond ? high[second] : low[second];
            edge.from[third] = edge.to[third] = atThird ? high[third] : low[third];
            const bool a = isSeen(second, atSecond), b = isSeen(third, atThird);
            edge.isHidden = !a && !b;
            edge.isOnOutline = a != b;
        }
    return edges;
}

QRectF VolumeAxes::bounds() const {
    QRectF all;
    for (const auto& axis : axes) {
        for (const auto& tick : axis.ticks) {
            if (!tick.text.isEmpty()) all |= tick.rect;
            all |= QRectF(tick.to - QPointF(0.01, 0.01), QSizeF(0.02, 0.02));
        }
        if (!axis.line.isNull()) all |= QRectF(axis.line.p1(), axis.line.p2()).normalized();
        if (!axis.titleBox.isEmpty()) all |= axis.titleBox.boundingRect();
    }
    return all;
}

std::vector<QRectF> VolumeAxes::textRects() const {
    std::vector<QRectF> rects;
    for (const auto& axis : axes) {
        for (const auto& tick : axis.ticks)
            if (!tick.text.isEmpty()) rects.push_back(tick.rect);
        if (!axis.title.isEmpty()) rects.push_back(axis.titleBox.boundingRect());
    }
    return rects;
}

VolumeAxes layoutVolumeAxes(const VolumeDrawing& drawing, const VolumeProjection& projection,
                            const std::vector<Eigen::Vector3d>& outermost, const PanelStyle& style,
                            const QRectF& room) {
    const auto edges = boxEdges(drawing.low, drawing.high, projection);
    const auto isAhead = [&](const Eigen::Vector3d& p) {
        return projection.eyeFromVolume(p).z() > projection.nearest();
    };
    VolumeAxes result;
    for (const auto& edge : edges)
        if (!isAhead(edge.from) || !isAhead(edge.to)) return result;
    QPointF middle;
    for (const auto& edge : edges) middle += (page(projection, edge.from) + page(projection, edge.to)) / 24;

    const AxisMaker maker(drawing, projection, style);
    std::array<std::vector<std::pair<VolumeAxis, double>>, 3> choices;  // with how much they are liked
    for (const auto& edge : edges) {
        if (!edge.isOnOutline) continue;
        Side side{edge, page(projection, edge.from), page(projection, edge.to), {}};
        const QPointF way = side.to - side.from;
        side.length = lengthOf(way);
        if (side.length < 1e-6) continue;
        side.outward = QPointF(-way.y(), way.x()) / side.length;
        if (QPointF::dotProduct(side.outward, (side.from + side.to) / 2 - middle) < 0)
            side.outward = -side.outward;
        for (const auto& p : outermost)
            side.clear =
                std::max(side.clear, QPointF::dotProduct(side.outward, page(projection, p) - side.from));
        // A hair beyond the box is no reason to leave its edge.
        side.clear = side.clear > style.fontPt * 0.15 ? side.clear + style.fontPt * 0.3 : 0;
        const auto axis = static_cast<std::size_t>(edge.axis);
        choices[axis].emplace_back(maker.make(side), preference(side));
    }
    double best = -INFINITY;
    std::array<std::size_t, 3> pick{}, at{};
    const auto countOf = [&](std::size_t axis) { return std::max<std::size_t>(choices[axis].size(), 1); };
    for (at[0] = 0; at[0] < countOf(0); ++at[0])
        for (at[1] = 0; at[1] < countOf(1); ++at[1])
            for (at[2] = 0; at[2] < countOf(2); ++at[2]) {
                double liked = 0;
                for (std::size_t a = 0; a < 3; ++a) {
                    if (choices[a].empty()) continue;
                    liked += choices[a][at[a]].second;
                    for (std::size_t b = a + 1; b < 3; ++b)
                        if (!choices[b].empty())
                            liked -= overlap(choices[a][at[a]].first, choices[b][at[b]].first);
                }
                if (liked > best) best = liked, pick = at;
            }
    for (std::size_t axis = 0; axis < 3; ++axis)
        if (!choices[axis].empty()) result.axes.push_back(choices[axis][pick[axis]].first);
    dropOverlapping(result);
    if (room.isNull()) return result;
    for (auto& axis : result.axes) {
        std::erase_if(axis.ticks, [&](const VolumeTick& tick) {
            return !room.contains(tick.rect) || !room.contains(tick.from) || !room.contains(tick.to);
        });
        if (!room.contains(axis.titleBox.boundingRect())) axis.title.clear(), axis.titleBox.clear();
    }
    return result;
}

void paintVolumeAxes(QPainter& painter, const VolumeAxes& axes, const PanelStyle& style) {
    const SceneText text(style);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (const auto& axis : axes.axes) {
        painter.setPen(QPen(style.theme.ink, style.linePt, Qt::SolidLine, Qt::FlatCap));
        if (!axis.line.isNull()) painter.drawLine(axis.line);
        for (const auto& tick : axis.ticks) {
            painter.setPen(QPen(style.theme.ink, style.linePt, Qt::SolidLine, Qt::FlatCap));
            painter.drawLine(tick.from, tick.to);
            if (!tick.text.isEmpty())
                text.draw(painter, tick.rect.center(), Qt::AlignHCenter | Qt::AlignVCenter, tick.text,
                          style.theme.ink);
        }
        if (axis.title.isEmpty()) continue;
        painter.save();
        painter.translate(axis.titleAt);
        painter.rotate(axis.titleAngle);
        text.draw(painter, {0, 0}, Qt::AlignHCenter | Qt::AlignVCenter, axis.title, style.theme.ink,
                  axis.titleScale);
        painter.restore();
    }
    painter.restore();
}

}  // namespace tessera
