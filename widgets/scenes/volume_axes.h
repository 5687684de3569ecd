// SPDX-License-Identifier: GPL-3.0-or-later
// The box round a volume with ticks, numbers and names along three of its edges: ones on the outline of what
// is seen of the box, so that no text lies over the picture. Lengths in points.
#pragma once

#include <QLineF>
#include <QPolygonF>
#include <array>

#include "widgets/scenes/panel_scene.h"
#include "widgets/scenes/volume_projection.h"

namespace tessera {

struct BoxEdge {
    int axis = 0;              // along which it runs
    Eigen::Vector3d from, to;  // volume coordinates, from low to high
    bool isHidden = false;     // behind the box: no side that it bounds is seen
    bool isOnOutline = false;  // one of its two sides is seen
};
std::array<BoxEdge, 12> boxEdges(const Eigen::Vector3d& low, const Eigen::Vector3d& high,
                                 const VolumeProjection& projection);

struct VolumeTick {
    QPointF from, to;
    QString text;  // empty: there is no room for it
    QRectF rect;   // of the text
};
struct VolumeAxis {
    int axis = 0;
    std::vector<VolumeTick> ticks;
    QLineF line;  // that ticks stand on where it is not an edge of the box: null if it is
    QString title;
    QPointF titleAt;        // its middle
    double titleAngle = 0;  // degrees clockwise, -90 to below 90
    double titleScale = 1;
    QPolygonF titleBox;  // empty without a title
};
struct VolumeAxes {
    std::vector<VolumeAxis> axes;  // at most three; one that points at the eye has none
    QRectF bounds() const;         // of all text and ticks
    std::vector<QRectF> textRects() const;
};

// Text keeps clear of the points `outermost` too, where they stick out of the box. `room`: text that does not
// fit into it is left out (null rectangle: none is).
VolumeAxes layoutVolumeAxes(const VolumeDrawing& drawing, const VolumeProjection& projection,
                            const std::vector<Eigen::Vector3d>& outermost, const PanelStyle& style,
                            const QRectF& room = {});
void paintVolumeAxes(QPainter& painter, const VolumeAxes& axes, const PanelStyle& style);

}  // namespace tessera
