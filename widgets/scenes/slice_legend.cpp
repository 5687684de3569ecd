// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/slice_legend.h"

#include <algorithm>
#include <cmath>

#include "widgets/scenes/fill_colours.h"
#include "widgets/scenes/slice_markers.h"

namespace tessera {
namespace {

using Kind = LegendEntry::Kind;
constexpr double kSmall = 0.92;  // of the style's font size
constexpr int kBarSteps = 64;

double rowHeight(const SliceStyle& style) {
    return style.fontPt * 1.5;
}
double markWidth(const SliceStyle& style) {
    return style.fontPt * 1.7;
}
double mostText(const SliceStyle& style) {
    return style.fontPt * 13;
}

double entryHeight(const LegendEntry& entry, const SliceStyle& style) {
    switch (entry.kind) {
        case Kind::ColourBar:
            return rowHeight(style) * 7;
        case Kind::ConfidenceRamp:
            return rowHeight(style) * 2;
        default:
            return rowHeight(style);
    }
}

double rampWidth(const LegendEntry& ramp, const SliceStyle& style) {
    const SceneText text(style);
    const double needed = text.width(ramp.low, kSmall) + text.width(ramp.text, kSmall) +
                          text.width(ramp.high, kSmall) + style.fontPt * 1.2;
    return std::max(needed, style.fontPt * 6);
}

// A stack of small rectangles: gradients reach some SVG viewers as flat colour.
template <typename Colour>
void paintBar(QPainter& painter, const QRectF& bar, bool upright, Colour&& colour) {
    painter.setPen(Qt::NoPen);
    for (int i = 0; i < kBarSteps; ++i) {
        const double from = i / double(kBarSteps), length = 1.4 / kBarSteps;  // overlaps: no hairlines
        QRectF step =
            upright ? QRectF(bar.left(), bar.bottom() - (from + length) * bar.height(), bar.width(),
                             length * bar.height())
                    : QRectF(bar.left() + from * bar.width(), bar.top(), length * bar.width(), bar.height());
        painter.setBrush(QColor(colour((i + 0.5) / kBarSteps)));
        painter.drawRect(step.intersected(bar));
    }
}

}  // namespace

SliceLegend::SliceLegend(const SliceScene& scene, const SliceStyle&, const std::vector<int>& visible) {
    if (!scene.switches.legend) return;
    const SliceFill fill = scene.effectiveFill();
    const PreparedArrangement* prepared = scene.arrangement.get();
    if (fill == SliceFill::Class && (scene.field || prepared)) {
        entries_.push_back({Kind::Heading, QStringLiteral("predicted class")});
        auto inOrder = visible;
        std::sort(inOrder.begin(), inOrder.end());
        for (const int label : inOrder) {
            const auto rank =
                static_cast<int>(std::find(visible.begin(), visible.end(), label) - visible.begin());
            entries_.push_back(
                {Kind::Swatch, scene.className(label), classColour(label, scene.classCount), {}, {}, rank});
        }
        entries_.push_back({Kind::ConfidenceRamp, QStringLiteral("confidence"),
                            classColour(visible.empty() ? 0 : visible[0], scene.classCount),
                            shortNumber(1.0 / std::max(scene.classCount, 2), 2), QStringLiteral("1")});
    } else if (fill == SliceFill::Pattern) {
        entries_.push_back({Kind::Heading, QStringLiteral("activation pattern")});
        entries_.push_back({Kind::Note, QStringLiteral("one colour per pattern")});
    } else if (fill == SliceFill::SlopeNorm) {
        entries_.push_back({Kind::Heading, QStringLiteral("local slope norm")});
        const bool clipped = prepared->slopeMax() > prepared->slopeTop() * 1.0001;
        entries_.push_back(
            {Kind::ColourBar,
             QStringLiteral("logits / input unit"),
             {},
             QStringLiteral("0"),
             (clipped ? QString::fromUtf8("≥ ") : QString()) + shortNumber(prepared->slopeTop())});
    } else if (fill == SliceFill::Depth) {
        entries_.push_back({Kind::Heading, QStringLiteral("deepest layer that cuts")});
        const auto& sites = prepared->arrangement().sites;
        for (int depth = 1; depth <= prepared->depthMax(); ++depth) {
            const QString name = depth <= static_cast<int>(sites.size())
                                     ? QString::fromStdString(sites[static_cast<std::size_t>(depth - 1)].name)
                                     : QString::number(depth);
            entries_.push_back({Kind::Swatch,
                                QStringLiteral("%1: %2").arg(depth).arg(name),
                                QColor(depthColour(depth, prepared->depthMax())),
                                {},
                                {},
                                depth});
        }
    }
    if (prepared && scene.switches.boundary && !prepared->arrangement().boundary.empty())
        entries_.push_back({Kind::BoundaryLine, QStringLiteral("decision boundary")});
    if (prepared && scene.switches.edges && prepared->arrangement().faceCount() > 1)
        entries_.push_back({Kind::EdgeLine, QStringLiteral("region edge")});
    if (scene.switches.samples) {
        const auto isAnchor = [](const SliceMarker& marker) { return marker.isAnchor; };
        if (std::any_of(scene.markers.begin(), scene.markers.end(), isAnchor))
            entries_.push_back({Kind::AnchorMark, QStringLiteral("anchor")});
        double farthest = 0;
        for (const auto& marker : scene.markers)
            if (!marker.isAnchor) farthest = std::max(farthest, marker.offPlane);
        if (!std::all_of(scene.markers.begin(), scene.markers.end(), isAnchor)) {
            entries_.push_back({Kind::SampleMark, QStringLiteral("sample")});
            if (farthest > 0) entries_.push_back({Kind::Note, QStringLiteral("smaller: farther off plane")});
            if (farthest > 0)
                entries_.push_back({Kind::Note, QString::fromUtf8("(up to %1)").arg(shortNumber(farthest))});
        }
    }
}

double SliceLegend::reservedWidth(const SliceScene& scene, const SliceStyle& style) {
    if (!scene.switches.legend) return 0;
    SliceLegend widest;
    constexpr int kNamesRead = 20;
    for (int label = 0; label < std::min(scene.classCount, kNamesRead); ++label)
        widest.entries_.push_back({Kind::Swatch, scene.className(label)});
    widest.entries_.push_back({Kind::ConfidenceRamp,
                               QStringLiteral("confidence"),
                               {},
                               QStringLiteral("0.00"),
                               QStringLiteral("1")});
    widest.entries_.push_back({Kind::Heading, QStringLiteral("deepest layer that cuts")});
    widest.entries_.push_back({Kind::BoundaryLine, QStringLiteral("decision boundary")});
    widest.entries_.push_back({Kind::Note, QStringLiteral("smaller: farther off plane")});
    return widest.width(style);
}

double SliceLegend::width(const SliceStyle& style) const {
    const SceneText text(style);
    double width = 0;
    for (const auto& entry : entries_) {
        const bool hasMark =
            entry.kind != Kind::Heading && entry.kind != Kind::Note && entry.kind != Kind::ConfidenceRamp;
        double needed = text.width(entry.text, kSmall) + (hasMark ? markWidth(style) : 0);
        if (entry.kind == Kind::Heading) needed = text.width(entry.text, kSmall, true);
        if (entry.kind == Kind::ConfidenceRamp) needed = rampWidth(entry, style);
        if (entry.kind == Kind::ColourBar)
            needed =
                std::max(text.width(entry.text, kSmall), markWidth(style) + text.width(entry.high, kSmall));
        width = std::max(width, needed);
    }
    return std::min(width, mostText(style) + markWidth(style));
}

double SliceLegend::height(const SliceStyle& style) const {
    double height = 0;
    for (const auto& entry : entries_) height += entryHeight(entry, style);
    return height;
}

bool SliceLegend::fit(const SliceStyle& style, double height) {
    const double over = this->height(style) - height;
    if (over <= 0.01) return true;
    // One row more than is missing goes, for the line that says so.
    const int rows = static_cast<int>(std::ceil(over / rowHeight(style))) + (hidden_ == 0 ? 1 : 0);
    for (int row = 0; row < rows; ++row) {
        const auto value = [](const LegendEntry& e) { return e.kind == Kind::Swatch ? e.rank : -1; };
        const auto last = std::max_element(entries_.begin(), entries_.end(),
                                           [&](const auto& a, const auto& b) { return value(a) < value(b); });
        if (last == entries_.end() || last->kind != Kind::Swatch) return false;
        entries_.erase(last);
    }
    const bool isFirst = hidden_ == 0;
    hidden_ += rows;
    const QString more = QStringLiteral("+ %1 more").arg(hidden_);
    auto after = std::find_if(entries_.rbegin(), entries_.rend(), [](const auto& e) {
                     return e.kind == Kind::Swatch || e.kind == Kind::Heading;
                 }).base();
    if (isFirst) {
        entries_.insert(after, LegendEntry{Kind::Note, more});
    } else if (after != entries_.end()) {
        after->text = more;
    }
    return true;
}

void SliceLegend::paint(QPainter& painter, const SliceScene& scene, const SliceStyle& style,
                        const QRectF& rect) const {
    const SceneText text(style);
    const double mark = markWidth(style), row = rowHeight(style);
    double top = rect.top();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (const auto& entry : entries_) {
        const double middle = top + row / 2;
        const QRectF box(rect.left(), middle - style.fontPt * 0.4, style.fontPt * 1.1, style.fontPt * 0.8);
        const auto label = [&](double left, bool bold = false, bool faint = false) {
            text.draw(painter, {left, middle}, Qt::AlignVCenter,
                      text.elided(entry.text, rect.right() - left + 0.5, kSmall),
                      faint ? scene.theme.faintInk : scene.theme.ink, kSmall, bold);
        };
        const QPointF lineLeft(rect.left(), middle), lineRight(rect.left() + style.fontPt * 1.2, middle);
        switch (entry.kind) {
            case Kind::Heading:
                label(rect.left(), true);
                break;
            case Kind::Note:
                label(rect.left(), false, true);
                break;
            case Kind::Swatch:
                painter.setPen(QPen(scene.theme.ink, style.linePt * 0.6));
                painter.setBrush(entry.colour);
                painter.drawRect(box);
                label(rect.left() + mark);
                break;
            case Kind::ConfidenceRamp: {
                const QRectF bar(rect.left(), top + row * 0.15,
                                 std::min(rampWidth(entry, style), rect.width()), style.fontPt * 0.7);
                QColor paper = scene.theme.paper;
                paper.setAlpha(255);
                paintBar(painter, bar, false,
                         [&](double at) { return shadedClass(entry.colour, at, paper); });
                const double below = bar.bottom() + style.fontPt * 0.15;
                text.draw(painter, {bar.left(), below}, Qt::AlignTop, entry.low, scene.theme.faintInk,
                          kSmall * 0.92);
                text.draw(painter, {bar.center().x(), below}, Qt::AlignTop | Qt::AlignHCenter, entry.text,
                          scene.theme.faintInk, kSmall * 0.92);
                text.draw(painter, {bar.right(), below}, Qt::AlignTop | Qt::AlignRight, entry.high,
                          scene.theme.faintInk, kSmall * 0.92);
                break;
            }
            case Kind::ColourBar: {
                label(rect.left(), false, true);
                const QRectF bar(rect.left(), top + row * 1.25, style.fontPt * 1.1, row * 5.5);
                paintBar(painter, bar, true, [](double at) { return viridis(at); });
                painter.setPen(QPen(scene.theme.ink, style.linePt * 0.6));
                painter.setBrush(Qt::NoBrush);
                painter.drawRect(bar);
                text.draw(painter, {bar.right() + style.fontPt * 0.5, bar.top()}, Qt::AlignVCenter,
                          entry.high, scene.theme.ink, kSmall);
                text.draw(painter, {bar.right() + style.fontPt * 0.5, bar.bottom()}, Qt::AlignVCenter,
                          entry.low, scene.theme.ink, kSmall);
                break;
            }
            case Kind::BoundaryLine:
                painter.setPen(QPen(scene.theme.boundary, style.boundaryPt));
                painter.drawLine(lineLeft, lineRight);
                label(rect.left() + mark);
                break;
            case Kind::EdgeLine:
                painter.setPen(
                    QPen(scene.theme.dark ? scene.theme.faintInk : scene.theme.edge, style.edgePt));
                painter.drawLine(lineLeft, lineRight);
                label(rect.left() + mark);
                break;
            case Kind::AnchorMark:
            case Kind::SampleMark:
                paintMarkerShape(painter, box.center(),
                                 style.markerPt * (entry.kind == Kind::AnchorMark ? 1 : 0.9),
                                 entry.kind == Kind::AnchorMark, scene.theme.faintInk, scene.theme, 1);
                label(rect.left() + mark);
                break;
        }
        top += entryHeight(entry, style);
    }
    painter.restore();
}

}  // namespace tessera
