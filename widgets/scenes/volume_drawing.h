// SPDX-License-Identifier: GPL-3.0-or-later
// A three-dimensional picture before anybody draws it: coloured polygons, lines and marks in the coordinates
// of a volume. The window hands it to VTK, figures paint it with QPainter and no display; both show the same.
#pragma once

#include <Eigen/Core>
#include <QColor>
#include <QString>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace tessera {

struct VolumeFaces {
    QString name;
    std::vector<Eigen::Vector3d> points;
    std::vector<std::int32_t> faceBegin{0}, faceVertices;  // planar convex polygons, as in SurfaceMesh
    std::vector<QRgb> colour;                              // per face
    std::vector<std::int32_t> meaning;  // per face: what a click on it picks; empty: nothing
    double opacity = 1;
    bool edges = false;  // outlines of the polygons
    QColor edgeColour = Qt::black;
};

struct VolumeLines {
    QString name;
    std::vector<Eigen::Vector3d> points;
    std::vector<std::int32_t> lineBegin{0};  // lines + 1
    QColor colour = Qt::black;
    double widthPt = 0.5;
    bool tube = false;  // drawn as a tube where there is light
};

struct VolumeMarks {
    QString name;
    std::vector<Eigen::Vector3d> points;
    std::vector<QRgb> colour;     // per mark
    std::vector<QString> labels;  // per mark; empty: none
    double sizePt = 5;            // diameter
};

struct VolumeDrawing {
    Eigen::Vector3d low = Eigen::Vector3d::Constant(-1), high = Eigen::Vector3d::Constant(1);  // the box
    std::array<QString, 3> axes{"s", "t", "r"};  // with units, written along the box
    // What the numbers along an axis say at a coordinate: zero + unit * coordinate.
    Eigen::Vector3d zero = Eigen::Vector3d::Zero(), unit = Eigen::Vector3d::Ones();
    std::vector<VolumeFaces> faces;
    std::vector<VolumeLines> lines;
    std::vector<VolumeMarks> marks;
};

// Where it is looked at from, in volume coordinates.
struct VolumeCamera {
    Eigen::Vector3d position{3, -4, 2.5}, focus = Eigen::Vector3d::Zero(), up{0, 0, 1};
    bool parallel = false;
    double viewAngle = 30;     // degrees, vertical; of a perspective view
    double parallelScale = 1;  // half the height of what is seen; of a parallel view

    // The whole box in sight: the sphere round it touches the upper and lower side of the view. Directions
    // point from the focus to the eye; where `up` lies along one, t is up instead.
    static VolumeCamera around(const Eigen::Vector3d& low, const Eigen::Vector3d& high,
                               const Eigen::Vector3d& direction,
                               const Eigen::Vector3d& up = Eigen::Vector3d::UnitZ());
    // As vtkCamera's Azimuth (about `up`; the eye moves to the right) and Elevation (upwards), with `up`
    // kept, and never over the pole: 89.5 degrees at most.
    VolumeCamera turned(double azimuthDegrees, double elevationDegrees) const;
};

}  // namespace tessera
