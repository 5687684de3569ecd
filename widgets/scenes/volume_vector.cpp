// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_vector.h"

#include <QPolygonF>
#include <QRadialGradient>
#include <cmath>

namespace tessera {
namespace {

// Outline in the fill's own colour: viewers leave hairlines between polygons otherwise. Of translucent ones
// it is as wide as makes up for the hairline at some 200 dots an inch; wider, it would be a darker line
// itself.
constexpr double kSeamPt = 0.25, kTranslucentSeamPt = 0.06;
constexpr double kEdgePt = 0.35, kRimOfMark = 0.18;
constexpr QRgb kRim = 0xff16181d;

QPointF point(const Eigen::Vector2d& p) {
    return {p.x(), p.y()};
}

void paintFace(QPainter& painter, const VolumeFaces& layer, const PageFace& face, const PageItem& item) {
    QPolygonF polygon;
    for (const auto& corner : item.polygon) polygon << point(corner);
    QColor fill(face.colour), edge = layer.edgeColour;
    fill.setAlphaF(static_cast<float>(layer.opacity));
    edge.setAlphaF(static_cast<float>(std::sqrt(layer.opacity)));
    // Neighbours' outlines lie over each other, which is seen of translucent ones.
    const QPen outline(edge, layer.opacity < 1 ? kEdgePt / 2 : kEdgePt, Qt::SolidLine, Qt::RoundCap,
                       Qt::RoundJoin);
    bool isWhole = layer.edges;
    for (const auto isOutline : item.outline) isWhole = isWhole && isOutline;
    painter.setBrush(fill);
    if (isWhole)
        painter.setPen(outline);
    else
        painter.setPen(QPen(fill, layer.opacity < 1 ? kTranslucentSeamPt : kSeamPt, Qt::SolidLine,
                            Qt::FlatCap, Qt::RoundJoin));
    painter.drawConvexPolygon(polygon);
    if (!layer.edges || isWhole) return;
    painter.setPen(outline);
    for (qsizetype i = 0; i < polygon.size(); ++i)
        if (item.outline[static_cast<std::size_t>(i)])
            painter.drawLine(polygon[i], polygon[i + 1 == polygon.size() ? 0 : i + 1]);
}

void paintMark(QPainter& painter, const PageMark& mark) {
    // A ball that is lit from the eye.
    QRadialGradient gradient(point(mark.at), mark.radius);
    for (const double at : {0.0, 0.5, 0.75, 0.9, 1.0})
        gradient.setColorAt(at, QColor(litColour(mark.colour, std::sqrt(1 - at * at))));
    const double rim = kRimOfMark * mark.radius;
    painter.setPen(QPen(QColor(kRim), rim));
    painter.setBrush(gradient);
    painter.drawEllipse(point(mark.at), mark.radius - rim / 2, mark.radius - rim / 2);
}

}  // namespace

void paintLine(QPainter& painter, const PageLine& line, double from, double to) {
    const Eigen::Vector2d way = line.to - line.from;
    const QPointF a = point(line.from + way * from), b = point(line.from + way * to);
    painter.setPen(QPen(QColor(line.colour), line.width, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(a, b);
}

void paintItems(QPainter& painter, const VolumeDrawing& drawing, const PageShapes& shapes,
                const std::vector<PageItem>& items) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (const auto& item : items) {
        const auto source = static_cast<std::size_t>(item.source);
        switch (item.kind) {
            case PageItem::Kind::Face: {
                const auto& face = shapes.faces[source];
                paintFace(painter, drawing.faces[static_cast<std::size_t>(face.layer)], face, item);
                break;
            }
            case PageItem::Kind::Line:
                paintLine(painter, shapes.lines[source], item.from, item.to);
                break;
            case PageItem::Kind::Mark:
                paintMark(painter, shapes.marks[source]);
                break;
        }
    }
    painter.restore();
}

}  // namespace tessera
